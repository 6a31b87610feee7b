#!/usr/bin/env python3
"""Comparisons, logic and choices, computed by NumPy and by tilewave.

    logic_models_test.py TILEWAVE
"""
import sys
import tempfile

import numpy as np

from onnx_models import BOOL, FLOAT, F16, I8, I32, U8, Draws, constant, model, node, value
from tilewave_runs import Table, run, write_case

TABLE = Table(sys.argv[1])
draws = Draws(23)


def check(name, nodes, inputs, outputs, initializers=(), kinds=None, out_kind=BOOL, opset=16):
    """`inputs` by name; the types of those that are not FLOAT or BOOL are in `kinds`."""
    kinds = kinds or {}
    infos = [value(key, list(array.shape), kinds.get(key, BOOL if array.dtype == bool else FLOAT))
             for key, array in inputs.items()]
    results = [value(key, list(array.shape), out_kind) for key, array in outputs.items()]
    TABLE.check(name, model(nodes, infos, results, list(initializers), opset), list(inputs.values()),
                list(outputs.values()))


def comparisons():
    x, y = draws.floats(33, 70), draws.floats(33, 70)
    x[::3] = y[::3]
    x[5, :7] = [np.nan, np.inf, -np.inf, 0, -0.0, 1e-45, 3]
    y[5, :7] = [np.nan, np.inf, np.inf, -0.0, 0, 0, np.nan]
    numpy = {"Less": np.less, "LessOrEqual": np.less_equal, "Greater": np.greater,
             "GreaterOrEqual": np.greater_equal, "Equal": np.equal}
    for operator, function in numpy.items():
        nodes = [node(operator, "x y", "z")]
        check(operator, nodes, {"x": x, "y": y}, {"z": function(x, y)})
        check(operator + " with a row", nodes, {"x": x, "y": y[3]}, {"z": function(x, y[3])})
        check(operator + " with a constant", nodes, {"x": x}, {"z": function(x, np.float32(0.25))},
              [constant("y", np.float32(0.25))])
        for kind in (I8, U8):
            a, b = draws.integers(kind, 9, 40), draws.integers(kind, 9, 40)
            a[::2] = b[::2]
            check(f"{operator} of bytes {kind}", nodes, {"x": a, "y": b}, {"z": function(a, b)},
                  kinds={"x": kind, "y": kind})
    wide = np.array([[-2**24, 2**24, 2**24 - 1]], np.int32)
    check("INT32 as far as fp32 goes", [node("Less", "x y", "z")], {"x": wide, "y": wide[:, ::-1].copy()},
          {"z": wide < wide[:, ::-1]}, kinds={"x": I32, "y": I32})
    check("of what is computed", [node("MatMul", "x w", "p"), node("Greater", "p x", "z")],
          {"x": x[:5]}, {"z": x[:5] @ np.eye(70, dtype=np.float32) * 2 > x[:5]},
          [constant("w", np.eye(70, dtype=np.float32) * 2)])


def logic():
    a, b = draws.floats(40, 33) > 0, draws.floats(40, 33) > 0
    for operator, function in {"And": np.logical_and, "Or": np.logical_or, "Xor": np.logical_xor,
                               "Equal": np.equal}.items():
        nodes = [node(operator, "a b", "z")]
        check("logic " + operator, nodes, {"a": a, "b": b}, {"z": function(a, b)})
        check(f"logic {operator} with a row", nodes, {"a": a, "b": b[:1]}, {"z": function(a, b[:1])})
        check(f"logic {operator} with a constant", nodes, {"a": a}, {"z": function(a, b[0])},
              [constant("b", b[0])])
    check("Not", [node("Not", "a", "z")], {"a": a}, {"z": ~a})
    check("views of BOOL", [node("Transpose", "a", "t"), node("Reshape", "t s", "r"), node("Not", "r", "z")],
          {"a": a}, {"z": ~a.T.reshape(3, 11, 40)}, [constant("s", np.array([3, 11, 40]))])
    check("BOOL as it is", [node("Identity", "a", "z")], {"a": a}, {"z": a})
    check("BOOL of old", [node("And", "a b", "z", broadcast=1, axis=0)], {"a": a, "b": b[:, 0].copy()},
          {"z": a & b[:, :1]}, opset=6)


def choices():
    c = draws.floats(20, 50) > 0
    x, y = draws.floats(20, 50), draws.floats(20, 50)
    y[0, :4] = [np.nan, np.inf, -np.inf, -0.0]
    nodes = [node("Where", "c x y", "z")]
    check("Where", nodes, {"c": c, "x": x, "y": y}, {"z": np.where(c, x, y)}, out_kind=FLOAT)
    check("Where by a column", nodes, {"c": c[:, :1].copy(), "x": x, "y": y}, {"z": np.where(c[:, :1], x, y)},
          out_kind=FLOAT)
    low = np.float32(-1e30)
    check("a mask", [node("Where", "c x y", "z")], {"c": c, "x": x}, {"z": np.where(c, x, low)},
          [constant("y", low)], out_kind=FLOAT)
    causal = np.tril(np.ones((20, 20), bool))
    check("a constant mask", [node("Where", "c x y", "z")], {"x": x[:, :20].copy()},
          {"z": np.where(causal, x[:, :20], low)}, [constant("c", causal), constant("y", low)], out_kind=FLOAT)
    for kind in (I8, U8):
        a, b = draws.integers(kind, 20, 50), draws.integers(kind, 20, 50)
        check(f"Where of bytes {kind}", nodes, {"c": c, "x": a, "y": b}, {"z": np.where(c, a, b)},
              kinds={"x": kind, "y": kind}, out_kind=kind)
    a, b = x > 0, y > 0
    check("Where of BOOL", nodes, {"c": c, "x": a, "y": b}, {"z": np.where(c, a, b)})
    halves = x.astype(np.float16), y.astype(np.float16)
    check("Where of FLOAT16", nodes, {"c": c, "x": halves[0], "y": halves[1]}, {"z": np.where(c, *halves)},
          kinds={"x": F16, "y": F16}, out_kind=F16)


def casts():
    x = np.round(draws.floats(7, 40) * 2)
    check("FLOAT to BOOL", [node("Cast", "x", "z", to=BOOL)], {"x": x}, {"z": x != 0})
    check("computed FLOAT to BOOL and back",
          [node("Relu", "x", "r"), node("Cast", "r", "t", to=BOOL), node("Cast", "t", "z", to=FLOAT)],
          {"x": x}, {"z": (x > 0).astype(np.float32)}, out_kind=FLOAT)
    a = x > 0
    for kind, dtype in ((I8, np.int8), (U8, np.uint8), (I32, np.int32), (F16, np.float16)):
        check(f"BOOL to {kind}", [node("Cast", "a", "z", to=kind)], {"a": a}, {"z": a.astype(dtype)}, out_kind=kind)


def inputs_that_are_drawn():
    nodes = [node("Not", "a", "n"), node("Or", "a n", "z")]
    onnx_model = model(nodes, [value("a", [30, 40], BOOL)], [value("z", [30, 40], BOOL)])
    with tempfile.TemporaryDirectory() as directory:
        path, data = write_case(directory, onnx_model, [], [np.ones((30, 40), bool)])
        outcome = run(sys.argv[1], "run", path, "--expect", data)
    TABLE.add("what is drawn is true or not", outcome.code == 0, outcome.text()[-80:].strip())


comparisons()
logic()
choices()
casts()
inputs_that_are_drawn()
TABLE.finish()
