"""`forms check` and `forms print`: the questionnaires' own definitions, checked, or printed for paper."""

from pathlib import Path

from app.commands.call import Answer, Call, Commands
from app.commands.errors import FormsPathMissing
from app.kernel.language import LANGUAGES


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
    from forms.checking import check as check_folder

    faults = [fault for folder in _folders(call) for fault in check_folder(folder)]
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
    from forms.loading import load, shipped
    from forms.printing import print_html, print_pdf

    path = Path(call.words.study)
    try:
        questionnaire = load(path if (path / "study.yaml").exists() else shipped(call.words.study))
    except KeyError as error:
        raise FormsPathMissing(path=call.words.study) from error
    names = (
        [call.words.out] if call.words.out else [f"{questionnaire.code}.html", f"{questionnaire.code}.pdf"]
    )
    language = call.words.language or call.language
    for out in map(Path, names):
        if out.suffix.lower() == ".pdf":
            out.write_bytes(print_pdf(questionnaire, language))
        else:
            out.write_text(print_html(questionnaire, language), encoding="utf-8")
    return Answer({"study": questionnaire.code, "files": names}, "\n".join(names))


def _folders(call: Call) -> list[Path]:
    paths = [Path(path) for path in call.words.paths] or [_shipped()]
    found: list[Path] = []
    for path in paths:
        folders = (
            [path]
            if (path / "study.yaml").exists()
            else sorted(one.parent for one in path.glob("*/study.yaml"))
        )
        if not folders:
            raise FormsPathMissing(path=path)
        found += folders
    return found


def _shipped() -> Path:
    from forms.loading import shipped

    return shipped("calci_sts").parent
