"""The whole of calci_sts, page after page to its receipt: without a script, in both languages; and by keyboard alone."""

from __future__ import annotations

import pytest

from tests.doors_centre.builders import Visitor, page, text_of, visitor
from tests.fixtures.studies import Opened
from tests.journeys.whole import Typed, stored, whole_answers

MOST_PAGES = 60
FRENCH = (
    "Enregistrer",
    "indispensable",
    "Corriger",
    "Transmettre",
    "facultatif",
    "Sections du questionnaire",
)


def lines_wanted(answers: Typed, html: str) -> str | None:
    """The group of lines on a page that has fewer lines than there are answers for."""
    for group in {name.partition("#")[0] for name in answers if "#" in name}:
        repeat = "ag" if group.startswith("ag_") else "ae"
        at = f"@{group.partition('@')[2]}" if "@" in group else ""
        key = f"{repeat}{at}"
        most = max(
            int(name.partition("#")[2])
            for name in answers
            if name.startswith(f"{repeat}_") and f"{at}#" in name
        )
        shown = html.count(f'name="l:{key}"')
        if f'data-group="{key}"' in html and 0 < shown < most:
            return key
    return None


def fill(person: Visitor, path: str, answers: Typed) -> str:
    """Types what the page asks for, as often as new questions appear on it; the next page."""
    for _ in range(12):
        html = person.get(path).text
        form = person.form(path)
        for name, (typed, missing) in answers.items():
            if f'data-a="{name}"' not in html:
                continue
            form.setlist(
                name, typed if isinstance(typed, list) else [typed or (f"!{missing}" if missing else "")]
            )
            if missing and f'name="{name}!m"' in html:
                form.setlist(name, [""])
                form[f"{name}!m"] = missing
        more = lines_wanted(answers, html)
        form["do"] = f"add:{more}" if more else "next"
        answer = person.client.post(path, data=form)
        assert answer.status_code == 303, text_of(answer)[:3000]
        onwards = answer.headers["Location"].partition("?")[0].partition("#")[0]
        if onwards != path:
            return onwards
    raise AssertionError(f"no way past {path}")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_whole_questionnaire_is_filled_and_handed_in_without_a_script(
    opened: Opened, language: str
) -> None:
    person = visitor(opened).enter()
    code = person.codes[0]
    answers = whole_answers(opened, code)
    if language == "en":
        person.client.post(
            "/langue", data={"language": "en", "csrf_token": person.form("/", "/langue")["csrf_token"]}
        )
    path, seen = page(code, "dossier"), []
    while not path.endswith("/relecture"):
        path = fill(person, path, answers)
        seen.append(path)
        assert len(seen) < MOST_PAGES
    answer = person.send(path)
    assert answer.status_code == 303, text_of(answer)[:3000]
    status, document = stored(opened, code)
    assert status == "submitted"
    held = {name for name, cell in document.answers.items() if "v" in cell or "m" in cell}
    assert set(answers) - held <= {"sex", "atu_first_d"}
    shown = " ".join(text_of(person.get(one)) for one in [*seen, f"/patients/{code}/recu", "/"])
    assert any(word in shown for word in FRENCH) == (language == "fr")
