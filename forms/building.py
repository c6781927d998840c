"""Builds a Questionnaire from the files of a study folder; what a file says wrongly is noted, never guessed."""

from pathlib import Path

from forms.building_questions import Context, Frame, build_question, code_of, read_choices
from forms.definition import (
    Check,
    Choice,
    Closing,
    Contact,
    Derived,
    Formula,
    Label,
    Question,
    Questionnaire,
    Repeat,
    Scope,
    Section,
    Table,
    Visit,
)
from forms.faults import Fault
from forms.reading import Fields, Item, read_file


def build(folder: Path, faults: list[Fault]) -> Questionnaire | None:
    """The questionnaire of a folder as far as it can be read; None when study.yaml cannot."""
    root = read_file(folder, "study.yaml", faults)
    if root is None:
        return None
    study = root.fields()
    codes = _code_lists(folder, faults)
    context = Context(codes, faults)
    sections, repeats = _sections(folder, study, context, faults)
    visits = tuple(_visit(item) for item in study.items("visits"))
    questionnaire = Questionnaire(
        code=study.need("study"),
        version=study.number("version", 1),
        title=study.label("title", needed=True),
        prefix=study.need("prefix"),
        anchor=study.text("anchor"),
        registration=study.text("registration"),
        languages=study.words("languages") or ("fr", "en"),
        centres=study.words("centres"),
        contact=_contact(study),
        minutes=study.number("minutes"),
        changes=study.label("changes"),
        note=study.label("note"),
        visits=visits,
        sections=tuple(sections),
        repeats=repeats,
        questions=context.questions,
        derived=_derived(folder, context, faults),
        checks=tuple(_checks(folder, faults)),
        tables=_tables(folder, faults),
        code_lists=codes,
    )
    study.finish()
    return questionnaire


def _contact(study: Fields) -> Contact:
    item = study.get("contact")
    if item is None:
        return Contact()
    parts = item.fields()
    contact = Contact(*(parts.text(key) for key in ("name", "organisation", "telephone", "email")))
    parts.finish()
    return contact


def _visit(item: Item) -> Visit:
    parts = item.fields()
    day = parts.get("day")
    visit = Visit(
        code=parts.need("code"),
        label=parts.label("label", needed=True),
        day=day.number() if day else None,
        before=parts.number("before"),
        after=parts.number("after"),
        asked="optional" if parts.one_of("asked", ("always", "optional")) == "optional" else "always",
        anchor=parts.text("anchor"),
        ask_if=parts.formula("ask_if"),
        unless=parts.formula("unless"),
        closed=tuple(_closing(closing) for closing in parts.items("closed")),
        place=item.place,
    )
    parts.finish()
    return visit


def _closing(item: Item) -> Closing:
    parts = item.fields()
    when = parts.formula("when") or Formula("nothing", item.place)
    reason = parts.one_of("missing", ("SO", "NSP", "NF"))
    parts.finish()
    return Closing(when, "SO" if reason == "SO" else "NSP" if reason == "NSP" else "NF")


def _sections(
    folder: Path, study: Fields, context: Context, faults: list[Fault]
) -> tuple[list[Section], dict[str, Repeat]]:
    sections: list[Section] = []
    repeats: dict[str, Repeat] = {}
    for item in study.items("sections"):
        root = read_file(folder, item.text(), faults)
        if root is not None:
            sections.append(_section(root, context, repeats))
    return sections, repeats


def _section(root: Item, context: Context, repeats: dict[str, Repeat]) -> Section:
    parts = root.fields()
    code, visits = parts.need("section"), parts.words("visits")
    repeat = parts.text("repeat") or None
    label = parts.label("label", needed=True)
    group = _repeat(parts, repeat, code, label, visits)
    if group is not None:
        repeats[group.code] = group
    frame = Frame(code, visits, repeat, group.gate if group else "", parts.flag("wide"))
    names: list[str] = []
    for item in parts.items("questions"):
        built: list[Question] = build_question(item, context, frame)
        names += [question.name for question in built]
    section = Section(
        code, parts.text("letter"), label, tuple(names), visits, repeat, parts.label("help"),
        parts.label("banner"), parts.formula("ask_if"), parts.formula("unless"), root.place,
    )  # fmt: skip
    parts.finish()
    return section


def _repeat(
    parts: Fields, code: str | None, section: str, label: Label, visits: tuple[str, ...]
) -> Repeat | None:
    if code is None:
        return None
    return Repeat(
        code=code,
        section=section,
        label=label,
        sheet=parts.text("sheet") or code,
        visits=visits,
        min_lines=parts.number("min_lines"),
        max_lines=parts.number("max_lines"),
        gate=parts.text("gate"),
        order_by=parts.text("order_by"),
        line_label=parts.label("line_label"),
        place=parts.item.place,
    )


def _code_lists(folder: Path, faults: list[Fault]) -> dict[str, tuple[Choice, ...]]:
    if not (folder / "codes.yaml").is_file():
        return {}
    root = read_file(folder, "codes.yaml", faults)
    return {name: read_choices(item) for name, item in root.fields().pairs()} if root else {}


def _scope(parts: Fields) -> tuple[Scope, tuple[str, ...], str | None]:
    visits, repeat = parts.words("visits"), parts.text("repeat") or None
    return ("line" if repeat else "visit" if visits else "patient"), visits, repeat


def _derived(folder: Path, context: Context, faults: list[Fault]) -> dict[str, Derived]:
    found: dict[str, Derived] = {}
    for item in _list_of(folder, "derived.yaml", "derived", faults):
        parts = item.fields()
        scope, visits, repeat = _scope(parts)
        choices, choices_from = context.choices(parts)
        name, unit = parts.need("name"), parts.label("unit")
        if name in found:
            item.wrong(
                "double_name", name=name, other="another derived value", other_fr="une autre valeur calculée"
            )
        found[name] = Derived(
            name=name,
            label=parts.label("label", needed=True),
            type=parts.one_of(
                "type", ("decimal", "integer", "single", "yes_no", "date", "partial_date", "text")
            ),
            formula=parts.formula("value") or Formula("nothing", item.place),
            scope=scope,
            visits=visits,
            repeat=repeat,
            unit=unit.fr,
            unit_label=unit,
            choices=choices,
            choices_from=choices_from,
            wide=parts.flag("wide"),
            internal=parts.flag("internal"),
            help=parts.label("help"),
            source=parts.text("source"),
            place=item.place,
        )
        if parts.get("value") is None:
            item.wrong("missing_key", key="value")
        parts.finish()
    return found


def _checks(folder: Path, faults: list[Fault]) -> list[Check]:
    found: list[Check] = []
    for item in _list_of(folder, "checks.yaml", "checks", faults):
        parts = item.fields()
        scope, visits, repeat = _scope(parts)
        code, when = parts.need("code"), parts.formula("when")
        if when is None:
            item.wrong("missing_key", key="when")
        if any(other.code == code for other in found):
            item.wrong("double_name", name=code, other="another check", other_fr="un autre contrôle")
        level = parts.one_of("level", ("W", "H"))
        found.append(
            Check(
                code,
                "H" if level == "H" else "W",
                when or Formula("nothing", item.place),
                parts.label("message", needed=True),
                parts.words("on"),
                scope,
                visits,
                repeat,
                parts.text("source"),
                item.place,
            )
        )
        parts.finish()
    return found


def _list_of(folder: Path, name: str, key: str, faults: list[Fault]) -> list[Item]:
    if not (folder / name).is_file():
        return []
    root = read_file(folder, name, faults)
    if root is None:
        return []
    parts = root.fields()
    items = parts.items(key)
    parts.finish()
    return items


def _tables(folder: Path, faults: list[Fault]) -> dict[str, Table]:
    if not (folder / "tables.yaml").is_file():
        return {}
    root = read_file(folder, "tables.yaml", faults)
    return {code: _table(code, item) for code, item in root.fields().pairs()} if root else {}


def _table(code: str, item: Item) -> Table:
    parts = item.fields()
    columns_item, rows_item = parts.get("columns"), parts.get("rows")
    columns = (
        tuple((name, label.label()) for name, label in columns_item.fields().pairs()) if columns_item else ()
    )
    rows = (
        tuple((code_of(key), _row(row, columns)) for key, row in rows_item.fields().pairs())
        if rows_item
        else ()
    )
    table = Table(
        code, parts.text("version", "1"), parts.label("title"), columns, rows, parts.label("note"),
        parts.text("key"), parts.text("source"),
    )  # fmt: skip
    parts.finish()
    return table


def _row(item: Item, columns: tuple[tuple[str, Label], ...]) -> tuple[tuple[str, float | int | str], ...]:
    parts = item.fields()
    found: list[tuple[str, float | int | str]] = []
    for name, _ in columns:
        cell = parts.get(name)
        if cell is not None:
            found.append((name, _cell(cell.text())))
    parts.finish()
    return tuple(found)


def _cell(text: str) -> float | int | str:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
