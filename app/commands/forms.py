"""`forms check`: the questionnaires' own definitions, checked."""

from pathlib import Path

from app.commands.call import Answer, Call, Commands
from app.commands.errors import FormsPathMissing


def declare(commands: Commands) -> None:
    """Declares the command."""
    forms = commands.group("forms", "les questionnaires", "the questionnaires")
    checking = forms.add("check", check, "vérifie des définitions", "checks study definitions")
    checking.add_argument("paths", nargs="*", metavar="PATH")


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
            "mend": fault.mend,
        }
        for fault in faults
    ]
    lines = [f"{one['file']}:{one['line']}:{one['column']}: {one['message']} → {one['mend']}" for one in data]
    good = call.say("Aucune faute.", "No fault.")
    return Answer({"ok": not data, "faults": data}, "\n".join(lines) or good, 1 if data else 0)


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
