#!/usr/bin/env python3
"""Models made here, computed by NumPy and by tilewave: networks as they occur, and every rule of
folding and binding.

    models_test.py TILEWAVE
"""
import os
import sys

import numpy as np
import onnx

from onnx_models import INT64, constant, model, node, value
from tilewave_runs import Table, run_case

random = np.random.default_rng(11)
TABLE = Table()


def draw(*shape):
    return random.uniform(-1, 1, shape).astype(np.float32)


def relu(x):
    return np.maximum(x, 0)


def check(name, onnx_model, inputs, outputs, *arguments):
    outputs = [np.asarray(output, dtype=np.float32) for output in outputs]
    outcome = run_case(sys.argv[1], onnx_model, inputs, outputs, *arguments)
    if outcome.code != 0:
        TABLE.add(name, False, outcome.text())
        return
    result = outcome.result()
    expected = result["expected"]
    ok = expected["passed"] and expected["elements"] == sum(output.size for output in outputs) \
        and result["verified"] is True
    TABLE.add(name, ok, f"max abs error {expected['max_abs_error']:.2g}, {result['cycles']} cycles")


def perceptrons():
    x = draw(5, 70)
    w1, b1, w2, b2 = draw(40, 70), draw(40), draw(40, 33), draw(33)
    y = relu(x @ w1.T + b1) @ w2 + b2
    weights = [constant("fc1.weight", w1), constant("fc1.bias", b1), constant("fc2/weight", w2),
               constant("fc2 bias", b2)]
    nodes = [node("Gemm", "x fc1.weight fc1.bias", "h", transB=1), node("Relu", "h", "a"),
             node("MatMul", "a fc2/weight", "p")]
    last = [node("Add", "p last", "y")]
    last[0].input[1] = "fc2 bias"
    check("mlp", model(nodes + last, {"x": [5, 70]}, {"y": [5, 33]}, weights), [x], [y])
    symbolic = model(nodes + last, {"x": ["N", 70]}, {"y": ["N", 33]}, weights)
    check("mlp, batch from the data", symbolic, [x], [y])
    check("mlp, --batch", symbolic, [x], [y], "--batch=5")
    unnamed = model(nodes + last, {"x": [None, 70]}, {"y": [None, 33]}, weights)
    check("mlp, batch without a name", unnamed, [x], [y])
    # Format version 3 lists the initializers among the inputs.
    listed = model(nodes + last, [value("fc1.weight", [40, 70]), value("fc1.bias", [40]),
                                  value("x", [5, 70]), value("fc2/weight", [40, 33]),
                                  value("fc2 bias", [33])], {"y": [5, 33]}, weights, 9, 3)
    check("mlp, format version 3", listed, [x], [y])
    check("mlp, batch of one", model(nodes + last, {"x": [1, 70]}, {"y": [1, 33]}, weights), [x[:1]],
          [y[:1]])
    newest = model(nodes + last, {"x": [5, 70]}, {"y": [5, 33]}, weights, 23, 11)
    check("mlp, newer versions than the library's", newest, [x], [y])


def residual():
    x, w, v = draw(50, 70), draw(70, 70), draw(70)
    h = relu(x @ w + v)
    nodes = [node("MatMul", "x w", "p"), node("Add", "p v", "q"), node("Relu", "q", "h"),
             node("Add", "h x", "s"), node("MatMul", "s w", "y")]
    check("residual", model(nodes, {"x": [50, 70]}, {"y": [50, 70], "h": [50, 70]},
                            [constant("w", w), constant("v", v)]), [x], [(h + x) @ w, h])


def gemms():
    a, b, c = draw(33, 20), draw(45, 33), draw(20, 45)
    attributes = {"transA": 1, "transB": 1, "alpha": 0.25, "beta": -2.0}
    y = 0.25 * a.T @ b.T - 2 * c
    check("gemm, inputs", model([node("Gemm", "a b c", "y", **attributes)],
                                {"a": [33, 20], "b": [45, 33], "c": [20, 45]}, {"y": [20, 45]}),
          [a, b, c], [y])
    check("gemm, constants", model([node("Gemm", "a b c", "y", **attributes)], {"a": [33, 20]},
                                   {"y": [20, 45]}, [constant("b", b), constant("c", c)]), [a], [y])
    for name, bias in [("column", c[:, :1]), ("scalar", c[0, 0]), ("row", c[0]), ("one", c[:1, :1])]:
        nodes = [node("Gemm", "a b c", "y", transA=1, transB=1)]
        check(f"gemm, {name} bias", model(nodes, {"a": [33, 20]}, {"y": [20, 45]},
                                          [constant("b", b), constant("c", bias)]),
              [a], [a.T @ b.T + bias])
    nodes = [node("Gemm", "a b c", "y", transA=1, transB=1, beta=0.0)]
    check("gemm, beta 0", model(nodes, {"a": [33, 20], "c": [45]}, {"y": [20, 45]},
                                [constant("b", b)]), [a, c[0]], [a.T @ b.T])
    nodes = [node("Relu", "a", "r"), node("Gemm", "r b", "p", transB=1, alpha=3.0),
             node("Gemm", "p w p", "y")]
    a, w = draw(20, 33), draw(45, 45)
    p = 3 * relu(a) @ b.T
    check("gemm, computed operands and bias",
          model(nodes, {"a": [20, 33]}, {"y": [20, 45]}, [constant("b", b), constant("w", w)]), [a],
          [p @ w + p])


def matmuls():
    def both(name, a, b):
        y = np.matmul(a, b)
        check(name, model([node("MatMul", "a b", "y")], {"a": a.shape, "b": b.shape}, {"y": y.shape}),
              [a, b], [y])
        check(name + ", constant", model([node("MatMul", "a b", "y")], {"a": a.shape},
                                         {"y": y.shape}, [constant("b", b)]), [a], [y])
    both("matmul, shared right", draw(3, 5, 40), draw(40, 7))
    both("matmul, batch on both", draw(3, 5, 40), draw(3, 40, 7))
    both("matmul, broadcast batches", draw(2, 1, 5, 40), draw(3, 40, 7))
    both("matmul, batch on the right", draw(5, 40), draw(4, 40, 7))
    both("matmul, batch of one on the right", draw(2, 3, 5, 40), draw(1, 40, 7))
    both("matmul, vector on the left", draw(40), draw(40, 7))
    both("matmul, vector on the right", draw(5, 40), draw(40))
    both("matmul, vector on the right, batch", draw(2, 3, 5, 40), draw(40))
    both("matmul, vector on the left, batch", draw(40), draw(3, 40, 7))
    both("matmul, two vectors", draw(40), draw(40))


def batches():
    q, k, v = draw(4, 6, 10), draw(4, 10, 6), draw(4, 6, 8)
    nodes = [node("MatMul", "q k", "s"), node("Add", "s mask", "m"), node("Relu", "m", "r"),
             node("MatMul", "r v", "c"), node("MatMul", "c w", "p"), node("Add", "p b", "t"),
             node("Add", "t c", "y")]
    mask, w, b = draw(4, 1, 6), draw(8, 8), draw(8)
    c = np.matmul(relu(np.matmul(q, k) + mask), v)
    y = c @ w + b + c
    check("batched chain", model(nodes, {"q": q.shape, "k": k.shape, "v": v.shape}, {"y": y.shape},
                                 [constant("mask", mask), constant("w", w), constant("b", b)]),
          [q, k, v], [y])
    heads = draw(6, 4, 10)
    nodes = [node("Transpose", "h", "q", perm=[1, 0, 2]), node("Transpose", "h", "k", perm=[1, 2, 0]),
             node("MatMul", "q k", "y")]
    y = np.matmul(heads.transpose(1, 0, 2), heads.transpose(1, 2, 0))
    check("batches of one transposed input", model(nodes, {"h": heads.shape}, {"y": y.shape}),
          [heads], [y])


def adds():
    def add(name, a, b):
        y = a + b
        check("add, " + name, model([node("Add", "a b", "y")], {"a": a.shape, "b": b.shape},
                                    {"y": y.shape}), [a, b], [y])
        nodes = [node("Relu", "a", "r"), node("Add", "b r", "y")]
        if a.shape == y.shape:
            check("add to computed, " + name, model(nodes, {"a": a.shape, "b": b.shape},
                                                    {"y": y.shape}), [a, b], [b + relu(a)])
    add("alike", draw(3, 4, 5), draw(3, 4, 5))
    add("row", draw(3, 4, 5), draw(5))
    add("row of two dimensions", draw(3, 4, 5), draw(4, 5))
    add("column", draw(3, 4, 5), draw(4, 1))
    add("outer", draw(3, 1), draw(1, 5))
    add("scalar", draw(3, 5), draw())
    add("scalars", draw(), draw())
    add("more dimensions", draw(4, 5), draw(1, 1, 5))
    add("vectors", draw(5), draw(5))
    add("rows", draw(1, 5), draw(5))
    nodes = [node("MatMul", "a w", "p"), node("MatMul", "b w", "r"), node("Add", "p r", "y")]
    a, b, w = draw(6, 10), draw(1, 10), draw(10, 40)
    check("add, computed row", model(nodes, {"a": a.shape, "b": b.shape}, {"y": [6, 40]},
                                     [constant("w", w)]), [a, b], [a @ w + b @ w])


def legacy():
    """As PyTorch 0.3 has exported them."""
    def add(name, a, b, y, **attributes):
        check("opset 6, add, " + name,
              model([node("Add", "0 1", "2", **attributes)], {"0": a.shape, "1": b.shape},
                    {"2": y.shape}, opset=6, ir=3), [a, b], [y])
    a, b = draw(2, 3), draw(3)
    add("broadcast", a, b, a + b, broadcast=1, axis=1)
    add("broadcast at the end", a, b, a + b, broadcast=1)
    column = draw(2, 1)
    add("size 1", a, column, a + column, broadcast=1, axis=0)
    at = draw(3)
    a4 = draw(2, 3, 4)
    add("axis in the middle", a4, at, a4 + at[:, None], broadcast=1, axis=1)
    x, w, c = draw(4, 5), draw(5, 6), draw(6)
    check("opset 6, gemm",
          model([node("Gemm", "0 1 2", "3", alpha=1.0, beta=1.0, broadcast=1)],
                {"0": [4, 5], "1": [5, 6], "2": [6]}, {"3": [4, 6]}, opset=6, ir=3),
          [x, w, c], [x @ w + c])
    check("opset 6, mm",
          model([node("Constant", "", "c", value=constant("", np.ones(1, np.float32))),
                 node("Gemm", "0 1 c", "3", beta=0.0, broadcast=1)],
                {"0": [4, 5], "1": [5, 6]}, {"3": [4, 6]}, opset=6, ir=3), [x, w], [x @ w])
    check("opset 6, linear without bias",
          model([node("Transpose", "1", "t", perm=[1, 0]), node("MatMul", "0 t", "2")],
                [value("0", [4, 5]), value("1", [6, 5])], {"2": [4, 6]}, [constant("1", w.T.copy())],
                opset=6, ir=3), [x], [x @ w])
    check("no node", model([], {"0": [2, 3]}, {"0": [2, 3]}, opset=6, ir=3), [a], [a])
    check("opset 4, reshape",
          model([node("Reshape", "x", "y", shape=[0, -1])], {"x": [2, 3, 4]}, {"y": [2, 12]}, opset=4,
                ir=3), [a4], [a4.reshape(2, 12)])
    check("opset 9, unsqueeze and squeeze",
          model([node("Unsqueeze", "x", "u", axes=[0, 3]), node("Squeeze", "u", "y", axes=[0])],
                {"x": [2, 3]}, {"y": [2, 3, 1]}, opset=9), [a], [a[:, :, None]])


def views():
    x, w = draw(2, 3, 40), draw(40, 12)
    p = x @ w
    shape = constant("s", np.array([6, 12], np.int64))
    nodes = [node("MatMul", "x w", "p"), node("Reshape", "p s", "r"), node("Relu", "r", "y")]
    weights = [constant("w", w), shape]
    check("reshape of computed rows", model(nodes, {"x": x.shape}, {"y": [6, 12]}, weights), [x],
          [relu(p.reshape(6, 12))])
    nodes = [node("MatMul", "x w", "p"), node("Flatten", "p", "f"), node("Add", "f b", "y")]
    b = draw(36)
    check("flatten of a computed value", model(nodes, {"x": x.shape}, {"y": [2, 36]},
                                               [constant("w", w), constant("b", b)]), [x],
          [p.reshape(2, 36) + b])
    nodes = [node("Transpose", "x", "t", perm=[2, 0, 1]), node("Reshape", "t s", "r"),
             node("MatMul", "r w", "y")]
    t = x.transpose(2, 0, 1).reshape(20, 12)
    check("transpose, then reshape, of an input",
          model(nodes, {"x": x.shape}, {"y": [20, 9]},
                [constant("s", np.array([20, -1], np.int64)), constant("w", w[:12, :9].copy())]), [x],
          [t @ w[:12, :9]])
    nodes = [node("Identity", "x", "a"), node("Identity", "a", "b"), node("Relu", "b", "c"),
             node("Identity", "c", "d")]
    check("identities", model(nodes, {"x": x.shape}, {n: x.shape for n in "bcd"}), [x],
          [x, relu(x), relu(x)])
    nodes = [node("Constant", "", "k", value_floats=[1.0, -2.0, 3.0]), node("Relu", "k", "y"),
             node("Constant", "", "f", value_float=4.0), node("Identity", "f", "z")]
    check("constants", model(nodes, {}, {"y": [3], "z": []}), [],
          [np.array([1, 0, 3]), np.array(4)])
    nodes = [node("Reshape", "x s", "y")]
    check("shape as an input", model(nodes, [value("x", [2, 3, 40]), value("s", [2], INT64)],
                                     {"y": [6, 40]}), [x, np.array([-1, 40], np.int64)],
          [x.reshape(6, 40)])
    nodes = [node("Relu", "x", "unused"), node("Add", "x x", "y")]
    check("a node for nothing", model(nodes, {"x": [2, 3, 40], "idle": [7]}, {"y": [2, 3, 40]}),
          [x, draw(7)], [x + x])


def shipped():
    path = os.path.join(os.path.dirname(__file__), "..", "..", "configs", "models", "perceptron.onnx")
    perceptron = onnx.load(path)
    w1, b1, w2, b2 = [onnx.numpy_helper.to_array(w) for w in perceptron.graph.initializer]
    x = draw(8, 20)
    check("configs/models/perceptron.onnx", perceptron, [x], [relu(x @ w1.T + b1) @ w2.T + b2],
          "--batch=8")


def main():
    for group in [shipped, perceptrons, residual, gemms, matmuls, batches, adds, legacy, views]:
        group()
    TABLE.finish()


main()
