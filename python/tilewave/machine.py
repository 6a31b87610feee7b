"""Machines: every key of the configuration, with its help."""

from __future__ import annotations

import math
import numbers
from collections.abc import Iterator, Mapping
from typing import Any

from . import _core
from ._core import InputError
from .arguments import text_of


def value_text(key: str, value: Any) -> str:
    """A value of Python as a config file spells it.

    Booleans are on and off, numbers plain; texts stay as they are ("512KiB", "8GB/s").
    """
    if isinstance(value, str):
        return text_of(key, value)
    if isinstance(value, bool) or type(value).__name__ == "bool_":
        return "on" if value else "off"
    if isinstance(value, numbers.Integral):
        return str(int(value))
    if isinstance(value, numbers.Real):
        number = float(value)
        if not math.isfinite(number):
            raise InputError(f"{key}={number} is not a number; allowed: finite numbers")
        return str(int(number)) if number.is_integer() else repr(number)
    raise TypeError(f"{key} is a {type(value).__name__}; allowed: str, int, float, bool")


class Section:
    """The keys of one section of a machine, as attributes: machine.sram.size."""

    __slots__ = ("_machine",)

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def __dir__(self) -> list[str]:
        return [name for name in type(self).__dict__ if not name.startswith("_")]


class Machine(Mapping[str, str]):
    """A machine and its scheduler: the defaults, then `names` in turn, then `keys`; later wins.

    `names` are shipped machines (`Machine.names()`) or config files; `keys` are spelled as in those,
    `Machine("edge", **{"sram.size": "512KiB", "sram.banks": 8})`. Values with units are texts; plain numbers
    are in the key's base unit (bytes, cycles, picoseconds, bytes per second). Raises InputError for what is unknown, out of range, or has no
    effect.

    A machine does not change. It is a mapping from keys to texts of those that have an effect; keys are
    attributes of their sections, too, where `help()` explains them: `help(tilewave.Machine.sram)`.
    """

    __slots__ = ("_sources", "_config", "_text")

    def __init__(self, *names: str, **keys: Any) -> None:
        for name in names:
            text_of("a machine's name", name)
        settings = [(key, value_text(key, value)) for key, value in keys.items()]
        self._set([*names] + ([("Machine", settings)] if settings else []))

    def _set(self, sources: list[Any]) -> None:
        self._sources = sources
        self._config = _core.Config(sources)
        self._text: str | None = None

    @staticmethod
    def names() -> list[str]:
        """The machines that come with tilewave."""
        return _core.machine_names()

    @staticmethod
    def help(key: str | None = None) -> str:
        """What a key means and may be; without one, all keys."""
        keys = dict(_core.config_keys())
        if key is None:
            return "\n".join(f"{name}: {text}" for name, text in keys.items())
        if text_of("a key", key) not in keys:
            DEFAULT._config.get(key)  # says which is nearest
        return keys[key]

    def replace(self, **keys: Any) -> Machine:
        """The same machine with other values of some keys."""
        if not keys:
            return self
        settings = [(key, value_text(key, value)) for key, value in keys.items()]
        machine = Machine.__new__(type(self))
        machine._set([*self._sources, ("Machine.replace", settings)])
        return machine

    @property
    def text(self) -> str:
        """The whole machine as a config file."""
        if self._text is None:
            self._text = self._config.text()
        return self._text

    def __getitem__(self, key: str) -> str:
        if not isinstance(key, str):
            raise KeyError(key)
        try:
            value = self._config.get(key)
        except InputError as error:
            raise KeyError(str(error)) from None
        if value is None:
            raise KeyError(f"{key} has no effect on this machine")
        return value

    def __iter__(self) -> Iterator[str]:
        for key, _ in _core.config_keys():
            if self._config.get(key) is not None:
                yield key

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Machine) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        names = [repr(source) for source in self._sources if isinstance(source, str)]
        keys = {key: text for source in self._sources if not isinstance(source, str)
                for key, text in source[1]}
        return f"Machine({', '.join(names + ([f'**{keys}'] if keys else []))})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (self._sources,)

    def _arguments(self) -> list[str]:
        """For the program's command line."""
        arguments: list[str] = []
        for source in self._sources:
            if isinstance(source, str):
                arguments += ["-c", source]
            else:
                arguments += [f"--{key}={text}" for key, text in source[1]]
        return arguments


def _restored(sources: list[Any]) -> Machine:
    machine = Machine.__new__(Machine)
    machine._set(sources)
    return machine


def _key_property(name: str, text: str) -> property:
    return property(lambda section: section._machine[name], doc=f"{name}: {text}")


def _add_sections() -> None:
    sections: dict[str, dict[str, str]] = {}
    for name, text in _core.config_keys():
        section, _, key = name.partition(".")
        sections.setdefault(section, {})[key] = text
    for section, keys in sections.items():
        members: dict[str, Any] = {"__slots__": (), "__doc__": f"The keys [{section}] of a machine."}
        for key, text in keys.items():
            members[key] = _key_property(f"{section}.{key}", text)
        kind = type(f"{section.capitalize()}Section", (Section,), members)
        listing = "\n".join(f"{key}: {text}" for key, text in keys.items())
        setattr(Machine, section, property(kind, doc=f"The keys [{section}]:\n\n{listing}"))


_add_sections()
DEFAULT = Machine()


def machine_of(machine: Machine | str | None, keys: Mapping[str, Any]) -> Machine:
    """What users may give for one: None is the default."""
    if machine is None:
        machine = DEFAULT
    elif isinstance(machine, str):
        machine = Machine(machine)
    elif not isinstance(machine, Machine):
        raise TypeError(f"machine is a {type(machine).__name__}; allowed: Machine, str, None")
    return machine.replace(**keys)
