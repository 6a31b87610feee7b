"""What is said of an argument of a wrong type: one line."""

from __future__ import annotations

import os
import tempfile
from typing import Any


def text_of(what: str, value: Any) -> str:
    """A str, else TypeError; of Unicode without NUL, else InputError."""
    from ._core import InputError

    if not isinstance(value, str):
        raise TypeError(f"{what} is a {type(value).__name__}; allowed: str")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise InputError(f"{what} {value!r} has half of a surrogate pair; allowed: Unicode") from None
    if "\0" in value:
        raise InputError(f"{what} {value!r} has a NUL in it")
    return value


def line_of(what: str, value: Any) -> str:
    """The same, of one line: a name that messages will have in them."""
    from ._core import InputError

    if not text_of(what, value).isprintable():
        raise InputError(f"{what} {value!r}: allowed are printable characters")
    return value


def flag_of(what: str, value: Any) -> bool:
    """A bool, also one of NumPy's, else TypeError: texts such as "off" would be true."""
    if not isinstance(value, bool) and type(value).__name__ not in ("bool_", "bool"):
        raise TypeError(f"{what} is a {type(value).__name__}; allowed: bool")
    return bool(value)


def path_of(what: str, value: Any) -> str:
    """A file's name as text, else TypeError or InputError."""
    return text_of(what, os.fspath(value) if isinstance(value, os.PathLike) else value)


def write_file(path: str, content: bytes) -> None:
    """All of it in the place of what was there, or nothing; a device or a pipe is written to."""
    if os.path.exists(path) and not os.path.isfile(path):
        with open(path, "wb") as stream:
            stream.write(content)
        return
    path = os.path.realpath(path)
    descriptor, beside = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".tilewave-")
    try:
        with open(descriptor, "wb") as stream:
            stream.write(content)
        os.chmod(beside, os.stat(path).st_mode if os.path.exists(path) else 0o666 & ~_umask())
        os.replace(beside, path)
    except BaseException:
        os.unlink(beside)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


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
