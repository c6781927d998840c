"""From a folder of YAML to a Questionnaire, and from a published version's canonical JSON back to one."""

from pathlib import Path

from forms.building import build
from forms.definition import Questionnaire
from forms.faults import Fault, FaultyDefinition
from forms.publishing import dumps, loads, sealed

__all__ = ["dumps", "load", "loads", "read", "shipped", "shipped_codes"]

_STUDIES = Path(__file__).parent / "studies"


def shipped(code: str) -> Path:
    """The folder of a shipped study; raises KeyError when there is none of that code."""
    folder = _STUDIES / code
    if not code.isidentifier() or not (folder / "study.yaml").is_file():
        raise KeyError(code)
    return folder


def shipped_codes() -> list[str]:
    """The codes of the shipped studies."""
    return sorted(path.parent.name for path in _STUDIES.glob("*/study.yaml"))


def read(folder: Path) -> tuple[Questionnaire | None, list[Fault]]:
    """What can be read of a folder, and what is wrong with its shape (names and expressions are checked by forms.checking)."""
    faults: list[Fault] = []
    questionnaire = build(Path(folder), faults)
    return questionnaire, faults


def load(folder: Path) -> Questionnaire:
    """The questionnaire of a folder; raises FaultyDefinition with every fault found in its shape."""
    questionnaire, faults = read(folder)
    if questionnaire is None or faults:
        raise FaultyDefinition(faults)
    return sealed(questionnaire)
