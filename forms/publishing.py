"""One canonical JSON text per version: what a published version stores. Places and files are no part of it."""

import hashlib
import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass, replace
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import orjson

from forms.definition import Place, Questionnaire

# Of the questionnaire itself: the text and its hash cannot hold themselves.
_NOT_STORED = {"sha256", "source"}


def dumps(questionnaire: Questionnaire) -> str:
    """The canonical JSON of a version: keys sorted, defaults left out, lists in their order."""
    return orjson.dumps(_plain(questionnaire), option=orjson.OPT_SORT_KEYS).decode()


def sealed(questionnaire: Questionnaire) -> Questionnaire:
    """The same version with the sha256 and the text of its canonical JSON."""
    text = dumps(questionnaire)
    return replace(questionnaire, sha256=hashlib.sha256(text.encode()).hexdigest(), source=text)


def loads(text: str) -> Questionnaire:
    """The version a canonical JSON text stands for; raises ValueError when it is none."""
    try:
        questionnaire = _made(Questionnaire, orjson.loads(text))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"This is not a published questionnaire: {error!r}") from error
    if not isinstance(questionnaire, Questionnaire):
        raise ValueError("This is not a published questionnaire.")
    return sealed(questionnaire)


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        kept = {
            part.name: _plain(getattr(value, part.name))
            for part in fields(value)
            if part.name != "place" and not (part.name in _NOT_STORED and isinstance(value, Questionnaire))
        }
        return {
            name: content for name, content in kept.items() if not _is_default(type(value), name, content)
        }
    if isinstance(value, Mapping):
        # Order is meaning (questions, choices), and canonical JSON sorts keys: so that mappings are written as pairs.
        return [[key, _plain(content)] for key, content in value.items()]
    if isinstance(value, tuple | list):
        return [_plain(content) for content in value]
    return value


def _is_default(kind: type, name: str, content: Any) -> bool:
    defaults = _defaults(kind)
    return name in defaults and content == defaults[name]


@cache
def _defaults(kind: type) -> dict[str, Any]:
    found = {}
    for part in fields(kind):
        if part.default is not MISSING:
            found[part.name] = _plain(part.default)
        elif part.default_factory is not MISSING:
            found[part.name] = _plain(part.default_factory())
    return found


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _made(kind: Any, content: Any) -> Any:
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _made_optional(kind, content)
    if origin is Literal:
        return content
    if origin is tuple:
        return _made_tuple(get_args(kind), content)
    if origin is dict:
        key, value = get_args(kind)
        return {_made(key, name): _made(value, inner) for name, inner in content}
    if is_dataclass(kind):
        hints = _hints(kind)  # type: ignore[arg-type]  # a dataclass is a type; mypy sees Any
        return kind(**{name: _made(hints[name], inner) for name, inner in content.items()})  # type: ignore[operator]  # as above
    return content


def _made_optional(kind: Any, content: Any) -> Any:
    if content is None:
        return None
    for option in get_args(kind):
        if (is_dataclass(option) and option is not Place) or get_origin(option) is tuple:
            return _made(option, content)
    return content


def _made_tuple(arguments: tuple[Any, ...], content: list[Any]) -> tuple[Any, ...]:
    if len(arguments) == 2 and arguments[1] is ...:
        return tuple(_made(arguments[0], inner) for inner in content)
    return tuple(_made(kind, inner) for kind, inner in zip(arguments, content, strict=True))
