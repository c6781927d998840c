"""Which column is which: for a list whose headers are not recognised, asked once and kept for the next lists."""

import re

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.cohort.headers import Columns, missing_keys, read_headers
from app.cohort.interpreting import headers_of
from app.cohort.mappings import save_mapping, saved_headers
from app.cohort.reading import Cells, ListFile, open_list
from app.doors.guard import allow
from app.doors.request import actor, now, session
from app.doors.sponsor.list_fields import FIELD_LABELS
from app.doors.sponsor.lists import PURPOSE
from app.doors.sponsor.rights import managers, study
from app.doors.sponsor.uploads import held_upload, path_of

pages = Blueprint("mapping", __name__)
LOOKED_AT, SHAPES, LONGEST = 30, 3, 24
LETTER, DIGIT = re.compile(r"[^\W\d_]"), re.compile(r"\d")


@pages.get("/studies/<code>/lists/held/<held_id>/columns")
@allow(managers)
def show(code: str, held_id: str) -> ResponseReturnValue:
    """The headers of the file, each with the field it is taken for and how its cells look. No cell is shown."""
    held = held_upload(held_id, PURPOSE)
    headers, columns, rows = _headers(held_id)
    taken = {index: field for field, index in columns.fields.items()}
    return render_template(
        "mapping.html",
        held=held,
        headers=[
            (index, text, taken.get(index, ""), _shapes(rows, index))
            for index, text in enumerate(headers)
            if text.strip()
        ],
        missing=missing_keys(columns),
        labels=FIELD_LABELS,
    )


@pages.post("/studies/<code>/lists/held/<held_id>/columns")
@allow(managers)
def save(code: str, held_id: str) -> ResponseReturnValue:
    """Keeps the answers for this list and the next ones, then shows the dry run."""
    held = held_upload(held_id, PURPOSE)
    headers, _, _ = _headers(held_id)
    said = {
        text: request.form.get(f"column-{index}", "")
        for index, text in enumerate(headers)
        if text.strip() and f"column-{index}" in request.form
    }
    save_mapping(session(), study(), held.name, said, actor=actor(), now=now())
    return redirect(url_for("lists.try_out", code=code, held_id=held_id), 303)


def _shapes(rows: list[Cells], index: int) -> str:
    """How the first cells of a column look, A for a letter and 9 for a digit: nobody is recognised by it."""
    cells = (row[index].strip() for row in rows if index < len(row))
    shapes = dict.fromkeys(DIGIT.sub("9", LETTER.sub("A", cell))[:LONGEST] for cell in cells if cell)
    return " · ".join(list(shapes)[:SHAPES])


def _headers(held_id: str) -> tuple[Cells, Columns, list[Cells]]:
    """The header row of the first sheet that has one, or the first row with words in it, and some rows below."""
    held = held_upload(held_id, PURPOSE)
    file = open_list(path_of(held), held.name)
    known = saved_headers(session(), study(), None)
    for _, cells, columns in headers_of(file, known):
        return cells, columns, _below(file, cells)
    rows = [row for sheet in file.sheets for row in sheet.rows if sum(bool(cell.strip()) for cell in row) > 1]
    cells = rows[0] if rows else ()
    return cells, read_headers(cells, known), rows[1 : LOOKED_AT + 1]


def _below(file: ListFile, headers: Cells) -> list[Cells]:
    for sheet in file.sheets:
        if headers in sheet.rows:
            start = sheet.rows.index(headers) + 1
            return sheet.rows[start : start + LOOKED_AT]
    return []
