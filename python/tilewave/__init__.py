"""Compile neural networks to static schedules, simulate them, and look at every cycle.

    import tilewave as tw

    result = tw.run("gemm:512x512x512", "edge", timing_only=True)
    result.cycles, result.utilisation, result.ops

    graph = tw.Graph("layer")
    x = graph.input("x", (64, 256))
    graph.output(graph.relu(x @ graph.parameter("w", weights)))
    program = tw.compile(graph, tw.Machine(**{"sram.size": "64KiB"}))
    tw.run(program, inputs={"x": values}).outputs

Errors are InputError, with one line that says what is wrong and what is allowed; InternalError is a bug of
ours. docs/python.md has the rest.
"""

import atexit as _atexit
import os as _os
import threading as _threading


def _require_main_interpreter() -> None:
    """Before the extension is loaded: in another interpreter of the process that would wait for itself."""
    for name in ("_interpreters", "_xxsubinterpreters"):
        try:
            interpreters = __import__(name)
            main, current = interpreters.get_main(), interpreters.get_current()
        except (ImportError, AttributeError):
            continue
        if main != current:
            raise ImportError("tilewave runs in the main interpreter alone")
        return


_require_main_interpreter()

from . import _core  # noqa: E402

_core.set_main_thread(_threading.main_thread().ident)

from ._core import InputError, InternalError
from .graph import Graph, Tensor, load
from .machine import Machine
from .program import OPCODES, TYPES, Program, ProgramTensor, Window, compile, mapping
from .result import Result, WrongValues, run
from .runtime import Runtime, RuntimeStats, SchedExecute, SchedLoad, SchedStore
from .sweep import sweep

__version__ = _core.version
#: Which build this is: results of one build are comparable.
build = _core.build

__all__ = [
    "OPCODES", "TYPES", "Graph", "InputError", "InternalError", "Machine", "Program", "ProgramTensor",
    "Result", "Runtime", "RuntimeStats", "SchedExecute", "SchedLoad", "SchedStore", "Tensor", "Window",
    "WrongValues", "build", "compile", "load", "mapping", "run", "sweep",
]

# A run on another thread ends before the interpreter does, and rests while somebody forks.
_atexit.register(_core.stop_all)
_os.register_at_fork(before=_core.pause_before_fork, after_in_parent=_core.resume_in_parent,
                     after_in_child=_core.reset_in_child)
