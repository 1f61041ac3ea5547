"""Arrays on their way out of the sandbox: a worker's answer is made of plain values, and read back by its type.

Whatever a worker sends is unpickled with a short list of classes, and NumPy's are not among them: they can be made to
call anything. So an array crosses as its type's name, its shape and its bytes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from math import isfinite
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import numpy as np

from registry.errors import InvalidInput, WorkerDied
from registry.works import TakenPart

T = TypeVar("T")

_TYPES = {name: np.dtype(name) for name in ("uint64", "int64", "int32", "int8", "uint8", "float32", "float64", "bool")}


def packed(value: object) -> object:
    """A tree of dataclasses, tuples, arrays and plain values as tuples and plain values."""
    if isinstance(value, np.ndarray):
        return value.dtype.name, value.shape, value.tobytes()
    if is_dataclass(value):
        return tuple(packed(getattr(value, field.name)) for field in fields(value))
    if isinstance(value, tuple):
        return tuple(map(packed, value))
    return value


def unpacked(kind: type[T], crossed: object) -> T:
    """What was packed, as the type that it has to be; raises WorkerDied where it isn't one."""
    try:
        return cast("T", _read(kind, crossed))
    except (KeyError, TypeError, ValueError) as error:
        raise nonsense() from error


def nonsense() -> WorkerDied:
    """The error for an answer that no job gives."""
    return WorkerDied("The process that read the file gave an answer that no job gives.")


def _read(kind: Any, crossed: Any) -> object:
    origin = get_origin(kind)
    if origin is np.ndarray:
        return _array(kind, *crossed)
    if origin in (Union, UnionType):
        if crossed is None and NoneType in get_args(kind):
            return None
        (kind,) = (each for each in get_args(kind) if each is not NoneType)
        return _read(kind, crossed)
    if origin is tuple:
        inner = get_args(kind)
        if len(inner) == 2 and inner[1] is ...:
            return tuple(_read(inner[0], each) for each in crossed)
        return tuple(_read(each, one) for each, one in zip(inner, crossed, strict=True))
    if is_dataclass(kind):
        made = cast("type", kind)
        hints = _hints(made)
        whole: object = made(*(_read(hint, one) for hint, one in zip(hints.values(), crossed, strict=True)))
        return whole
    if not isinstance(crossed, kind):
        raise TypeError(f"{type(crossed)} is no {kind}")
    if isinstance(crossed, float) and not isfinite(crossed):
        raise ValueError(f"{crossed} is no number")
    return crossed


def _array(kind: Any, name: str, shape: tuple[int, ...], data: bytes) -> np.ndarray[Any, np.dtype[Any]]:
    """An array of the type that is hinted; its floats are numbers."""
    (said,) = get_args(get_args(kind)[1])
    if _TYPES[name] != np.dtype(said) or not isinstance(shape, tuple):
        raise TypeError(f"an array of {name} is no {kind}")
    array = np.frombuffer(data, _TYPES[name]).reshape(shape)
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise ValueError("an array holds what is no number")
    return array


@cache
def _hints(kind: type) -> Mapping[str, Any]:
    return get_type_hints(kind)


def must_be_readable(parts: Iterable[TakenPart]) -> None:
    """Raises WorkerDied for parts whose packed features can't be read.

    Every check to come reads what is registered, and a worker that was taken over must not break those.
    """
    from registry.fingerprint.regional.packed import unpack  # noqa: PLC0415 - OpenCV, for whoever registers

    for taken in parts:
        if taken.features:
            try:
                unpack(taken.features)
            except InvalidInput as error:
                raise nonsense() from error
