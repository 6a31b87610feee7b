"""What is said of an argument of a wrong type: one line."""

from __future__ import annotations

import os
from typing import Any


def text_of(what: str, value: Any) -> str:
    """A str, else TypeError; of Unicode, else InputError."""
    from ._core import InputError

    if not isinstance(value, str):
        raise TypeError(f"{what} is a {type(value).__name__}; allowed: str")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise InputError(f"{what} {value!r} has half of a surrogate pair; allowed: Unicode") from None
    return value


def path_of(what: str, value: Any) -> str:
    """A file's name as text, else TypeError or InputError."""
    return text_of(what, os.fspath(value) if isinstance(value, os.PathLike) else value)


def whole_number(what: str, value: Any, least: int, most: int) -> int:
    """An integer in this range, also one of NumPy's, else TypeError or InputError."""
    from ._core import InputError

    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        raise TypeError(f"{what} is {value!r}; allowed: whole numbers") from None
    if number != value or not least <= number <= most:
        raise InputError(f"{what}={value!r}; allowed: {least} to {most}")
    return number


def matrix_shape(name: str, shape: Any) -> tuple[int, int]:
    """The extents of a tensor, rows and columns, else InputError."""
    from ._core import InputError

    try:
        rows, cols = (int(extent) for extent in shape)
        if (rows, cols) != tuple(shape):
            raise ValueError
    except (TypeError, ValueError, OverflowError):
        raise InputError(f"tensor '{name}': shape {shape!r}; allowed: (rows, columns)") from None
    if min(rows, cols) < 1 or max(rows, cols) >= 2**63:
        raise InputError(f"tensor '{name}': shape ({rows}, {cols}); allowed: extents from 1 on")
    return rows, cols
