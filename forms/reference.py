"""Writes the tables of LANGUAGE.md from the registries, so that the page cannot fall behind; a test runs every example on it.

``python -m forms.reference`` rewrites the page."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from forms.expressions.calls import FUNCTIONS
from forms.types import TYPES

PAGE = Path(__file__).parent / "LANGUAGE.md"
_MARKED = re.compile(r"(<!-- (types|functions|operators) -->\n).*?(<!-- end -->)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class TypeExample:
    """A question of the example study, what a person types, and what is shown to a French reader."""

    type: str
    question: str
    typed: object
    shown: str
    says: str


TYPE_EXAMPLES = (
    TypeExample("text", "initials", "DUP", "DUP", "one line; `max_chars`"),
    TypeExample(
        "long_text",
        "comment_txt",
        "Revu le 12/03\nStable",
        "Revu le 12/03\nStable",
        "several lines; `max_chars`",
    ),
    TypeExample("integer", "n_visits", "12", "12", "whole number; `soft`, `hard`"),
    TypeExample(
        "decimal",
        "weight_kg",
        "72,5",
        "72,5\u00a0kg",
        "comma or point; `unit`, `other_units`, `soft`, `hard`",
    ),
    TypeExample(
        "decimal",
        "ca_mmol",
        "88 mg/L",
        "2,2\u00a0mmol/L",
        "another accepted unit is converted, what was typed is kept",
    ),
    TypeExample("single", "ckd_mod", "2", "Hémodialyse", "one code of `choices`"),
    TypeExample(
        "multiple",
        "comorb",
        ["hta", "dm"],
        "Diabète, HTA",
        "several codes; `exclusive` stands alone; `dates: yes` adds a date per tick",
    ),
    TypeExample("yes_no", "relapse", "oui", "Oui", "1 or 0"),
    TypeExample("date", "sts_start_d", "15-1-12", "15/01/2012", "a full day, day first; `soft`, `hard`"),
    TypeExample(
        "partial_date",
        "onset_d",
        "mars 2014",
        "03/2014",
        "a year, a month or a day: an interval in expressions",
    ),
    TypeExample(
        "limit", "vl_val", "< 62", "<62\u00a0UI/mL", "`=`, `<`, `>` or not detected; `operator`, `rules`"
    ),
    TypeExample("mutations", "gt_mut", "e756q, G841A", "E756Q; G841A", "a list; `codon_max`"),
    TypeExample(
        "decimal", "weight_kg", "NSP", "Inconnu / absent du dossier", "`NSP`, `NF`, `SO` answer any question"
    ),
)

OPERATORS = (
    ("weight_kg + 2 * 3 - 1", "77", "arithmetic `+ - * / ^`; by zero is missing"),
    ("2 ^ 10", "1024", "power"),
    ("sts_start_d + 30", "2012-02-14", "a date and days; `date - date` is days"),
    ("weight_kg >= 72", "1", "comparison `= != < <= > >=`, 1 or 0"),
    ("onset_d < sts_start_d", "1", "a partial date is an interval: onset_d is 2011-12 here"),
    ("onset_d < date('2011-12-15')", "", "unknown when it depends on the missing day"),
    ("relapse = 1 and weight_kg > 70", "0", "`and`, `or`, `not` are three-valued"),
    ("height_cm > 100 or weight_kg > 70", "1", "one deciding side is enough"),
    ("not (height_cm > 100)", "", "the missing stays missing"),
    ("ckd_mod in (1, 2)", "1", "membership"),
    ("comorb has dm", "1", "a tick of a multiple choice, or a mutation"),
    ("v_surf@m12 - v_surf@j0", "-75", "the answer at a visit"),
    ("list.first_grant_on", "2012-01-10", "a fact of the authorisation list"),
    ("nothing", "", "the missing value"),
    ("today", "2020-01-01", "the day of the evaluation"),
)


def tables() -> dict[str, str]:
    """The generated tables by their mark."""
    types = [
        f"| `{one.type}` | `{json.dumps(one.typed, ensure_ascii=False)}` | {_cell(one.shown)} | {one.says} |"
        for one in TYPE_EXAMPLES
    ]
    missing = set(TYPES) - {one.type for one in TYPE_EXAMPLES}
    if missing:
        raise AssertionError(f"types without an example: {sorted(missing)}")
    functions = [
        f"| `{one.name}` | {one.wanted} | {one.en} | {one.fr} | `{one.example}` | {_result(one.result)} |"
        for one in FUNCTIONS.values()
    ]
    operators = [f"| `{text}` | {_result(result)} | {says} |" for text, result, says in OPERATORS]
    return {
        "types": _table("type | typed | shown (fr) | says", types),
        "functions": _table("function | arguments | gives | donne | example | result", functions),
        "operators": _table("example | result | says", operators),
    }


def _result(text: str) -> str:
    return f"`{text}`" if text else "missing"


def _cell(text: str) -> str:
    return text.replace("\n", "<br>").replace("|", "\\|")


def _table(head: str, rows: list[str]) -> str:
    return "\n".join([f"| {head} |", "|" + "---|" * (head.count("|") + 1), *rows]) + "\n"


def page(text: str) -> str:
    """The page with its tables written anew."""
    made = tables()
    return _MARKED.sub(lambda found: found[1] + made[found[2]] + found[3], text)


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
