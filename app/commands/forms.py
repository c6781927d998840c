"""`forms check` and `forms print`: the questionnaires' own definitions, checked, or printed for paper."""

from pathlib import Path
from typing import TYPE_CHECKING

from app.commands.call import Answer, Call, Commands
from app.commands.errors import FormsPathMissing
from app.kernel.errors import DatabaseNotReady
from app.kernel.language import LANGUAGES

if TYPE_CHECKING:
    from forms.definition import Questionnaire


def declare(commands: Commands) -> None:
    """Declares the command."""
    forms = commands.group("forms", "les questionnaires", "the questionnaires")
    checking = forms.add("check", check, "vérifie des définitions", "checks study definitions")
    checking.add_argument("paths", nargs="*", metavar="PATH")
    printing = forms.add(
        "print", print_form, "imprime un questionnaire vierge", "prints a blank questionnaire"
    )
    printing.add_argument("study", metavar="CODE")
    out = commands.say("par défaut CODE.html et CODE.pdf ici", "CODE.html and CODE.pdf here unless said")
    printing.add_argument("--out", metavar="FILE.pdf|FILE.html", help=out)
    printing.add_argument("--language", choices=LANGUAGES)


def check(call: Call) -> Answer:
    """Every fault with its file, its line and how to mend it; exit code 1 when there is one."""
    from app.cohort.rules import list_faults
    from forms.checking import check as check_folder

    faults = [
        fault for folder in _folders(call) for fault in sorted([*check_folder(folder), *list_faults(folder)])
    ]
    data = [
        {
            "file": str(fault.file),
            "line": fault.line,
            "column": fault.column,
            "code": fault.code,
            "message": call.say(fault.message_fr, fault.message_en),
            "mend": call.say(fault.mend_fr, fault.mend_en),
        }
        for fault in faults
    ]
    lines = [fault.text(call.language) for fault in faults]
    good = call.say("Aucune faute.", "No fault.")
    return Answer({"ok": not data, "faults": data}, "\n".join(lines) or good, 1 if data else 0)


def print_form(call: Call) -> Answer:
    """The blank questionnaire of a study, for those who work from paper: PDF or HTML by the file's name."""
    from forms.printing import print_html, print_pdf

    questionnaire = _questionnaire(call)
    names = (
        [call.words.out] if call.words.out else [f"{questionnaire.code}.html", f"{questionnaire.code}.pdf"]
    )
    language = call.words.language or call.language
    for out in map(Path, names):
        if out.suffix.lower() == ".pdf":
            out.write_bytes(print_pdf(questionnaire, language))
        else:
            out.write_text(print_html(questionnaire, language), encoding="utf-8")
    version = questionnaire.version
    return Answer(
        {"study": questionnaire.code, "version": version, "files": names},
        "\n".join([f"{questionnaire.code}, version {version}", *names]),
    )


def _questionnaire(call: Call) -> "Questionnaire":
    """A folder's definition, else the version in force of a study open here, else a shipped one's."""
    from forms.loading import load, shipped, shipped_codes

    path = Path(call.words.study)
    if (path / "study.yaml").is_file():
        return load(path)
    published = _published(call)
    if published is not None:
        return published
    try:
        return load(shipped(call.words.study))
    except KeyError:
        raise FormsPathMissing(
            path=path,
            where_fr="ouverte ici ou livrée",
            where_en="open here or shipped with Recueil",
            known=", ".join(shipped_codes()),
        ) from None


def _published(call: Call) -> "Questionnaire | None":
    from app.cohort.errors import UnknownStudy
    from app.cohort.studies import find_study
    from app.collection.questionnaires import questionnaire_of

    try:
        with call.installation.database.reading() as session:
            return questionnaire_of(session, find_study(session, call.words.study))
    except (DatabaseNotReady, UnknownStudy):
        return None


def _folders(call: Call) -> list[Path]:
    from forms.loading import shipped, shipped_codes

    known = {code: shipped(code) for code in shipped_codes()}
    found: list[Path] = []
    for word in call.words.paths or list(known):
        path = Path(word)
        here = (path / "study.yaml").is_file()
        folders = [path] if here else sorted(one.parent for one in path.glob("*/study.yaml"))
        if not folders and word not in known:
            raise FormsPathMissing(
                path=path, where_fr="livrée", where_en="shipped with Recueil", known=", ".join(known)
            )
        found += folders or [known[word]]
    return found
