"""Opening a list file: what it is, its sheets as rows of text. Workbooks are opened in a child process only."""

import csv
import hashlib
import io
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import orjson

from app.cohort import limits
from app.cohort.errors import HostileFile, NotAList

ROOT = Path(__file__).resolve().parents[2]
CHILD = "app.cohort.workbooks"
DELIMITERS = (";", "\t", ",", "|")


Cells = tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name (empty for a csv) and its rows of cells as text; equal cells are one object."""

    name: str
    rows: list[Cells]


@dataclass(frozen=True)
class ListFile:
    """A list file that was opened: the name people know it by, its fingerprint, its sheets."""

    name: str
    sha256: str
    sheets: list[Sheet]


def open_list(path: Path, name: str | None = None) -> ListFile:
    """Opens an .xlsx or .csv list. Raises NotAList or HostileFile, within seconds and with nothing kept."""
    shown = name or path.name
    try:
        size = path.stat().st_size
        if size > limits.MAX_BYTES:
            raise HostileFile(file=shown, why_fr="plus de 30 Mo", why_en="over 30 MB")
        data = path.read_bytes()
    except OSError as error:
        raise NotAList(file=shown, why_fr="fichier introuvable", why_en="no such file") from error
    sheets = _workbook(path, shown) if data.startswith(b"PK") else [_text_sheet(data, shown)]
    return ListFile(shown, hashlib.sha256(data).hexdigest(), sheets)


def _workbook(path: Path, shown: str) -> list[Sheet]:
    command = [sys.executable, "-m", CHILD, str(path.resolve())]
    try:
        child = subprocess.run(  # noqa: S603 - our own interpreter and module, the path is one argument
            command,
            capture_output=True,
            timeout=limits.CHILD_WALL_SECONDS,
            cwd=ROOT,
            env={"PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"},
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise HostileFile(file=shown, why_fr="lecture trop longue", why_en="too long to read") from error
    if child.returncode != 0:
        # The child was stopped by its own limits: memory (abort) or processor time (SIGXCPU).
        raise HostileFile(file=shown, why_fr="trop de mémoire ou de temps", why_en="too much memory or time")
    answer = orjson.loads(child.stdout)
    if "refused" in answer:
        refusal = HostileFile if answer["refused"]["hostile"] else NotAList
        raise refusal(file=shown, why_fr=answer["refused"]["fr"], why_en=answer["refused"]["en"])
    return [Sheet(sheet["name"], _rows(sheet["texts"], sheet["rows"])) for sheet in answer["sheets"]]


def _rows(texts: list[str], rows: list[list[int]]) -> list[Cells]:
    """Rows of texts from rows that name each text by its place among the distinct ones."""
    text = texts.__getitem__
    return [tuple(map(text, row)) for row in rows]


def _text_sheet(data: bytes, shown: str) -> Sheet:
    text = decode(data)
    if not text.strip() or "\0" in text or text.count("\ufffd") > 10:
        raise NotAList(
            file=shown, why_fr="ni classeur .xlsx ni texte", why_en="neither .xlsx workbook nor text"
        )
    rows: list[Cells] = []
    known: dict[str, str] = {}
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text)):
            rows.append(tuple(map(known.setdefault, row, row)))
            if len(rows) > limits.MAX_ROWS + 1 or len(row) > limits.MAX_COLUMNS:
                raise HostileFile(
                    file=shown,
                    why_fr="plus de 200 000 lignes ou de 200 colonnes",
                    why_en="over 200,000 rows or 200 columns",
                )
    except csv.Error as error:
        raise NotAList(file=shown, why_fr="csv illisible", why_en="unreadable csv") from error
    return Sheet("", rows)


def decode(data: bytes) -> str:
    """Text from UTF-8, UTF-16 (with or without its mark) or, failing these, Windows-1252 (D24)."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    sample = data[:4000]
    if len(sample) > 10 and sample[1::2].count(0) > len(sample) // 3:
        return data.decode("utf-16-le", errors="replace")
    if len(sample) > 10 and sample[::2].count(0) > len(sample) // 3:
        return data.decode("utf-16-be", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def delimiter_of(text: str) -> str:
    """The delimiter that the first lines use most, outside quotes."""
    head = "".join(text[:20_000].split('"')[::2])
    return max(DELIMITERS, key=head.count)
