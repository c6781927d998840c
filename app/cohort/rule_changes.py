"""What changed between two texts of a study's `list.yaml`, rule by rule; comments and order are no change."""

from dataclasses import dataclass

from forms.faults import Fault
from forms.reading import Item, read_text


@dataclass(frozen=True)
class RuleChange:
    """One rule (`window.from`) as it was and as it is; None where it was, or is, not there."""

    rule: str
    old: str | None
    new: str | None

    def text(self, language: str) -> str:
        """The change as a sentence."""
        said = f"Règle de la liste « {self.rule} » :" if language == "fr" else f"List rule '{self.rule}':"
        return f"{said} {self.old or '—'} → {self.new or '—'}"


def rule_changes(before: str | None, after: str | None) -> list[RuleChange]:
    """Every rule that differs, in the order of the new text, those taken away last."""
    old, new = _flat(before), _flat(after)
    return [
        RuleChange(rule, old.get(rule), new.get(rule))
        for rule in (new | old)
        if old.get(rule) != new.get(rule)
    ]


def _flat(text: str | None) -> dict[str, str]:
    faults: list[Fault] = []
    root = read_text("list.yaml", text, faults) if text is not None else None
    return dict(_walk(root, "")) if root is not None else {}


def _walk(item: Item, path: str) -> list[tuple[str, str]]:
    if item.is_mapping:
        pairs = item.fields().pairs()
        return [found for key, one in pairs for found in _walk(one, f"{path}.{key}" if path else key)]
    return [(path, ", ".join(item.words()))]
