"""Machines: every key of the configuration, with its help."""

from __future__ import annotations

import math
import numbers
import os
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from . import _core
from ._core import InputError
from .arguments import path_of, text_of


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


class _Source(NamedTuple):
    """Settings as they were read: a machine does not change with its file."""

    place: str
    settings: list[tuple[str, str, int]]  # key, text, line
    name: str | None  # of a shipped machine or a file; None: keys


def _settings_of(keys: Mapping[str, Any]) -> list[tuple[str, str, int]]:
    return [(text_of("a key", key), value_text(key, value), 0) for key, value in keys.items()]


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

    def __init__(self, *names: str | os.PathLike[str], **keys: Any) -> None:
        sources = [_Source(*_core.read_config(path_of("a machine's name", name))) for name in names]
        if keys:
            sources.append(_Source("Machine", _settings_of(keys), None))
        self._set(sources)

    def _set(self, sources: list[_Source]) -> None:
        self._sources = sources
        self._config = _core.Config([(source.place, source.settings) for source in sources])
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
        machine = Machine.__new__(type(self))
        machine._set([*self._sources, _Source("Machine.replace", _settings_of(keys), None)])
        return machine

    @property
    def text(self) -> str:
        """The whole machine as a config file."""
        if self._text is None:
            self._text = self._config.text()
        return self._text

    def __getitem__(self, key: str) -> str:
        try:
            value = self._config.get(text_of("a key", key))
        except TypeError:
            raise KeyError(key) from None
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
        names = [repr(source.name) for source in self._sources if source.name is not None]
        keys = {key: text for source in self._sources if source.name is None
                for key, text, _ in source.settings}
        return f"Machine({', '.join(names + ([f'**{keys}'] if keys else []))})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (self._sources,)

    def _arguments(self, folder: str) -> list[str]:
        """For the program's command line; files as they were are written into `folder`."""
        arguments: list[str] = []
        for number, source in enumerate(self._sources):
            if source.name is None:
                arguments += [f"--{key}={text}" for key, text, _ in source.settings]
                continue
            file = source.name
            if file not in self.names():
                file = os.path.join(folder, f"machine-{number}.ini")
                with open(file, "x", encoding="utf-8") as stream:
                    for key, text, _ in source.settings:
                        section, _, name = key.partition(".")
                        stream.write(f"[{section}]\n{name} = {text}\n")
            arguments += ["-c", file]
        return arguments

    def _files(self) -> list[tuple[str, str]]:
        """What it was read from, and what it names that is read."""
        files = [("machine", source.name) for source in self._sources
                 if source.name is not None and source.name not in self.names()]
        preset = self._config.get("dram.preset")
        return files + ([("dram.preset", preset)] if preset is not None else [])


def _restored(sources: list[_Source]) -> Machine:
    machine = Machine.__new__(Machine)
    machine._set(sources)
    return machine


def _section_type(name: str, keys: dict[str, str]) -> type:
    """Of keys below `name`: those with a dot are in sections of their own, machine.compute.rate.i8."""
    members: dict[str, Any] = {"__slots__": (), "__doc__": f"The keys {name}.* of a machine."}
    inner: dict[str, dict[str, str]] = {}
    for key, text in keys.items():
        group, dot, rest = key.partition(".")
        if dot:
            inner.setdefault(group, {})[rest] = text
        else:
            members[key] = _key_property(f"{name}.{key}", text)
    for group, rest in inner.items():
        kind = _section_type(f"{name}.{group}", rest)
        members[group] = property(lambda section, kind=kind: kind(section._machine),
                                  doc=f"The keys {name}.{group}.*")
    return type("".join(word.capitalize() for word in name.split(".")) + "Section", (Section,), members)


def _key_property(name: str, text: str) -> property:
    return property(lambda section: section._machine[name], doc=f"{name}: {text}")


def _add_sections() -> None:
    sections: dict[str, dict[str, str]] = {}
    for name, text in _core.config_keys():
        section, _, key = name.partition(".")
        sections.setdefault(section, {})[key] = text
    for section, keys in sections.items():
        kind = _section_type(section, keys)
        listing = "\n".join(f"{key}: {text}" for key, text in keys.items())
        setattr(Machine, section, property(kind, doc=f"The keys [{section}]:\n\n{listing}"))


_add_sections()
DEFAULT = Machine()


def machine_of(machine: Machine | str | None, keys: Mapping[str, Any]) -> Machine:
    """What users may give for one: None is the default."""
    if machine is None:
        machine = DEFAULT
    elif isinstance(machine, (str, os.PathLike)):
        machine = Machine(machine)
    elif not isinstance(machine, Machine):
        raise TypeError(f"machine is a {type(machine).__name__}; allowed: Machine, str, None")
    return machine.replace(**keys)
