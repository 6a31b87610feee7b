"""The runtime of the tileflow project on this platform: its scripts port by their imports.

    runtime = Runtime(sram_bytes=256 * 1024, overlap=True)
    runtime.register_tensor("x", (128, 128))
    runtime.set_tensor("x", values)
    runtime.execute(schedule)              # SchedLoad, SchedExecute, SchedStore; or a Program
    runtime.get_tensor("out"), runtime.stats.loads
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from . import _core
from ._core import InputError
from .arguments import line_of, matrix_shape, whole_number
from .graph import Graph
from .machine import Machine
from .program import OPCODES, Program, ProgramTensor
from .result import Result, run

if TYPE_CHECKING:
    import numpy as np

TILE_DIM = 32
TILE_BYTES = TILE_DIM * TILE_DIM * 4
_ALIGNMENT = 4096


@dataclass
class SchedLoad:
    """tensor[coord] to `dst_addr` in SRAM; `bytes` of a whole tile, or of what exists of it; `buffer` 0, 1 or none."""

    tensor: str
    coord: tuple[int, int]
    dst_addr: int
    bytes: int = TILE_BYTES
    buffer: int | None = None


@dataclass
class SchedExecute:
    """C[m, n] += A[m, k] · B[k, n] on tiles at these addresses."""

    m: int
    n: int
    k: int
    a_addr: int
    b_addr: int
    acc_addr: int
    buffer: int | None = None


@dataclass
class SchedStore:
    """`src_addr` to tensor[coord], with `activation` "relu" or none."""

    tensor: str
    coord: tuple[int, int]
    src_addr: int
    bytes: int = TILE_BYTES
    activation: str | None = None
    buffer: int | None = None


@dataclass
class RuntimeStats:
    """Sums over all that was executed since reset_stats(), by counts of ops, bytes and cycles."""

    loads: int = 0
    executes: int = 0
    stores: int = 0
    bytes_loaded: int = 0
    bytes_stored: int = 0
    cycles: int = 0


def _checked(op: Any) -> Any:
    """An op whose addresses and numbers of tiles are such."""
    for field in ("dst_addr", "src_addr", "a_addr", "b_addr", "acc_addr", "m", "n", "k"):
        if hasattr(op, field):
            whole_number(f"{op!r}: {field}", getattr(op, field), 0, 2**32 - 1)
    if hasattr(op, "coord"):
        if len(tuple(op.coord)) != 2:
            raise InputError(f"{op!r}: coord; allowed: (row, column)")
        for number in op.coord:
            whole_number(f"{op!r}: coord", number, 0, 2**32 - 1)
    if hasattr(op, "bytes"):
        whole_number(f"{op!r}: bytes", op.bytes, 1, TILE_BYTES)
    if hasattr(op, "activation") and op.activation not in (None, "relu"):
        raise InputError(f"{op!r}: activation; allowed: 'relu', None")
    if hasattr(op, "buffer") and op.buffer is not None:
        whole_number(f"{op!r}: buffer", op.buffer, -1, 1)
    return op


class Runtime:
    """Executes schedules on tensors that it holds by name, on the machine `tileflow`.

    sram_bytes: size of the SRAM. overlap: data movement goes on beside compute (`threaded` says the same, as
    in tileflow). machine: another one to run on.
    """

    def __init__(self, sram_bytes: int = 256 * 1024, *, overlap: bool | None = None,
                 threaded: bool | None = None, machine: Machine | str = "tileflow") -> None:
        if overlap is None:
            overlap = bool(threaded)
        elif threaded is not None and threaded != overlap:
            raise InputError("overlap and threaded are two words for one thing")
        base = machine if isinstance(machine, Machine) else Machine(machine)
        self._machine = base.replace(**{"sram.size": sram_bytes, "sequencer.overlap": bool(overlap)})
        self._sram_bytes = sram_bytes
        self._shapes: dict[str, tuple[int, int]] = {}
        self._values: dict[str, np.ndarray] = {}
        self._stats = RuntimeStats()
        #: Of the last execute().
        self.result: Result | None = None

    @property
    def sram_bytes(self) -> int:
        return self._sram_bytes

    @property
    def machine(self) -> Machine:
        return self._machine

    def register_tensor(self, name: str, shape: tuple[int, int]) -> int:
        """A tensor that schedules may name, of zeros for now. Returns its number."""
        rows, cols = matrix_shape(name, shape)
        if self._shapes.get(name) != (rows, cols):
            self._values.pop(name, None)
        self._shapes[name] = (rows, cols)
        return list(self._shapes).index(name)

    def register_graph_tensors(self, graph: Graph) -> None:
        """All tensors of a graph that are not registered yet."""
        for tensor in graph.tensors:
            if tensor.name not in self._shapes:
                self.register_tensor(tensor.name, tensor.shape)

    def set_tensor(self, name: str, data: Any) -> None:
        """The values of a tensor, as float32."""
        array = _core.float32_values(line_of("a tensor's name", name), data)
        if array.shape != self._shape(name):
            raise InputError(f"tensor '{name}' has the shape {self._shape(name)}, not {array.shape}")
        self._values[name] = array

    def get_tensor(self, name: str, shape: tuple[int, int] | None = None) -> np.ndarray:
        """The values of a tensor: set, or stored by the last schedule that did."""
        import numpy as np

        known = self._shape(name)
        if shape is not None and tuple(shape) != known:
            raise InputError(f"tensor '{name}' has the shape {known}, not {tuple(shape)}")
        return self._values.get(name, np.zeros(known, np.float32)).copy()

    def _shape(self, name: str) -> tuple[int, int]:
        if name not in self._shapes:
            raise InputError(f"tensor '{name}' is not registered")
        return self._shapes[name]

    @property
    def stats(self) -> RuntimeStats:
        """A copy of the sums."""
        return RuntimeStats(**{field.name: getattr(self._stats, field.name) for field in fields(RuntimeStats)})

    def reset_stats(self) -> None:
        self._stats = RuntimeStats()

    def execute(self, schedule: Program | Sequence[Any]) -> None:
        """Runs a schedule, or a program, on the tensors; what it stores they hold afterwards.

        Raises InputError if it is illegal, naming the op and what it clashes with.
        """
        import numpy as np

        program = schedule if isinstance(schedule, Program) else self.program_of(schedule)
        sources = {tensor.name: self.get_tensor(tensor.name) for tensor in program.tensors
                   if tensor.role in ("input", "param")}
        result = run(program, self._machine, sources)
        self._values.update(result.outputs)
        for name, values in result.outputs.items():
            self._shapes.setdefault(name, values.shape)
        opcodes = program.ops["opcode"]
        self._stats.loads += int(np.count_nonzero(opcodes == OPCODES.index("load")))
        self._stats.stores += int(np.count_nonzero(opcodes == OPCODES.index("store")))
        self._stats.executes += int(np.count_nonzero(opcodes >= OPCODES.index("matmul")))
        self._stats.bytes_loaded += result["dram.read_bytes"]
        self._stats.bytes_stored += result["dram.write_bytes"]
        self._stats.cycles += result.cycles
        self.result = result

    def program_of(self, schedule: Iterable[Any]) -> Program:
        """The program of a schedule. Tensors that it stores are outputs, the others that it loads inputs."""
        import numpy as np

        schedule = [_checked(op) for op in schedule]
        names = list(dict.fromkeys(op.tensor for op in schedule if hasattr(op, "tensor")))
        stored = {op.tensor for op in schedule if hasattr(op, "src_addr")}
        tensors, base = [], 0
        for name in names:
            rows, cols = self._shape(name)
            tile = (TILE_DIM, TILE_DIM)
            role = "output" if name in stored else "input"
            tensors.append(ProgramTensor(name, (rows, cols), "f32", role, tile, (rows, cols), base))
            row_bytes = -(-cols * 4 // 64) * 64
            base += -(-rows * row_bytes // _ALIGNMENT) * _ALIGNMENT
        ops = np.zeros(len(schedule), Program.op_dtype)
        targets = self._targets(schedule)
        held: dict[int, str] = {}  # by address: which tensor's tile was loaded there
        opened: set[int] = set()  # accumulators that have their first step
        for record, op, target in zip(ops, schedule, targets):
            if hasattr(op, "bytes"):
                self._require_whole(op)
            if hasattr(op, "dst_addr"):
                record["opcode"] = OPCODES.index("load")
                record["region"], record["dst"] = names.index(op.tensor), op.dst_addr
                record["row"], record["col"] = op.coord
                held[op.dst_addr] = op.tensor
                opened.discard(op.dst_addr)
            elif hasattr(op, "acc_addr"):
                if target is None:
                    raise InputError(f"{op!r}: no later op stores what lies at {op.acc_addr}")
                record["opcode"] = OPCODES.index("matmul")
                record["region"] = names.index(target.tensor)
                record["row"], record["col"], record["step"] = op.m, op.n, op.k
                record["a"], record["b"], record["dst"] = op.a_addr, op.b_addr, op.acc_addr
                record["clear"] = op.acc_addr not in opened
                opened.add(op.acc_addr)
                rows, cols = self._shape(target.tensor)
                depth = self._shape(held[op.a_addr])[1] if op.a_addr in held else TILE_DIM
                record["m"], record["n"], record["k"] = (
                    max(0, min(TILE_DIM, extent - tile * TILE_DIM))
                    for extent, tile in ((rows, op.m), (cols, op.n), (depth, op.k)))
            elif hasattr(op, "src_addr"):
                record["opcode"] = OPCODES.index("store")
                record["region"], record["a"] = names.index(op.tensor), op.src_addr
                record["row"], record["col"] = op.coord
                record["relu"] = op.activation == "relu"
                opened.discard(op.src_addr)
            else:
                raise TypeError(f"an op of a schedule is a {type(op).__name__}; allowed: SchedLoad, "
                                "SchedExecute, SchedStore")
            buffer = getattr(op, "buffer", None)
            record["tag"] = 0 if buffer is None or buffer < 0 else 1 + buffer
        return Program.from_ops(ops, tensors, name="schedule")

    def _require_whole(self, op: Any) -> None:
        """What exists of a tile is moved, no part of that."""
        rows, cols = (min(TILE_DIM, extent - tile * TILE_DIM) for extent, tile in zip(self._shape(op.tensor), op.coord))
        exists = max(0, rows) * max(0, cols) * 4
        if op.bytes not in (TILE_BYTES, exists):
            raise InputError(f"{op!r}: bytes; allowed: {TILE_BYTES}, or {exists}, what exists of the tile")

    @staticmethod
    def _targets(schedule: Sequence[Any]) -> list[Any]:
        """By op: of an EXECUTE the STORE that takes its sum away."""
        later: dict[int, Any] = {}
        targets: list[Any] = []
        for op in reversed(schedule):
            if hasattr(op, "src_addr"):
                later[op.src_addr] = op
            targets.append(later.get(op.acc_addr) if hasattr(op, "acc_addr") else None)
        return targets[::-1]
