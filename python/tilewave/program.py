"""Programs: flat lists of tile ops with concrete addresses, to look at, edit and run."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from . import _core
from ._core import InputError
from .arguments import flag_of, line_of, path_of, text_of, whole_number, write_file
from .machine import Machine, machine_of

if TYPE_CHECKING:
    import numpy as np

    from .graph import Graph

#: Opcodes, as numbers of the field `opcode`: OPCODES.index("matmul").
OPCODES: list[str] = list(_core.opcodes)
#: Types of elements, as numbers of the fields `a_type` and `b_type`.
TYPES: list[str] = list(_core.types)


class ProgramTensor(NamedTuple):
    """A tensor in DRAM: rows × columns, cut into tiles, at `dram_base` bytes."""

    name: str
    shape: tuple[int, int]
    type: str
    role: str
    tile: tuple[int, int]
    stored: tuple[int, int]
    dram_base: int


class Window(NamedTuple):
    """A part of a tensor, in tiles of its own: rows and columns from the first to before the end."""

    #: Index into `tensors`.
    tensor: int
    rows: tuple[int, int]
    cols: tuple[int, int]
    tile: tuple[int, int]


class _OpDtype:
    """Made when it is asked for, with NumPy."""

    def __get__(self, program: Any, owner: Any) -> np.dtype:
        return _core.op_dtype()


class Program:
    """A compiled program: `ops`, an array with a record for each op, and the tables they speak of.

    `ops` may be edited in place, or replaced: `program.ops["dst"][3] = 64`, `program.ops = mine`. Fields are
    those of the text form: opcode, region, row, col (a tile), m, n, k, step, a, b, c, d (addresses of operands,
    in bytes), dst, clear, relu, biased, a_transposed, b_transposed ... A region is a tensor, by its index, or behind
    them a window. Whatever it is, nothing runs that check() does not pass.
    """

    #: The record of an op, a NumPy dtype.
    op_dtype = _OpDtype()

    def __init__(self) -> None:
        raise TypeError("programs come from compile(), load(), Program.parse() or Program.from_ops()")

    @classmethod
    def _of(cls, core: Any, *, name: str = "program", work: Any = None, graph: Graph | None = None) -> Program:
        program = cls.__new__(cls)
        program._original = core
        program._compiled = core if work is not None else None
        program._ops: np.ndarray | None = None
        program._adopted = work
        program._graph = graph
        program._name = name
        program._file: str | None = None
        return program

    @classmethod
    def parse(cls, content: str | bytes, name: str = "program") -> Program:
        """A program in text or binary form; `name` is what messages call it."""
        line_of("name", name)
        if not isinstance(content, (str, bytes, bytearray, memoryview)):
            raise TypeError(f"a program's content is a {type(content).__name__}; allowed: str, bytes")
        data = text_of("a program's text", content).encode() if isinstance(content, str) else bytes(content)
        return cls._of(_core.Program.parse(data, name), name=name)

    @classmethod
    def from_ops(cls, ops: np.ndarray, tensors: Sequence[ProgramTensor], kernels: Sequence[str] = (),
                 tile: tuple[int, int, int] = (32, 32, 32), name: str = "program",
                 windows: Sequence[Window] = ()) -> Program:
        """A program of these ops and tables: as `other.ops`, `other.tensors`, `other.kernels`, `other.tile` and
        `other.windows`."""
        line_of("name", name)
        lines = ["tilewave-program 3", "tile " + " ".join(_extents("tile", tile, 3)), "sram 0"]
        tensors = list(map(ProgramTensor._make, tensors))
        for tensor in tensors:
            if tensor.type not in TYPES:
                raise InputError(f"type {tensor.type!r} of tensor '{tensor.name}'; allowed: {', '.join(TYPES)}")
            kind = "" if tensor.type == "f32" else f" {tensor.type}"
            extents, tile_extents, stored = (_extents("a tensor's extents", both, 2)
                                             for both in (tensor.shape, tensor.tile, tensor.stored))
            whole = [str(-(-int(extent) // int(edge)) * int(edge)) for extent, edge in zip(extents, tile_extents)]
            if stored not in (extents, whole):
                raise InputError(f"tensor '{tensor.name}' has stored={tensor.stored!r}; allowed: its shape "
                                 f"({', '.join(extents)}), or whole tiles, ({', '.join(whole)})")
            padded = "" if stored == extents else " padded"
            shape, cut = "x".join(extents), "x".join(tile_extents)
            name_and_role = f"{_line_of('name', tensor.name)} {_line_of('role', tensor.role)}"
            base = whole_number("dram_base", tensor.dram_base, 0, 2**64 - 1)
            lines.append(f"tensor {name_and_role} {shape}{kind} tile {cut}{padded} dram {base}")
        for number, window in enumerate(map(Window._make, windows)):
            of = tensors[whole_number("a window's tensor", window.tensor, 0, len(tensors) - 1)].name
            rows, cols = (_extents(f"a window's {what}", both, 2, least=0)
                          for what, both in (("rows", window.rows), ("cols", window.cols)))
            cut = "x".join(_extents("a window's tile", window.tile, 2))
            lines.append(f"region {number} {of} {':'.join(rows)} {':'.join(cols)} tile {cut}")
        lines += [f"kernel {number} {_line_of('kernel', kernel)}" for number, kernel in enumerate(kernels)]
        header = _core.Program.parse("\n".join([*lines, "ops", ""]).encode(), name)
        return cls._of(header.with_ops(_as_ops(ops)), name=name)

    @property
    def ops(self) -> np.ndarray:
        if self._ops is None:
            self._ops = self._original.ops()
        return self._ops

    @ops.setter
    def ops(self, ops: np.ndarray) -> None:
        self._ops = _as_ops(ops).copy()

    def _core(self) -> Any:
        """The program as its ops are now."""
        if self._ops is not None:
            changed = self._original.with_ops(self._ops)
            if not changed.equal(self._original):
                self._original, self._adopted = changed, None
        return self._original

    def _work(self) -> Any:
        core = self._core()
        if self._adopted is None:
            graph = self._graph
            self._adopted = core.adopt(self._name, graph and graph._core, graph and graph._onnx,
                                       self._compiled)
        return self._adopted

    def of(self, graph: Graph) -> Program:
        """The same program, to be held against a graph that it computes: runs compare its outputs with that."""
        from .graph import Graph

        if not isinstance(graph, Graph):
            raise TypeError(f"graph is a {type(graph).__name__}; allowed: Graph")
        held = self.copy()
        held._graph, held._adopted, held._compiled = graph._snapshot(), None, None
        return held

    @property
    def graph(self) -> Graph | None:
        """What it computes, if it was compiled: results are compared with that."""
        return self._graph

    @property
    def tensors(self) -> list[ProgramTensor]:
        return [ProgramTensor(*tensor) for tensor in self._original.tensors()]

    @property
    def windows(self) -> list[Window]:
        """Parts of tensors: the regions from `len(tensors)` on."""
        return [Window(*window) for window in self._original.windows()]

    @property
    def kernels(self) -> list[str]:
        """The kernels of vector ops, in text form."""
        return self._original.kernels()

    @property
    def tile(self) -> tuple[int, int, int]:
        """The largest m, n and k of an op."""
        return self._original.tile()

    @property
    def sram_bytes(self) -> int:
        """One past the highest byte of SRAM that the ops touch."""
        return self._core().sram_bytes()

    @property
    def text(self) -> str:
        """The text form, which parse() reads."""
        return self._core().text()

    @property
    def canonical(self) -> str:
        """One plain line for each op, to compare schedules by. Raises InputError for a program that check() does not
        pass."""
        self._work()
        return self._core().canonical()

    @property
    def binary(self) -> bytes:
        """The binary form, which parse() reads."""
        return self._core().binary()

    @property
    def figures(self) -> dict[str, int]:
        """What the compiler says of it: uops, loads, loads_eliminated, evictions, peak_sram_bytes ..."""
        return self._work().figures()

    def op_text(self, index: int) -> str:
        """One op in text form."""
        return self._core().op_text(range(len(self))[index])

    def check(self, *, all: bool = False, most: int = 100) -> list[str]:
        """Raises InputError for what the verifier says of it, naming the op and the other op it clashes with.

        A program that was compiled, and edited since, has to compute what it did, tile by tile, in any order.

        With `all` every fault is a line of the list that is returned, at most `most`; it is empty for a legal
        program. What reads the result of an op with a fault may be at fault for that alone.
        """
        if not flag_of("all", all):
            self._work()
            return []
        most = whole_number("most", most, 0, 2**31)
        if self._ops is not None and (wrong := _core.field_problems(self._ops, most)):
            return wrong  # nobody knows what these ops are
        try:
            problems = self._core().problems(self._name, most)
        except InputError as error:
            return [str(error)]
        if not problems:
            try:
                self._work()
            except InputError as error:
                return [str(error)]
        return problems

    def save(self, file: str | os.PathLike[str], *, binary: bool = False) -> None:
        """Writes it in text form, or binary; load() reads both."""
        content = self.binary if flag_of("binary", binary) else self.text.encode()
        write_file(path_of("file", file), content)

    def copy(self) -> Program:
        """Another program with the same ops, to be edited apart."""
        copied = Program._of(self._core(), name=self._name, work=self._adopted, graph=self._graph)
        copied._compiled, copied._file = self._compiled, self._file
        return copied

    def __len__(self) -> int:
        return self._original.size() if self._ops is None else len(self._ops)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Program) and self._core().equal(other._core())

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<Program {self._name}: {len(self)} ops, {len(self.tensors)} tensors>"

    def __reduce__(self) -> tuple[Any, ...]:
        compiled = self._compiled.binary() if self._compiled is not None else None
        return _restored, (self.binary, self._name, self._graph, compiled)


def _restored(binary: bytes, name: str, graph: Graph | None, compiled: bytes | None) -> Program:
    program = Program.parse(binary, name)
    program._graph = graph
    program._compiled = _core.Program.parse(compiled, name) if compiled is not None else None
    return program


def _extents(what: str, extents: Any, count: int, least: int = 1) -> list[str]:
    if len(tuple(extents)) != count:
        raise InputError(f"{what} {extents!r}; allowed: {count} whole numbers")
    return [str(whole_number(what, extent, least, 2**32)) for extent in extents]


def _line_of(what: str, text: Any) -> str:
    """A part of a line of the text form, which is no more than that."""
    if any(c in "#\n\r" for c in text_of(what, text)):
        raise InputError(f"{what} {text!r}: neither comments nor lines belong into it")
    return text


def _as_ops(ops: Any) -> np.ndarray:
    import numpy

    array = numpy.asarray(ops)
    if array.dtype != Program.op_dtype:
        raise InputError(f"ops are of dtype {array.dtype}; allowed: Program.op_dtype, as Program.ops has")
    return array


def mapped_config(machine: Machine, mapping: str | os.PathLike[str] | None) -> Any:
    """The config with a mapping: a file's name, or the text of one, which has several lines."""
    if mapping is None:
        return machine._config
    return machine._config.mapped(path_of("mapping", mapping), is_mapping_text(mapping))


def is_mapping_text(mapping: str | os.PathLike[str]) -> bool:
    """Not the name of a file: a mapping has several lines."""
    return "\n" in os.fspath(mapping)


def compile(graph: Graph | str, machine: Machine | str | None = None, *,
            mapping: str | os.PathLike[str] | None = None, **keys: Any) -> Program:
    """The program of a graph, or of a model by name, for a machine with these keys besides.

    `mapping` takes the place of the compiler's choices: a file, or its text (docs/mappings.md). Raises InputError
    if it does not suit, or if not even the tiles of one step fit into the SRAM.
    """
    source = _graph_of(graph)._snapshot()
    config = mapped_config(machine_of(machine, keys), mapping)
    work = _core.compile(source._core, config, source._onnx)
    return Program._of(work.program(), name=source.name, work=work, graph=source)


def mapping(graph: Graph | str, machine: Machine | str | None = None, *,
            mapping: str | os.PathLike[str] | None = None, **keys: Any) -> str:
    """What the compiler decides about a graph, as the text of a mapping, to be edited and given to compile()."""
    return _core.mapping(_graph_of(graph)._core, mapped_config(machine_of(machine, keys), mapping))


def _graph_of(model: Any) -> Graph:
    from .graph import graph_of

    source = graph_of(model)
    if isinstance(source, Program):
        raise InputError("the model is a program already")
    return source
