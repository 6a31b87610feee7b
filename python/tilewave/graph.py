"""Networks: built operator by operator, read from files, or by name."""

from __future__ import annotations

import difflib
import keyword
import numbers
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from . import _core
from ._core import InputError
from .arguments import flag_of, line_of, matrix_shape, path_of, text_of, whole_number
from .program import Program

if TYPE_CHECKING:
    import numpy as np

_TYPE_OF_DTYPE = {
    "float64": "f32", "float32": "f32", "float16": "f16", "int8": "i8", "uint8": "u8", "int32": "i32",
}
_LARGEST = 2**31 - 1  # extent of a dimension
_FUNCTIONS = {word: (arity, parameters) for word, arity, parameters in _core.functions()}


class Tensor:
    """A tensor of a graph: a matrix of `shape` (rows, columns), of `type` f32, bf16, f16, i8, u8 or i32.

    `a @ b` is a matrix product; `+`, `-`, `*` and `/` are elementwise, with tensors of equal extents or extents of
    1, or with numbers, and so are `-` before one and `**`; `a[0:64, :]` is a part. They give names of their own; the methods of
    the graph take one.
    """

    __slots__ = ("graph", "_id")
    __array_ufunc__ = None  # arrays are no operands: give them to the graph as parameters

    def __init__(self, graph: Graph, number: int) -> None:
        self.graph = graph
        self._id = number

    def _told(self, what: str) -> Any:
        return self.graph._core.tensor(self._id)[what]

    @property
    def name(self) -> str:
        return self._told("name")

    @property
    def shape(self) -> tuple[int, int]:
        return self._told("shape")

    @property
    def type(self) -> str:
        return self._told("type")

    @property
    def role(self) -> str:
        """input, param, intermediate or output."""
        return self._told("role")

    def __repr__(self) -> str:
        rows, cols = self.shape
        return f"<Tensor {self.name} {rows}x{cols} {self.type} {self.role}>"

    def __getitem__(self, part: Any) -> Tensor:
        rows, columns = part if isinstance(part, tuple) and len(part) == 2 else (part, slice(None))
        return self.graph.slice(self, rows, columns)

    def __matmul__(self, other: Tensor) -> Tensor:
        return self.graph.matmul(self, other)

    def __add__(self, other: Tensor | float) -> Tensor:
        return self.graph.apply("add", self, other)

    def __radd__(self, other: float) -> Tensor:
        return self.graph.apply("add", other, self)

    def __sub__(self, other: Tensor | float) -> Tensor:
        return self.graph.apply("sub", self, other)

    def __rsub__(self, other: float) -> Tensor:
        return self.graph.apply("sub", other, self)

    def __mul__(self, other: Tensor | float) -> Tensor:
        return self.graph.apply("mul", self, other)

    def __rmul__(self, other: float) -> Tensor:
        return self.graph.apply("mul", other, self)

    def __truediv__(self, other: Tensor | float) -> Tensor:
        return self.graph.apply("div", self, other)

    def __pow__(self, other: Tensor | float) -> Tensor:
        return self.graph.apply("pow", self, other)

    def __neg__(self) -> Tensor:
        return self.graph.apply("neg", self)

    def __rtruediv__(self, other: float) -> Tensor:
        return self.graph.apply("div", other, self)


def _axis_word(axis: Any) -> str:
    if axis not in (0, 1):
        raise InputError(f"axis={axis!r}; allowed: 0, for rows, and 1, for columns")
    return ("rows", "columns")[axis]


class Graph:
    """A network in topological order; shapes and types are checked as it is built.

        graph = Graph("mlp")
        x = graph.input("x", (128, 784))
        h = graph.relu(x @ graph.parameter("w1", weights) + graph.parameter("b1", bias))
        graph.output(h)

    Every function of `Graph.functions()` is a method: `graph.gelu(x)`, `graph.leakyrelu(x, alpha=0.1)`; those that
    Python has words for have a `_` behind them, `graph.not_(x)`.
    Methods raise InputError, naming graph, operator, inputs, shapes and types, and leave the graph as it was.
    """

    def __init__(self, name: str = "graph") -> None:
        self._core = _core.Graph(line_of("name", name))
        self._onnx: Any = None
        self._file: str | None = None
        #: Values of inputs and parameters that came as arrays, by name: what runs take unless they are given others.
        self.values: dict[str, np.ndarray] = {}

    @classmethod
    def _of(cls, core: Any, onnx: Any = None) -> Graph:
        graph = cls.__new__(cls)
        graph._core, graph._onnx, graph._file, graph.values = core, onnx, None, {}
        return graph

    def _snapshot(self) -> Graph:
        """The same graph, that does not change with this one."""
        graph = self._of(self._core.copy(), self._onnx)
        graph._file, graph.values = self._file, dict(self.values)
        return graph

    def _require_own(self) -> None:
        if self._onnx is not None:
            raise InputError(f"graph '{self.name}' is that of an ONNX model, which is complete")

    @classmethod
    def parse(cls, text: str, name: str = "graph") -> Graph:
        """A graph in text form; `name` is what messages call it."""
        return cls._of(_core.Graph.parse(text_of("text", text), line_of("name", name)))

    @staticmethod
    def functions() -> list[str]:
        """The elementwise functions that there are."""
        return list(_FUNCTIONS)

    @property
    def name(self) -> str:
        return self._core.name()

    @property
    def text(self) -> str:
        """The graph in text form, without values."""
        return self._core.text()

    @property
    def tensors(self) -> list[Tensor]:
        return [Tensor(self, number) for number in range(self._core.tensors())]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.isprintable() and self._core.find(name) is not None

    def __getitem__(self, name: str) -> Tensor:
        if name not in self:
            raise KeyError(name)
        return Tensor(self, self._core.find(name))

    def __repr__(self) -> str:
        return f"<Graph {self.name}: {self._core.operators()} operators, {self._core.tensors()} tensors>"

    def __reduce__(self) -> tuple[Any, ...]:
        if self._onnx is not None:
            raise TypeError("a graph of an ONNX model is not copied or pickled; load() the file again")
        return _restored, (self.text, self.name, self.values)

    def input(self, name: str, shape: Any, type: Any = None) -> Tensor:
        """An input of `shape` (rows, columns). An array in its place gives shape, type and values."""
        return self._source(name, shape, type, False)

    def parameter(self, name: str, shape: Any, type: Any = None) -> Tensor:
        """A weight, likewise. What has no values is drawn from a run's seed."""
        return self._source(name, shape, type, True)

    def _source(self, name: str, shape: Any, type: Any, parameter: bool) -> Tensor:
        self._require_own()
        text_of("a tensor's name", name)
        values = None
        if _is_array(shape):
            values = shape.copy()  # what becomes of the array later does not matter
            if values.ndim == 1:
                values = values.reshape(1, -1)
            if type is None and values.dtype.name not in _TYPE_OF_DTYPE:
                raise InputError(f"tensor '{name}' is of dtype {values.dtype}; allowed: "
                                 f"{', '.join(_TYPE_OF_DTYPE)}, or a type given besides")
            type = _TYPE_OF_DTYPE[values.dtype.name] if type is None else type
            shape = values.shape
        rows, cols = matrix_shape(name, shape)
        core = self._core.add_source(name, rows, cols, _type_name(name, type), parameter)
        if values is not None:
            self.values[name] = values
        return Tensor(self, core)

    def matmul(self, a: Tensor, b: Tensor, bias: Tensor | None = None, *, relu: bool = False,
               transposed: str = "", zeros: tuple[int, int] | None = None, expression: str | None = None,
               others: Iterable[Tensor] = (), type: Any = None, name: str | None = None) -> Tensor:
        """a (M×K) times b (K×N), plus `bias` (1×N) for every row.

        `transposed` is "a", "b" or "ab": which of them are given as K×M, N×K.
        `zeros` is what stands for zero in factors of i8 or u8, which are summed in i32. `expression` is of
        the product x0 and of `others` x1, x2, ...: "mul 0.02 x0; round t0; add t1 5"; `type` is the result's.
        """
        word = "matmul" + ("+bias" if bias is not None else "") + ("+relu" if flag_of("relu", relu) else "")
        words = [word, *self._names(a, b, *([bias] if bias is not None else []), *others)]
        if text_of("transposed", transposed):
            words.append(f"transposed={transposed}")
        if zeros is not None:
            if len(tuple(zeros)) != 2:
                raise InputError(f"zeros={zeros!r}; allowed: one for each factor")
            words.append("zeros={},{}".format(*(whole_number("zeros", zero, -128, 255) for zero in zeros)))
        return self._add(name, words, type, expression)

    def map(self, expression: str, *operands: Tensor, type: Any = None,
            name: str | None = None) -> Tensor:
        """An elementwise expression of one to four tensors x0, x1, ...: "sub 1 x0; mul t0 x1"."""
        return self._add(name, ["map", *self._names(*operands)], type, expression)

    def reduce(self, fold: str, *operands: Tensor, axis: int = 1, expression: str | None = None,
               name: str | None = None) -> Tensor:
        """The `sum`, `max`, `min` or `product` of each row (axis 1, M×1) or column (axis 0, 1×N), in f32: of the only
        operand, or of an expression of one to four, "sub x0 x1; exp t0"."""
        word = f"reduce+{text_of('fold', fold)}+{_axis_word(axis)}"
        return self._add(name, [word, *self._names(*operands)], None, expression)

    def apply(self, function: str, *operands: Tensor | float, type: Any = None,
              name: str | None = None, **parameters: float) -> Tensor:
        """A function of tensors and numbers: apply("leakyrelu", x, alpha=0.1)."""
        words = [function]
        for operand in operands:
            words += self._names(operand) if isinstance(operand, Tensor) else [self._number(operand)]
        words += [f"{key}={self._number(value)}" for key, value in parameters.items()]
        return self._add(name, words, type, None)

    def copy(self, x: Tensor, *, name: str | None = None) -> Tensor:
        """The same values under another name."""
        return self._add(name, ["copy", *self._names(x)], None, None)

    def slice(self, x: Tensor, rows: Any = slice(None), columns: Any = slice(None), *,
              name: str | None = None) -> Tensor:
        """A part of x, which is not moved: rows and columns as Python has them, `slice(0, 64)`, without a step.

        `x[0:64, :]` is the same under a name of its own.
        """
        ranges = []
        for what, given, extent in zip(("rows", "columns"), (rows, columns), x.shape, strict=True):
            if not isinstance(given, slice):
                raise TypeError(f"{what} is a {type(given).__name__}; allowed: slice")
            first, end, step = given.indices(extent)
            if step != 1:
                raise InputError(f"{what} with a step of {step}; allowed: 1")
            ranges.append(f"{first}:{end}")
        return self._add(name, ["slice", *self._names(x), *ranges], None, None)

    def concat(self, parts: Iterable[Tensor], axis: int = 0, *, name: str | None = None) -> Tensor:
        """The parts one below the other (axis 0) or side by side (axis 1)."""
        word = f"concat+{_axis_word(axis)}"
        return self._add(name, [word, *self._names(*parts)], None, None)

    def output(self, *tensors: Tensor) -> None:
        """Makes computed tensors results of the graph."""
        self._require_own()
        self._names(*tensors)
        for tensor in tensors:
            self._core.mark_output(tensor._id)

    def __getattr__(self, word: str) -> Callable[..., Tensor]:
        if keyword.iskeyword(word.removesuffix("_")):
            word = word.removesuffix("_")
        if word.startswith("_") or word not in _FUNCTIONS:
            near = difflib.get_close_matches(word, _FUNCTIONS, 1)
            raise AttributeError(f"neither a graph's attribute nor a function is called {word!r}"
                                 + (f"; did you mean {near[0]!r}?" if near else ""))
        arity, parameters = _FUNCTIONS[word]

        def function(*operands: Tensor | float, **rest: Any) -> Tensor:
            return self.apply(word, *operands, **rest)

        function.__name__ = word
        function.__doc__ = (f"{word} of {arity} operands, elementwise" + "".join(
            f", {key}={otherwise:g}" for key, otherwise in parameters) + ".")
        return function

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *(word + "_" * keyword.iskeyword(word) for word in _FUNCTIONS)]

    def _number(self, value: Any) -> str:
        if isinstance(value, bool) or not isinstance(value, numbers.Real):
            raise TypeError(f"an operand is a {type(value).__name__}; allowed: Tensor, int, float")
        try:
            text = repr(float(value))
        except OverflowError:
            raise InputError("an operand is a number that no float holds") from None
        if self._core.find(text) is not None:  # "nan" and "inf" are names, too
            raise InputError(f"a tensor is called {text!r}, which would stand for the number")
        return text

    def _names(self, *tensors: Any) -> list[str]:
        names = []
        for tensor in tensors:
            if not isinstance(tensor, Tensor):
                raise TypeError(f"an operand is a {type(tensor).__name__}; allowed: Tensor")
            if tensor.graph is not self:
                raise InputError(f"tensor '{tensor.name}' is of another graph")
            names.append(tensor.name)
        return names

    def _add(self, name: str | None, words: list[str], type: Any, expression: str | None) -> Tensor:
        self._require_own()
        if name is None:
            number = self._core.tensors()
            while self._core.find(f"t{number}") is not None:
                number += 1
            name = f"t{number}"
        elif not text_of("a tensor's name", name) or any(c.isspace() or c in "=#|" for c in name):
            raise InputError(f"{name!r} is no name of a tensor")
        statement = " ".join([name, "=", *words])
        if type is not None:
            statement += f" -> {_type_name(name, type)}"
        if expression is not None:
            if not text_of("expression", expression).strip():
                raise InputError("expression is empty")
            if any(c in "#|\n\r" for c in expression):
                raise InputError(f"expression {expression!r}: neither comments nor lines belong into it")
            statement += f" | {expression}"
        return Tensor(self, self._core.add_statement(statement))


def _restored(text: str, name: str, values: dict[str, np.ndarray]) -> Graph:
    graph = Graph.parse(text, name)
    graph.values = {key: array.copy() for key, array in values.items()}
    return graph


def _type_name(name: str, type: Any) -> str:
    if type is None:
        return "f32"
    if isinstance(type, str) and type in _core.types:
        return type
    known = _dtype_name(type)
    if known in _TYPE_OF_DTYPE:
        return _TYPE_OF_DTYPE[known]
    raise InputError(f"tensor '{name}': type {type!r}; allowed: {', '.join(_core.types)}, or a dtype "
                     f"among {', '.join(_TYPE_OF_DTYPE)}")


def _is_array(value: Any) -> bool:
    numpy = sys.modules.get("numpy")  # who has an array has imported it
    return numpy is not None and isinstance(value, numpy.ndarray)


def _dtype_name(type: Any) -> str:
    try:
        import numpy

        return numpy.dtype(type).name
    except (TypeError, ImportError):
        return ""


def load(model: str | os.PathLike[str], *, batch: int | None = None,
         sizes: Mapping[str, int] | None = None, weights: str = "read") -> Graph | Program:
    """A model by name: an ONNX, graph or program file, or one that is built in
    ("gemm:64x64x64:i8", "bert:base,tokens=128").

    Of an ONNX model, `sizes` are the extents of dimensions by name, {"seq": 128}, and `batch` is that of the one
    that has no number else. `weights` is for those in other files: "read", or "drawn" from the seed of each run.
    """
    return _load(model, batch, sizes, weights)


def _load(model: str | os.PathLike[str], batch: int | None, sizes: Mapping[str, int] | None, weights: str,
          with_values: bool = True) -> Graph | Program:
    name = path_of("model", model)
    if text_of("weights", weights) not in ("read", "drawn"):
        raise InputError(f"weights={weights!r}; allowed: read, drawn")
    if weights == "read" and not with_values:
        weights = ""  # those that decide what the graph is
    if batch is not None:
        batch = whole_number("batch", batch, 1, _LARGEST)
    graph, program, onnx = _core.load(name, batch, _sizes_of(sizes), weights)
    loaded = Program._of(program, name=name) if program is not None else Graph._of(graph, onnx)
    loaded._file = name
    return loaded


def _sizes_of(sizes: Mapping[str, int] | None) -> dict[str, int]:
    if sizes is None:
        return {}
    if not isinstance(sizes, Mapping):
        raise TypeError(f"sizes is a {type(sizes).__name__}; allowed: a mapping from names of dimensions to numbers")
    return {text_of("a name of sizes", name): whole_number(f"sizes[{name!r}]", extent, 1, _LARGEST)
            for name, extent in sizes.items()}


def graph_of(model: Any, batch: int | None = None, sizes: Mapping[str, int] | None = None, weights: str = "read",
             with_values: bool = True) -> Graph | Program:
    """What users may give for a model; `batch`, `sizes` and `weights` are for names."""
    if isinstance(model, (Graph, Program)):
        for option, given in {"batch": batch is not None, "sizes": bool(sizes), "weights": weights != "read"}.items():
            if given:
                raise InputError(f"{option} has no effect on a model that is loaded already")
        return model
    if isinstance(model, (str, os.PathLike)):
        return _load(model, batch, sizes, weights, with_values)
    raise TypeError(f"model is a {type(model).__name__}; allowed: Graph, Program, str")
