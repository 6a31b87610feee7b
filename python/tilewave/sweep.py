"""Sweeps: the program's own, with its workers and its store, from Python."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from . import _core
from ._core import InputError, InternalError
from .arguments import flag_of, path_of, text_of
from .graph import Graph
from .machine import Machine, machine_of, value_text
from .tables import table_of


def program_file() -> str:
    """The program `tilewave` that belongs to this package: what runs sweeps.

    TILEWAVE_PROGRAM names another one. Raises InputError if there is none.
    """
    named = os.environ.get("TILEWAVE_PROGRAM")
    if named is not None and not (os.path.isfile(named) and os.access(named, os.X_OK)):
        raise InputError(f"TILEWAVE_PROGRAM={named} is no program that can be run")
    for candidate in (named, os.path.join(sysconfig.get_path("scripts"), "tilewave"), shutil.which("tilewave")):
        if candidate and os.path.isfile(candidate) and os.access(candidate, os.X_OK):
            return candidate
    raise InputError("the program tilewave is not on the PATH; sweeps run in its processes")


def sweep(models: str | Graph | Iterable[str | Graph], machine: Machine | str | None = None, *,
          over: Mapping[str, Iterable[Any] | str], jobs: int | None = None,
          store: str | os.PathLike[str] | None = None, timing_only: bool = False,
          progress: bool | None = None, options: Mapping[str, Any] = {}, **keys: Any) -> Any:
    """Every model on every combination of values: a row for each, as `tilewave sweep --csv` has them.

    over: by key the values, a list or a text such as "32KiB..1MiB*2". store: the results' database, shared with the command line; without one
    they are forgotten. jobs: processes, as many as cores by default. progress: shown on a terminal or in a notebook, unless False.
    options: any other option of `tilewave sweep`, {"where": "utilisation>0.5", "sample": 100}.

    Returns a DataFrame, or a dict of arrays without pandas. Points that do not fit are rows with their status.
    Raises InputError with the program's line. An interrupt ends the sweep; the store keeps what was done.
    """
    if not over and not options:
        raise InputError("over={}: nothing to vary")
    config = machine_of(machine, keys)
    if not isinstance(over, Mapping):
        raise TypeError(f"over is a {type(over).__name__}; allowed: a mapping from keys to values")
    if not isinstance(options, Mapping):
        raise TypeError(f"options is a {type(options).__name__}; allowed: a mapping from options to values")
    with tempfile.TemporaryDirectory(prefix="tilewave-") as folder:
        table = os.path.join(folder, "points.csv")
        command = [program_file(), "sweep", *_model_names(models, folder), *config._arguments(folder)]
        for key, values in over.items():
            command += ["--over", f"{text_of('over: a key', key)}={_values_text(key, values)}"]
        command += ["--csv", table, "--store",
                    os.path.join(folder, "store.sqlite") if store is None else path_of("store", store)]
        if jobs is not None:
            command += ["--jobs", value_text("jobs", jobs)]
        if flag_of("timing_only", timing_only):
            command.append("--timing-only")
        for option, value in options.items():
            command += _option(option, value)
        _run(command, progress)
        if not os.path.exists(table):
            raise InputError(f"{command[0]} has written no table; options={dict(options)!r}")
        with open(table, encoding="utf-8", newline="") as stream:
            # Graphs go by their names, not by where they lay.
            return table_of(stream.read().replace(folder + os.sep, ""))


def _model_names(models: Any, folder: str) -> list[str]:
    one = isinstance(models, (str, os.PathLike, Graph))
    names = []
    if not one and not isinstance(models, Iterable):
        raise TypeError(f"models is a {type(models).__name__}; allowed: str, Graph, or several of them")
    for model in [models] if one else models:
        if isinstance(model, Graph):
            if model._onnx is not None:
                raise InputError("a sweep takes ONNX models by the names of their files")
            stem = model.name.replace("/", "_")[:200]  # a file's name is shorter than a graph's may be
            file = os.path.join(folder, f"{stem}.graph")
            for number in itertools.count(2):
                if not os.path.exists(file):
                    break
                file = os.path.join(folder, f"{stem}-{number}.graph")
            with open(file, "x", encoding="ascii") as stream:
                stream.write(model.text)
            names.append(file)
        elif isinstance(model, (str, os.PathLike)):
            name = path_of("model", model)
            if name.startswith("-"):
                raise InputError(f"model {name!r} begins like an option; ./ in front of it helps")
            names.append(name)
        else:
            raise TypeError(f"model is a {type(model).__name__}; allowed: Graph, str")
    return names


def _values_text(key: str, values: Any) -> str:
    if isinstance(values, str):
        return values
    try:
        return ",".join(value_text(key, value) for value in values)
    except TypeError as error:
        if isinstance(values, Sequence):
            raise
        raise TypeError(f"over[{key!r}] is a {type(values).__name__}; allowed: a list or a text") from error


def _option(option: str, value: Any) -> list[str]:
    name = "--" + text_of("options: a name", option).replace("_", "-")
    if value is False or value is None:
        return []
    if value is True:
        return [name]
    values = value if isinstance(value, (list, tuple)) else [value]
    return [word for one in values for word in (name, value_text(option, one))]


def _run(command: list[str], progress: bool | None) -> None:
    """Exit codes as exceptions: 1 is no error of the sweep, whose rows say which outputs were wrong."""
    show = _shower() if progress is not False else None
    lines: list[str] = []
    with _Terminal() as terminal:
        try:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                       stderr=terminal.inner)
        except (OSError, ValueError) as error:  # no program; a NUL in an argument
            raise InputError(f"{command[0]}: {error}") from None
        reader = threading.Thread(target=terminal.read, args=(process, lines, show), daemon=True)
        reader.start()
        try:
            code = process.wait()
        except BaseException:
            process.send_signal(signal.SIGINT)
            process.wait()
            raise
        finally:
            reader.join()
            if show is not None:
                show("")
    if code in (0, 1):
        return
    message = next((line for line in reversed(lines) if line.startswith("tilewave: ")), "")
    message = message.removeprefix("tilewave: ") or f"tilewave sweep ended with exit code {code}"
    raise (InputError if code == 2 else InternalError)(message)


class _Terminal:
    """A pseudo terminal, on which the program shows how far it is."""

    def __enter__(self) -> _Terminal:
        self._outer, self.inner = os.openpty()
        return self

    def __exit__(self, *_: Any) -> None:
        os.close(self._outer)
        os.close(self.inner)

    def read(self, process: subprocess.Popen[bytes], lines: list[str], show: Any) -> None:
        import select

        text = ""
        while True:
            ready, _, _ = select.select([self._outer], [], [], 0.05)
            if not ready:
                if process.poll() is not None:
                    break
                continue
            text += os.read(self._outer, 65536).decode("utf-8", "replace")
            *whole, text = re.split(r"[\r\n]+", text)
            for line in whole:
                line = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", line).strip()
                if line:
                    lines.append(line)
                    del lines[:-20]
                    if show is not None and not line.startswith("tilewave: "):
                        show(line)
        if text.strip():
            lines.append(text.strip())


def _shower() -> Any:
    """What shows a line in place of the last one: a notebook's display, a terminal, or nothing."""
    shell = sys.modules.get("IPython") and sys.modules["IPython"].get_ipython()
    if shell is not None and shell.__class__.__name__ == "ZMQInteractiveShell":
        from IPython.display import display

        handle = display({"text/plain": ""}, raw=True, display_id=True)
        return lambda line: handle.update({"text/plain": line}, raw=True)
    if sys.stderr is not None and sys.stderr.isatty():
        return lambda line: print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)
    return None
