"""Runs and what comes out of them."""

from __future__ import annotations

import html
import json as _json
import os
import tempfile
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from . import _core
from .arguments import flag_of, path_of, text_of, whole_number
from .graph import Graph, graph_of
from .machine import Machine, machine_of
from .program import Program, compile, is_mapping_text, mapped_config
from .tables import table_of

if TYPE_CHECKING:
    import numpy as np


class WrongValues(RuntimeError):
    """A run computed other values than its reference; `result` is the run's."""

    def __init__(self, message: str, result: Result) -> None:
        super().__init__(message)
        self.result = result


class Result:
    """What a run measured. `result["dram.read_bytes"]` is any figure of the JSON result by its path;
    docs/results.md defines each."""

    def __init__(self, core: Any, program: Program, machine: Machine, name: str) -> None:
        self._core = core
        self._work = program._work()
        #: The program that ran.
        self.program = program
        #: The machine that it ran on.
        self.machine = machine
        self._name = name

    @cached_property
    def outputs(self) -> dict[str, np.ndarray]:
        """Values of the model's outputs, by name: float32 (of f32 and bf16), float16, int8, uint8 or int32."""
        return self._core.take_outputs()

    @property
    def cycles(self) -> int:
        """Core cycles from the first op to the last result in DRAM."""
        return self._core.cycles

    @property
    def seconds(self) -> float:
        """The same in simulated seconds."""
        return self._core.seconds

    @property
    def verdict(self) -> str:
        """verified (as the model says), consistent (as the program's ops say), not verified, or wrong."""
        return self._core.verdict

    @cached_property
    def json(self) -> dict[str, Any]:
        """Everything about the run, as `tilewave run --json` writes it but for the layers."""
        return _json.loads(self._core.json())

    @cached_property
    def counters(self) -> dict[str, int]:
        """All that was counted, by name: "dram.row_hits"."""
        return self._core.counters()

    @property
    def utilisation(self) -> float:
        """Products that the model asks for, of those that the array could have done in the cycles."""
        return self["utilisation.total"]

    @property
    def report(self) -> str:
        """The report, as `tilewave run` prints it."""
        return self._core.report()

    def __contains__(self, path: object) -> bool:
        try:
            self[path]
        except KeyError:
            return False
        return True

    def __getitem__(self, path: str) -> Any:
        value: Any = self.json
        for part in path.split(".") if isinstance(path, str) else [path]:
            if not isinstance(value, Mapping) or part not in value:
                raise KeyError(path)
            value = value[part]
        return value

    @cached_property
    def layers(self) -> Any:
        """A row for each layer: a DataFrame, or a dict of arrays without pandas. Simulated again, in timing only."""
        return self._table("layers")

    @cached_property
    def ops(self) -> Any:
        """A row for each op: its cycles by state, bytes, what it waited for. As `layers` is made."""
        return self._table("ops")

    def _table(self, which: str) -> Any:
        with tempfile.TemporaryDirectory(prefix="tilewave-") as folder:
            file = os.path.join(folder, f"{which}.csv")
            _core.run(self._work, self.machine._config, self._name, True, 1, "auto", None, {}, {which: file}, [])
            with open(file, encoding="utf-8", newline="") as stream:
                return table_of(stream.read())

    def __repr__(self) -> str:
        return f"<Result {self._name}: {self.cycles:,} cycles, {self.verdict}>"

    def _repr_html_(self) -> str:
        rows = [("cycles", f"{self.cycles:,}"), ("time", f"{self.seconds:.6g} s"),
                ("utilisation", f"{self.utilisation:.1%}"), ("values", self.verdict)]
        for unit, engine in self.json["engines"].items():
            share = engine["busy"] / self.cycles if self.cycles else 0
            rows.append((f"{unit} busy", f"{share:.1%}"))
        cells = "".join(f"<tr><th style='text-align:left'>{html.escape(name)}</th>"
                        f"<td style='text-align:right'>{html.escape(text)}</td></tr>" for name, text in rows)
        return f"<table><caption>{html.escape(self._name)}</caption>{cells}</table>"


def run(model: Program | Graph | str, machine: Machine | str | None = None,
        inputs: Mapping[str, Any] | None = None, *, timing_only: bool = False, seed: int = 1,
        kernel: str = "auto", verify: str | None = None, json: Any = None, vcd: Any = None,
        trace: Any = None, dram_trace: Any = None, report: Any = None, layers: Any = None, ops: Any = None,
        mapping: Any = None, batch: int | None = None, sizes: Mapping[str, int] | None = None,
        weights: str = "read", **keys: Any) -> Result:
    """Simulates a program, or a model that is compiled for the machine, and compares its outputs.

    machine: the default one with `keys`, or a Machine or the name of one with `keys` besides.
    inputs: arrays by name, for inputs and parameters; what is not given is drawn from `seed`. Of an ONNX
        model they have the model's names and shapes.
    timing_only: no values are computed; the cycles are the same.
    kernel: auto, avx2 or reference. verify: full, sampled or off; by the amount of work if None.
    batch, sizes, weights: of an ONNX model by name, as for load(). If only timing is wanted, weights in other files
        need not be there.
    mapping: of a model that is compiled: a file, or its text, instead of the compiler's choices.
    json, vcd, trace, dram_trace, report, layers, ops: names of files to write, as the options of `tilewave run`.

    Raises InputError for what is wrong with model, machine or inputs, and WrongValues if the outputs are not
    what they should be. The interpreter's lock is free while it simulates; threads take turns. An interrupt
    ends the run.
    """
    timing_only = flag_of("timing_only", timing_only)
    if timing_only and verify is not None:
        raise _core.InputError(f"verify={verify!r} has no effect with timing_only, which computes nothing")
    source = graph_of(model, batch, sizes, weights, not timing_only)
    if isinstance(source, Program):
        for key in keys:
            if _core.is_schedule_key(key):
                raise _core.InputError(f"{key} has no effect on a program, which is scheduled already")
    machine = machine_of(machine, keys)
    if inputs is not None and not isinstance(inputs, Mapping):
        raise TypeError(f"inputs is a {type(inputs).__name__}; allowed: a mapping from names to arrays")
    text_of("kernel", kernel)
    if verify is not None:
        text_of("verify", verify)
    if isinstance(source, Program):
        if mapping is not None:
            raise _core.InputError("mapping has no effect on a program, which is scheduled already")
        program, config = source, machine._config
    else:
        program, config = compile(source, machine, mapping=mapping), mapped_config(machine, mapping)
    given: dict[str, Any] = {}
    if not timing_only and program.graph is not None:
        given.update(program.graph.values)
    given.update({text_of("inputs: a name", key): value for key, value in (inputs or {}).items()})
    files = {key: path_of(key, file)
             for key, file in {"json": json, "vcd": vcd, "trace": trace, "dram_trace": dram_trace,
                               "report": report, "layers": layers, "ops": ops}.items() if file is not None}
    for key, file in files.items():
        if file == "-" and key not in ("json", "layers"):
            raise _core.InputError(f"{key}='-': it cannot go to standard output")
    name = path_of("model", model) if isinstance(model, (str, os.PathLike)) else program._name
    read = [("model", source._file), *machine._files(),
            ("mapping", None if mapping is None or is_mapping_text(mapping) else path_of("mapping", mapping))]
    read = [(what, file) for what, file in read if file is not None and os.path.exists(file)]
    held = program.copy()  # what becomes of the program meanwhile does not matter
    core = _core.run(held._work(), config, name, timing_only, whole_number("seed", seed, 0, 2**64 - 1), kernel, verify,
                     given, files, read)
    result = Result(core, held, machine, name)
    if not core.passed:
        raise WrongValues(_what_is_wrong(result), result)
    return result


def _what_is_wrong(result: Result) -> str:
    lines = [line for line in result.report.splitlines() if line.startswith("FAILED")]
    return f"{result._name}: {lines[0] if lines else 'wrong values'}"
