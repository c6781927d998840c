"""The child process that opens a workbook under memory and time limits: `python -m app.cohort.workbooks FILE`.

It prints one JSON object, `{"sheets": [...]}` or `{"refused": {...}}`, and touches neither database nor settings.
"""

import gc
import resource
import sys
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import orjson

from app.cohort import limits


class Refused(Exception):
    """The workbook is refused; `hostile` when it is beyond the limits, else it is simply no list."""

    def __init__(self, fr: str, en: str, *, hostile: bool = False) -> None:
        super().__init__(en)
        self.answer = {"fr": fr, "en": en, "hostile": hostile}


def main(path: Path, write: Callable[[bytes], object]) -> None:
    """Reads `path` and writes the answer."""
    try:
        inspect(path)
        write(orjson.dumps({"sheets": list(_sheets(path))}))
    except Refused as refusal:
        write(orjson.dumps({"refused": refusal.answer}))
    except MemoryError:
        write(orjson.dumps({"refused": _too_big().answer}))


def _too_big() -> Refused:
    return Refused("trop de données", "too much data", hostile=True)


def inspect(path: Path) -> None:
    """Refuses archives that are broken, too large once unpacked, or carry a document type (entities)."""
    try:
        with zipfile.ZipFile(path) as archive:
            _inspect_parts(archive)
            if "xl/workbook.xml" not in archive.namelist():
                raise Refused("ce n’est pas un classeur .xlsx", "it is no .xlsx workbook")
            for part in archive.infolist():
                _inspect_stream(archive, part)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        raise Refused("fichier tronqué ou abîmé", "truncated or damaged file") from error


def _inspect_parts(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    if len(parts) > limits.MAX_PARTS:
        raise Refused(
            f"{len(parts)} parties dans l’archive", f"{len(parts)} parts in the archive", hostile=True
        )
    if sum(part.file_size for part in parts) > limits.MAX_UNPACKED:
        raise Refused("plus de 300 Mo une fois ouvert", "over 300 MB once opened", hostile=True)
    for part in parts:
        if part.file_size > limits.RATIO_FREE and part.file_size > limits.MAX_RATIO * max(
            part.compress_size, 1
        ):
            raise Refused("compression anormale", "abnormal compression", hostile=True)


def _inspect_stream(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    if not part.filename.endswith((".xml", ".rels", ".vml")):
        return
    rows, tail = 0, b""
    with archive.open(part) as stream:
        while chunk := stream.read(1 << 20):
            if not tail and chunk[:2] in (b"\xff\xfe", b"\xfe\xff"):
                raise Refused("codage XML inattendu", "unexpected XML encoding", hostile=True)
            seen = tail + chunk
            if b"<!" in seen and (b"<!DOCTYPE" in seen or b"<!ENTITY" in seen):
                raise Refused("entités XML", "XML entities", hostile=True)
            rows += _rows_in(seen) - _rows_in(tail)
            # Enough of the end to see a mark that straddles two chunks; what was counted in it is taken off again.
            tail = seen[-9:]
            if rows > limits.MAX_ROWS + 1:
                raise Refused("plus de 200 000 lignes", "over 200,000 rows", hostile=True)


def _rows_in(chunk: bytes) -> int:
    return chunk.count(b"<row ") + chunk.count(b"<row>")


def _sheets(path: Path) -> Iterator[dict[str, object]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        workbook = CalamineWorkbook.from_path(str(path))
        if len(workbook.sheet_names) > limits.MAX_SHEETS:
            raise Refused("trop de feuilles", "too many sheets", hostile=True)
        for name in workbook.sheet_names:
            sheet = workbook.get_sheet_by_name(name)
            if sheet.total_height > limits.MAX_ROWS + 1 or sheet.total_width > limits.MAX_COLUMNS:
                raise Refused(
                    f"feuille de {sheet.total_height} lignes × {sheet.total_width} colonnes",
                    f"a sheet of {sheet.total_height} rows × {sheet.total_width} columns",
                    hostile=True,
                )
            # Most cells repeat others: each distinct one goes over once, a row as the places of its cells.
            places: defaultdict[object, int] = defaultdict(count().__next__)
            left = [places[""]] * (sheet.start[1] if sheet.start else 0)
            rows = [left + list(map(places.__getitem__, row)) for row in sheet.iter_rows()]
            texts = [_text(cell) for cell in places]
            _fill_merged(rows, texts, sheet.merged_cell_ranges or [])
            yield {"name": name, "texts": texts, "rows": rows}
    except CalamineError as error:
        raise Refused("classeur illisible", "unreadable workbook") from error


def _text(cell: object) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float):
        # A number typed without decimals comes as a float: «1200458», never «1200458.0».
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    isoformat = getattr(cell, "isoformat", None)
    if isoformat is not None:
        return str(isoformat()).removesuffix("T00:00:00")
    return "" if cell is None else str(cell)


def _fill_merged(
    rows: list[list[int]], texts: list[str], ranges: list[tuple[tuple[int, int], tuple[int, int]]]
) -> None:
    """A merged cell means its value on every row that it covers (D27), inside what the sheet really holds."""
    budget = limits.MAX_ROWS
    for (top, left), (bottom, right) in ranges:
        bottom, right = min(bottom, len(rows) - 1), min(right, len(rows[0]) - 1 if rows else -1)
        budget -= max(0, bottom - top) * max(0, right - left + 1)
        if budget < 0:
            raise Refused("cellules fusionnées démesurées", "oversized merged cells", hostile=True)
        for row in range(top + 1, bottom + 1):
            if not texts[rows[row][left]]:
                rows[row][left] = rows[top][left]


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (limits.CHILD_MEMORY, limits.CHILD_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.CHILD_CPU_SECONDS, limits.CHILD_CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    gc.disable()  # it makes no cycles, only millions of cells
    main(Path(sys.argv[1]), sys.stdout.buffer.write)
