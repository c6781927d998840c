"""The order of computation: which value waits for which, told as a graph of (name, visit) nodes; finds circles."""

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter

from forms.expressions.binder import EARLIER, LATER, SAME
from forms.expressions.vocabulary import Vocabulary

Node = tuple[str, str | None]


class Circle(Exception):
    """Values that wait for each other; ``path`` begins and ends with the same node."""

    def __init__(self, path: list[Node]) -> None:
        super().__init__(" → ".join(shown(node) for node in path))
        self.path = path


def shown(node: Node) -> str:
    """A node as people write it."""
    name, visit = node
    return f"{name.lstrip('#§')}@{visit}" if visit else name.lstrip("#§")


def needed(vocabulary: Vocabulary, needs: Iterable[tuple[str, str | None]], visit: str | None) -> set[Node]:
    """The nodes a formula waits for when it runs at a visit. The operator of a limit question is the question itself."""
    owner = {variable.limit: variable.name for variable in vocabulary.variables.values() if variable.limit}
    order = list(vocabulary.visits)
    here = order.index(visit) if visit in vocabulary.visits else 0
    found: set[Node] = set()
    for name, at in needs:
        known = owner.get(name, name)
        visits: list[str | None]
        if at == SAME:
            visits = [visit]
        elif at in (EARLIER, LATER):
            visits = list(order[:here] if at == EARLIER else order[here + 1 :])
        else:
            visits = [at]
        found |= {(known, one) for one in visits}
    return found


def ordered(waits: Mapping[Node, Iterable[Node]]) -> list[Node]:
    """The nodes, each after those it waits for; nodes that nobody declares are left out. Raises Circle."""
    known = {node: [other for other in others if other in waits] for node, others in waits.items()}
    try:
        return list(TopologicalSorter(known).static_order())
    except CycleError as error:
        raise Circle(list(reversed(error.args[1]))) from None
