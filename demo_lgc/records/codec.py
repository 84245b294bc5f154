"""Frozen dataclasses of the domain to JSON and back, exactly, guided by their annotations.

A medical summary is kept whole, as it was known at one moment; columns would only pretend that somebody
searches in it. Enumerations are written by name, so that a label may be reworded.
"""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from demo_lgc.domain.errors import StorageError, StorageProblem

T = TypeVar("T")


def dumps(value: object) -> str:
    """Return `value` (a dataclass of str, int, bool, None, Enum, dataclasses and tuples) as JSON text.

    Raises TypeError for anything else: it could not be read back.
    """
    return json.dumps(_plain(value), separators=(",", ":"))


def loads(kind: type[T], text: str) -> T:
    """Return the `kind` that `dumps` wrote. Raises StorageError (UNREADABLE) when the text is not one."""
    try:
        value = _made(kind, json.loads(text))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise StorageError(StorageProblem.UNREADABLE, kind.__name__) from error
    assert isinstance(value, kind)  # noqa: S101 - _made builds what it was asked
    return value


def _plain(value: object) -> Any:
    match value:
        case Enum():
            return value.name
        case None | bool() | int() | str():
            return value
        case tuple():
            return [_plain(item) for item in value]
        case _ if is_dataclass(value):
            return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
        case _:
            raise TypeError(f"cannot keep a {type(value).__name__}")


def _made(hint: Any, data: Any) -> Any:
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        return _made(_alternative(hint, data), data)
    if origin is tuple:
        item = get_args(hint)[0]
        return tuple(_made(item, one) for one in data)
    if hint is NoneType:
        return None
    if issubclass(hint, Enum):
        return hint[data]
    if isinstance(hint, type) and is_dataclass(hint):
        hints = _hints(hint)
        return hint(**{name: _made(hints[name], item) for name, item in data.items()})
    if type(data) is not hint:
        raise TypeError(f"{type(data).__name__} where {hint.__name__} was expected")
    return data


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _alternative(union: Any, data: Any) -> Any:
    """Return the member of the union that JSON of this shape can only be."""
    for member in get_args(union):
        if _fits(member, data):
            return member
    raise TypeError(f"{type(data).__name__} fits nothing that was expected")


def _fits(hint: Any, data: Any) -> bool:
    if get_origin(hint) is tuple:
        return isinstance(data, list)
    if issubclass(hint, Enum):
        return isinstance(data, str) and data in hint.__members__
    if is_dataclass(hint):
        return isinstance(data, dict)
    return type(data) is hint
