"""Binds calls: plain functions, and the special forms that look at a name, a condition or a table rather than at values."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from forms import spans
from forms.expressions import nodes
from forms.expressions.aggregates import AGGREGATES, group_of
from forms.expressions.binder import BINDERS, EARLIER, LATER, SAME, Binder, nothing
from forms.expressions.binding import has
from forms.expressions.frames import Compiled, Frame
from forms.expressions.functions import MANY, PLAIN, VARIADIC, Function
from forms.expressions.values import truth
from forms.faults import nearest
from forms.types.limits import by_rule


def bind_call(binder: Binder, node: nodes.Call) -> Compiled:
    """The closure of a call; an unknown function and a wrong number of arguments are noted."""
    function = FUNCTIONS.get(node.name)
    if function is None:
        return binder.wrong(node, "unknown_function", name=node.name, **nearest(node.name, FUNCTIONS))
    if not function.least <= len(node.arguments) <= function.most:
        return binder.wrong(
            node, "wrong_arity", name=node.name, wanted=function.wanted, given=len(node.arguments), example=function.example
        )  # fmt: skip
    if node.name in PLAIN:
        return _plain(function, [binder.bind(argument) for argument in node.arguments])
    if node.name in AGGREGATES:
        if node.name not in VARIADIC or group_of(binder, node.arguments[0]) is not None:
            return AGGREGATES[node.name](binder, node)
        run = replace(function, run=VARIADIC[node.name])
        return _plain(run, [binder.bind(argument) for argument in node.arguments])
    return _FORMS[node.name](binder, node)


def _plain(function: Function, arguments: list[Compiled]) -> Compiled:
    run = function.run
    if run is None:
        return nothing
    if function.name == "coalesce":
        return _coalesced(arguments)
    if not function.strict:
        return lambda frame: run(*[argument(frame) for argument in arguments])
    if len(arguments) == 1:
        only = arguments[0]
        return lambda frame: None if (value := only(frame)) is None else run(value)

    def strict(frame: Frame) -> Any:
        values = [argument(frame) for argument in arguments]
        return None if None in values else run(*values)

    return strict


def _coalesced(arguments: list[Compiled]) -> Compiled:
    def run(frame: Frame) -> Any:
        for argument in arguments:
            value = argument(frame)
            if value is not None:
                return value
        return None

    return run


def _if(binder: Binder, node: nodes.Call) -> Compiled:
    condition, then = binder.bind(node.arguments[0]), binder.bind(node.arguments[1])
    other = binder.bind(node.arguments[2]) if len(node.arguments) == 3 else nothing

    def run(frame: Frame) -> Any:
        known = truth(condition(frame))
        return None if known is None else then(frame) if known else other(frame)

    return run


def _known(binder: Binder, node: nodes.Call) -> Compiled:
    operand = binder.bind(node.arguments[0])
    return lambda frame: operand(frame) is not None


def _missing(binder: Binder, node: nodes.Call) -> Compiled:
    operand = binder.bind(node.arguments[0])
    return lambda frame: operand(frame) is None


def _reason(binder: Binder, node: nodes.Call) -> Compiled:
    address = binder.address(node.arguments[0], _start(node.arguments[0]))
    return nothing if address is None else lambda frame: frame.reasons.get(address(frame))


def _asked(binder: Binder, node: nodes.Call) -> Compiled:
    address = binder.address(node.arguments[0], _start(node.arguments[0]))
    return nothing if address is None else lambda frame: address(frame) in frame.asked


def _start(node: nodes.Node) -> int:
    return 1 if isinstance(node, nodes.Dotted) and node.owner == "outer" else 0


def _date(binder: Binder, node: nodes.Call) -> Compiled:
    argument = node.arguments[0]
    try:
        moment = spans.moment(argument.value) if isinstance(argument, nodes.Text) else None
    except ValueError:
        moment = None
    if moment is None:
        return binder.wrong(
            argument, "syntax", detail="date() wants an ISO date in quotes",
            detail_fr="date() attend une date ISO entre apostrophes",
            mend="Write date('2012-01-15').", mend_fr="Écrivez date('2012-01-15').",
        )  # fmt: skip
    return lambda frame: moment


def _lookup(binder: Binder, node: nodes.Call) -> Compiled:
    table_node, key_node, column_node = node.arguments
    name = table_node.name if isinstance(table_node, nodes.Name) else ""
    table = binder.vocabulary.tables.get(name)
    if table is None:
        return binder.wrong(table_node, "unknown_table", name=name, **nearest(name, binder.vocabulary.tables))
    column = column_node.name if isinstance(column_node, nodes.Name) else getattr(column_node, "value", "")
    columns = [known for known, _ in table.columns]
    if column not in columns:
        return binder.wrong(
            column_node, "unknown_column", table=name, name=column, **nearest(str(column), columns)
        )
    if isinstance(key_node, nodes.Number | nodes.Text) and key_node.value not in table.cells:
        known = [str(code) for code in table.cells]
        return binder.wrong(
            key_node,
            "unknown_code",
            name=key_node.value,
            variable=name,
            **nearest(str(key_node.value), known),
        )
    key, cells = binder.bind(key_node), {code: row.get(column) for code, row in table.cells.items()}
    return lambda frame: cells.get(key(frame))


def _has_any(binder: Binder, node: nodes.Call) -> Compiled:
    first, *others = node.arguments
    codes: list[nodes.Node] = []
    for other in others:
        if isinstance(other, nodes.Name):
            codes.append(nodes.Text(other.at, other.name))
        else:
            codes.append(other)
    binder.codes_fit(node, first, codes)
    ticked: set[int | str] = set()
    for code in codes:
        if isinstance(code, nodes.Text):
            ticked.add(code.value)
        elif isinstance(code, nodes.Number):
            ticked.add(int(code.value))
    return has(binder.bind(first), frozenset(ticked))


def _ticks(binder: Binder, node: nodes.Call) -> Compiled:
    first = node.arguments[0]
    variable = binder.vocabulary.variables.get(first.name) if isinstance(first, nodes.Name) else None
    none = frozenset((variable.exclusive,)) if variable and variable.exclusive is not None else frozenset()
    operand = binder.bind(first)

    def run(frame: Frame) -> int | None:
        value = operand(frame)
        return len(value - none) if isinstance(value, frozenset) else None

    return run


def _ruled(rule: str) -> Callable[[Binder, nodes.Call], Compiled]:
    def form(binder: Binder, node: nodes.Call) -> Compiled:
        argument = node.arguments[0]
        name = getattr(argument, "name", "")
        variable = binder.vocabulary.variables.get(name)
        operator = variable.limit if variable else ""
        if not operator:
            limits = [known.name for known in binder.vocabulary.variables.values() if known.limit]
            return binder.wrong(argument, "unknown_variable", name=name or "?", **nearest(name, limits))
        number = binder.bind(argument)
        sign = binder.bind(replace(argument, name=operator))  # type: ignore[call-arg]  # a named node, for it has a name
        return lambda frame: by_rule(rule, sign(frame), number(frame))

    return form


def _neighbour(step: int) -> Callable[[Binder, nodes.Call], Compiled]:
    """``previous`` and ``next``: the expression seen from the nearest visit or line before or after where it is known."""

    def form(binder: Binder, node: nodes.Call) -> Compiled:
        level = binder.levels[0]
        if level.repeat is None and level.visit is None:
            return binder.wrong(node, "out_of_scope", name=node.name, scope="visit", scope_fr="visite")
        if level.repeat is not None:
            binder.needs.add((f"#{level.repeat}", level.visit))
            return _other_line(level.repeat, level.visit is not None, step, binder.bind(node.arguments[0]))
        moved = replace(level, visit=EARLIER if step < 0 else LATER)
        binder.levels[0] = moved if level.visit == SAME else level
        operand = binder.bind(node.arguments[0])
        binder.levels[0] = level
        return _other_visit(list(binder.vocabulary.visits), step, operand)

    return form


def _sibling(frame: Frame, visit: str | None, line: int | None) -> Frame:
    other = frame.inside(visit)
    other.outer, other.line = frame.outer, line
    return other


def _other_visit(visits: list[str], step: int, operand: Compiled) -> Compiled:
    def run(frame: Frame) -> Any:
        here = visits.index(frame.visit or "")
        others = visits[here + 1 :] if step > 0 else visits[:here][::-1]
        found = (operand(_sibling(frame, visit, frame.line)) for visit in others)
        return next((value for value in found if value is not None), None)

    return run


def _other_line(repeat: str, per_visit: bool, step: int, operand: Compiled) -> Compiled:
    def run(frame: Frame) -> Any:
        lines = frame.lines.get((repeat, frame.visit if per_visit else None), [])
        if frame.line not in lines:
            return None
        here = lines.index(frame.line)
        others = lines[here + 1 :] if step > 0 else lines[:here][::-1]
        found = (operand(_sibling(frame, frame.visit, line)) for line in others)
        return next((value for value in found if value is not None), None)

    return run


_FORMS: dict[str, Callable[[Binder, nodes.Call], Compiled]] = {
    "if": _if,
    "known": _known,
    "missing": _missing,
    "reason": _reason,
    "asked": _asked,
    "date": _date,
    "lookup": _lookup,
    "has_any": _has_any,
    "ticks": _ticks,
    "lloq": _ruled("lloq"),
    "half": _ruled("half"),
    "zero": _ruled("zero"),
    "previous": _neighbour(-1),
    "next": _neighbour(1),
}

# The examples read the little study at the head of LANGUAGE.md.
_SPECIAL = (
    Function("if", 2, 3, "a si la condition est vraie, b (ou rien) si elle est fausse ; rien si elle est inconnue",
             "a when the condition is true, b (or nothing) when false; nothing when unknown", "if(weight_kg > 70, 1, 0)", "1"),
    Function("known", 1, 1, "vrai si la valeur est connue", "true when the value is known", "known(height_cm)", "0"),
    Function("missing", 1, 1, "vrai si la valeur manque", "true when the value is missing", "missing(height_cm)", "1"),
    Function("reason", 1, 1, "la raison d’absence donnée : NSP, NF ou SO", "the missing reason given: NSP, NF or SO",
             "reason(height_cm) = NSP", "1"),
    Function("asked", 1, 1, "vrai si la question est posée", "true when the question is asked", "asked(amp_d)", "0"),
    Function("date", 1, 1, "une date écrite, complète ou partielle", "a written date, full or partial",
        "date('2014-03-12')", "2014-03-12"),
    Function("lookup", 3, 3, "la case d’une table : table, clé, colonne", "the cell of a table: table, key, column",
             "lookup(opioids, 21, factor)", "2"),
    Function("has_any", 2, MANY, "vrai si l’un des codes est coché", "true when any of the codes is ticked",
        "has_any(comorb, dm, hta)", "1"),
    Function("ticks", 1, 1, "le nombre de cases cochées, sans « aucun »", "the number of ticks, without 'none'",
        "ticks(comorb)", "2"),
    Function("lloq", 1, 1, "la valeur d’un résultat, le seuil quand il est sous le seuil",
        "the number of a result, the limit when below it",
             "last(vl, lloq(vl_val))", "62"),
    Function("half", 1, 1, "de même, la moitié du seuil", "the same, half the limit", "last(vl, half(vl_val))", "31"),
    Function("zero", 1, 1, "de même, 0", "the same, 0", "last(vl, zero(vl_val))", "0"),
    Function("previous", 1, 1, "la même expression à la visite (ou ligne) précédente où elle est connue",
             "the same expression at the nearest earlier visit (or line) where it is known", "last(vl, previous(vl_val))", "709"),
    Function("next", 1, 1, "de même, à la suivante", "the same, at the nearest later one", "first(vl, next(vl_val))", "709"),
    Function("any", 2, 2, "vrai si la condition l’est pour une ligne", "true when the condition is for one line",
        "any(vl, vl_op = 2)", "1"),
    Function("all", 2, 2, "vrai si la condition l’est pour toutes les lignes", "true when the condition is for every line",
             "all(vl, known(vl_d))", "1"),
    Function("count", 1, 2, "le nombre de lignes (où la condition est vraie)",
        "the number of lines (where the condition is true)",
             "count(vl, vl_op = 1)", "2"),
    Function("sum", 1, MANY, "la somme sur les lignes (où…) ou des valeurs ; une valeur manquante rend la somme manquante",
             "the sum over lines (where…) or of values; a missing value makes it missing",
             "sum(ag@j0, ag_dose, ag_reg = 1)", "70"),
    Function("min", 1, MANY, "la plus petite valeur des lignes (où…), les manquantes laissées ; ou de valeurs toutes connues",
             "the smallest over lines (where…), missing ones left out; or of values that are all known", "min(vl, vl_val)", "62"),
    Function("max", 1, MANY, "la plus grande, de même", "the largest, likewise", "max(3, 12)", "12"),
    Function("first", 2, 3, "la première valeur connue des lignes (où…), dans leur ordre",
        "the first known value of the lines (where…), in their order",
             "first(vl, vl_d)", "2022-05-04"),
    Function("last", 2, 3, "la dernière, de même", "the last, likewise", "last(vl, vl_val, vl_op = 1)", "709"),
)  # fmt: skip

FUNCTIONS: dict[str, Function] = PLAIN | {function.name: function for function in _SPECIAL}

BINDERS[nodes.Call] = bind_call
