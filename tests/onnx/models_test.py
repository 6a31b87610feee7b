#!/usr/bin/env python3
"""Models made here, computed by NumPy and by tilewave: networks as they occur, and every rule of
folding and binding.

    models_test.py TILEWAVE
"""
import math
import os
import sys

import numpy as np
import onnx

from onnx_models import INT64, Draws, constant, model, node, value
from tilewave_runs import Table

TABLE = Table(sys.argv[1])
draw = Draws(11).floats


def relu(x):
    return np.maximum(x, 0)


def check(name, onnx_model, inputs, outputs, *arguments):
    outputs = [np.asarray(output, dtype=np.float32) for output in outputs]
    TABLE.check(name, onnx_model, inputs, outputs, *arguments)


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
    check("mlp, --size", symbolic, [x], [y], "--size=N=5")
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


def functions():
    """Operators and forms that ONNX's own cases have not."""
    def unary(operator, x, y, opset=13, **attributes):
        check(f"opset {opset}, {operator} {attributes}",
              model([node(operator, "x", "y", **attributes)], {"x": x.shape}, {"y": x.shape},
                    opset=opset, ir=3 if opset < 7 else 7), [x], [y])

    def gelu(x):
        return 0.5 * x * (1 + np.vectorize(math.erf)(x / math.sqrt(2)))
    x = draw(5, 33) * 4
    special = np.array([[0, -0.0, 1, -1], [np.inf, -np.inf, np.nan, 3e38]], np.float32)
    gelu_tanh = 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x ** 3)))
    unary("Gelu", x, gelu(x), 20)
    unary("Gelu", x, gelu(x), 20, approximate="none")
    unary("Gelu", x, gelu_tanh, 20, approximate="tanh")
    unary("Clip", x, np.clip(x, -1, 2), 6, min=-1.0, max=2.0)
    unary("Clip", x, np.maximum(x, 0.5), 6, min=0.5)
    unary("Clip", x, np.minimum(x, 0.5), 1, max=0.5, consumed_inputs=[0])
    unary("Clip", special, np.clip(special, -1, np.inf), 6, min=-1.0)
    unary("Relu", special, np.where(special < 0, 0, special))
    unary("Abs", special, np.abs(special))
    unary("Neg", special, -special)
    unary("Sign", special, np.sign(special))
    unary("Selu", x, np.where(x < 0, 1.0507 * 1.6732 * (np.exp(x) - 1), 1.0507 * x), 1)
    unary("Selu", x, np.where(x < 0, 3 * 2 * (np.exp(x) - 1), 3 * x), 6, alpha=2.0, gamma=3.0)
    unary("Elu", x, np.where(x < 0, 0.5 * (np.exp(x) - 1), x), 1, alpha=0.5, consumed_inputs=[0])
    unary("Dropout", x, x, 6, ratio=0.7, is_test=1)
    unary("Dropout", x, x, 7, ratio=0.7)
    unary("Sqrt", x * x, np.abs(x), 1, consumed_inputs=[0])

    square = [node("Mul", "x x", "s"), node("Add", "s x", "y")]
    check("one tensor several times", model(square, {"x": x.shape}, {"y": x.shape, "s": x.shape}), [x],
          [x * x + x, x * x])
    two = [np.array(value, np.float32) for value in [2.0, [3.0], [[0.25]]]]
    nodes = [node("Mul", "x a", "m"), node("Sub", "b m", "s"), node("Div", "s c", "y")]
    check("numbers", model(nodes, {"x": x.shape}, {"y": x.shape},
                           [constant(name, array) for name, array in zip("abc", two)]), [x],
          [(3 - 2 * x) / 0.25])
    check("a number of more dimensions", model([node("Add", "x c", "y")], {"x": [33]},
                                               {"y": [1, 33]}, [constant("c", two[2])]), [x[0]],
          [x[:1] + 0.25])
    many = [draw(3, 4) for _ in range(9)]
    names = {f"i{k}": [3, 4] for k in range(9)}
    for operator, result in [("Sum", np.sum(many, 0)), ("Mean", np.mean(many, 0)),
                             ("Max", np.max(many, 0)), ("Min", np.min(many, 0))]:
        check(f"{operator} of nine", model([node(operator, " ".join(names), "y")], names,
                                           {"y": [3, 4]}), many, [result])
    odd = [draw(3, 1), draw(4), draw(2, 1, 1), draw()]
    check("sum, broadcast", model([node("Sum", "a b c d", "y")],
                                  {n: a.shape for n, a in zip("abcd", odd)}, {"y": [2, 3, 4]}), odd,
          [odd[0] + odd[1] + odd[2] + odd[3]])
    check("integer exponent", model([node("Pow", "x e", "y")], {"x": x.shape}, {"y": x.shape},
                                    [constant("e", np.array(2))]), [x], [x ** 2])
    lows = [np.float32(-1), np.float32(1)]
    check("computed bounds", model([node("Neg", "a", "n"), node("Clip", "x n a", "y")],
                                   {"x": x.shape, "a": []}, {"y": x.shape}), [x, lows[1]],
          [np.clip(x, *lows)])
    check("clip without bounds", model([node("Clip", "x", "y")], {"x": x.shape}, {"y": x.shape}), [x],
          [x])


def broadcasts():
    """Of what is computed from inputs alone: every shape against every other."""
    shapes = [(2, 3, 4), (3, 4), (3, 1), (2, 1, 4), (2, 1, 1), (4,), (1,), (), (1, 3, 1)]
    for a_shape in shapes:
        for b_shape in shapes:
            a, b = draw(*a_shape), draw(*b_shape)
            y = relu(a) * b - np.abs(b)
            nodes = [node("Relu", "a", "r"), node("Mul", "r b", "m"), node("Abs", "b", "n"),
                     node("Sub", "m n", "y")]
            check(f"{a_shape} with {b_shape}", model(nodes, {"a": a.shape, "b": b.shape},
                                                     {"y": y.shape}), [a, b], [y])
    x, w, s = draw(2, 3, 8), draw(8, 4), draw(3, 4)
    h = np.exp(s)
    nodes = [node("Neg", "q", "p"), node("Exp", "s", "h"), node("Add", "x p", "t"),
             node("MatMul", "t w", "m"), node("Mul", "m h", "y")]
    q = draw(3, 8)
    check("positions", model(nodes, {"x": x.shape, "s": s.shape, "q": q.shape},
                             {"y": [2, 3, 4], "h": [3, 4]}, [constant("w", w)]), [x, s, q],
          [((x - q) @ w) * h, h])
    x, c = draw(2, 3, 4, 5), draw(3, 1, 1)
    nodes = [node("Mul", "x c", "s"), node("Relu", "x", "r"), node("Add", "s r", "t"),
             node("Tanh", "c", "h"), node("Mul", "t h", "y")]
    check("channels", model(nodes, {"x": x.shape, "c": c.shape}, {"y": x.shape}), [x, c],
          [(x * c + relu(x)) * np.tanh(c)])
    a, b, w = draw(2, 3, 8), draw(2, 8, 4), draw(4)
    nodes = [node("Relu", "a", "r"), node("Neg", "b", "n"), node("MatMul", "r n", "m"),
             node("Mul", "m w", "s"), node("Div", "s d", "y")]
    d = draw(2, 3, 1) + 3
    check("batch of what is computed", model(nodes, {"a": a.shape, "b": b.shape, "d": d.shape},
                                             {"y": [2, 3, 4]}, [constant("w", w)]), [a, b, d],
          [relu(a) @ -b * w / d])
    p, q, r = draw(5, 8), draw(8, 1), draw(8, 6)
    nodes = [node("MatMul", "p q", "c"), node("MatMul", "p r", "m"), node("Sub", "m c", "y")]
    check("a computed column", model(nodes, {"p": p.shape}, {"y": [5, 6]},
                                     [constant("q", q), constant("r", r)]), [p], [p @ r - p @ q])
    nodes = [node("Relu", "x0", "x1")] + [node("Neg", f"x{i}", f"x{i + 1}") for i in range(1, 301)]
    x = draw(3, 4)
    check("a long chain", model(nodes, {"x0": x.shape}, {"x301": x.shape}), [x], [relu(x)])
    nodes = []
    for i in range(40):
        nodes += [node("Neg", f"x{i}", f"n{i}"), node("Abs", f"x{i}", f"a{i}"),
                  node("Max", f"n{i} a{i}", f"x{i + 1}")]
    column = draw(2, 1, 4)
    check("a ladder, broadcast", model(nodes + [node("Add", "x40 b", "y")],
                                       {"x0": [3, 1], "b": [2, 1, 4]}, {"y": [2, 3, 4]}),
          [x[:, :1], column], [np.abs(x[:, :1]) + column])


def normalizations():
    for name, shape, opset, extra in [("rows", (5, 6), 9, {}), ("images", (2, 6, 3, 4), 14, {}),
                                      ("one image", (1, 6, 3, 4), 15, {"training_mode": 0}),
                                      ("old", (2, 6, 3), 6, {"is_test": 1}),
                                      ("old images", (2, 6, 3), 7, {"spatial": 1})]:
        x, scale, shift, mean = draw(*shape), draw(6), draw(6), draw(6)
        variance = draw(6) + 2
        at = (6,) + (1,) * (len(shape) - 2)
        y = (x - mean.reshape(at)) / np.sqrt(variance.reshape(at) + 1e-3) * scale.reshape(at) \
            + shift.reshape(at)
        given = dict(zip("sbmv", [scale, shift, mean, variance]))
        attributes = {"epsilon": 1e-3, "momentum": 0.9, **extra}
        nodes = [node("BatchNormalization", "x s b m v", "y", **attributes)]
        shapes = {"x": shape, **{key: array.shape for key, array in given.items()}}
        ir = 3 if opset < 7 else 7
        check(f"normalization, {name}, inputs", model(nodes, shapes, {"y": shape}, opset=opset, ir=ir),
              [x, *given.values()], [y])
        weights = [constant(key, array) for key, array in given.items()]
        inputs = shapes if ir == 3 else {"x": shape}
        check(f"normalization, {name}, constants",
              model(nodes, inputs, {"y": shape}, weights, opset=opset, ir=ir), [x], [y])
    x, scale = draw(2, 3, 4), draw(3, 4)
    nodes = [node("BatchNormalization", "x s s s v", "y", spatial=0)]
    check("normalization, every element", model(nodes, {"x": x.shape, "s": scale.shape, "v": [3, 4]},
                                                {"y": x.shape}, opset=8),
          [x, scale, scale * scale], [(x - scale) / np.sqrt(scale * scale + 1e-5) * scale + scale])
    x, w, given = draw(5, 8), draw(8, 6), [draw(6), draw(6), draw(6), draw(6) + 2]
    nodes = [node("MatMul", "x w", "p"), node("BatchNormalization", "p s b m v", "y"),
             node("Dropout", "y", "z mask")]
    y = (x @ w - given[2]) / np.sqrt(given[3] + 1e-5) * given[0] + given[1]
    weights = [constant("w", w)] + [constant(n, array) for n, array in zip("sbmv", given)]
    check("normalization of a product, results that nobody uses",
          model(nodes, {"x": x.shape}, {"z": [5, 6]}, weights), [x], [y])


def folded_constants():
    x, c = draw(3, 4), draw(4)
    nodes = [node("Constant", "", "n", value_ints=[3, 4]), node("Cast", "n", "f", to=1),
             node("ConstantOfShape", "n", "ones", value=constant("", np.ones(1, np.float32))),
             node("Shape", "x", "shape"), node("Expand", "c shape", "e"), node("CastLike", "e x", "l"),
             node("Mul", "l ones", "m"), node("Add", "m x", "y"), node("Exp", "f", "z")]
    check("what follows from shapes", model(nodes, {"x": x.shape}, {"y": [3, 4], "z": [2]},
                                            [constant("c", c)], opset=15, ir=8), [x],
          [x + c, np.exp([3.0, 4.0])])
    nodes = [node("Expand", "x s", "e"), node("Relu", "x", "r"), node("Expand", "r s", "y")]
    check("expand", model(nodes, {"x": [3, 1]}, {"e": [2, 3, 4], "y": [2, 3, 4]},
                          [constant("s", np.array([2, 1, 4]))]), [x[:, :1]],
          [np.broadcast_to(x[:, :1], (2, 3, 4)), np.broadcast_to(relu(x[:, :1]), (2, 3, 4))])


def shipped():
    path = os.path.join(os.path.dirname(__file__), "..", "..", "configs", "models", "perceptron.onnx")
    perceptron = onnx.load(path)
    w1, b1, w2, b2 = [onnx.numpy_helper.to_array(w) for w in perceptron.graph.initializer]
    x = draw(8, 20)
    check("configs/models/perceptron.onnx", perceptron, [x], [relu(x @ w1.T + b1) @ w2.T + b2],
          "--batch=8")


def main():
    for group in [shipped, perceptrons, residual, gemms, matmuls, batches, adds, legacy, views, functions,
                  broadcasts, normalizations, folded_constants]:
        group()
    TABLE.finish()


main()
