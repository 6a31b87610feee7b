#!/usr/bin/env python3
"""Parts of values, reductions, norms and attention, computed by NumPy and by tilewave.

    transformer_models_test.py TILEWAVE
"""
import sys

import numpy as np

from onnx_models import Draws, constant, model, node
from tilewave_runs import Table

TABLE = Table(sys.argv[1])
draw = Draws(29).floats


def ints(name, *numbers):
    return constant(name, np.array(numbers, dtype=np.int64))


def softmax(x, axis=-1):
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def norm(x, axes=(-1,), epsilon=1e-5):
    mean = x.mean(axis=axes, keepdims=True)
    return (x - mean) / np.sqrt(((x - mean) ** 2).mean(axis=axes, keepdims=True) + epsilon)


def check(name, nodes, inputs, outputs, constants=(), opset=17, arguments=()):
    onnx_model = model(nodes, {key: list(array.shape) for key, array in inputs.items()},
                       {key: list(array.shape) for key, array in outputs.items()}, constants, opset)
    TABLE.check(name, onnx_model, list(inputs.values()),
                [np.asarray(array, dtype=np.float32) for array in outputs.values()], *arguments)


def computed(name, nodes, x, outputs, constants=(), opset=17, arguments=()):
    """Of x as an input, and of x as a product: h = x·w."""
    check(name + " of an input", [*nodes], {"h": x}, outputs(x), constants, opset, arguments)
    w = draw(x.shape[-1], x.shape[-1])
    check(name + " of a product", [node("MatMul", "x w", "h"), *nodes], {"x": x}, outputs(x @ w),
          [constant("w", w), *constants], opset, arguments)


def parts():
    x = draw(2, 10, 12)
    computed("slice", [node("Slice", "h starts ends axes", "y")], x, lambda h: {"y": h[:, 2:9, 4:-1]},
             [ints("starts", 2, 4), ints("ends", 9, -1), ints("axes", 1, 2)])
    computed("slice of tiles", [node("Slice", "h starts ends axes", "y")], draw(64, 96), lambda h: {"y": h[32:, 32:64]},
             [ints("starts", 32, 32), ints("ends", 1 << 40, 64), ints("axes", 0, 1)])
    check("slice backwards", [node("Slice", "h starts ends axes steps", "y")], {"h": x}, {"y": x[:, ::-1, 10:1:-3]},
          [ints("starts", -1, 10), ints("ends", -(1 << 62), 1), ints("axes", 1, 2), ints("steps", -1, -3)])
    computed("slice, operator set 1", [node("Slice", "h", "y", starts=[1, 0], ends=[9, 2], axes=[1, 0])], x,
             lambda h: {"y": h[0:2, 1:9]}, opset=9)
    computed("split", [node("Split", "h sizes", "a b c", axis=-1)], x,
             lambda h: {"a": h[..., :3], "b": h[..., 3:8], "c": h[..., 8:]}, [ints("sizes", 3, 5, 4)])
    computed("split in equal parts", [node("Split", "h", "a b", axis=1)], x, lambda h: {"a": h[:, :5], "b": h[:, 5:]},
             opset=13)
    for axis in (0, 1, 2):
        computed(f"concat, axis {axis}", [node("Relu", "h", "r"), node("Neg", "h", "n"),
                                          node("Concat", "r h n", "y", axis=axis)], x,
                 lambda h, axis=axis: {"y": np.concatenate([np.maximum(h, 0), h, -h], axis)})
    computed("gather of a row", [node("Gather", "h index", "y", axis=1)], x, lambda h: {"y": h[:, 4]},
             [constant("index", np.int64(4))])
    computed("gather of runs", [node("Gather", "h index", "y", axis=1)], x,
             lambda h: {"y": h[:, [[3, 4, 5], [0, 1, 9]]]},
             [constant("index", np.array([[3, 4, 5], [0, 1, -1]], dtype=np.int64))])
    table, ids = draw(50, 16), np.array([[4, 4, 9], [0, 49, 3]], dtype=np.int64)
    added = draw(2, 3, 16)
    check("embedding", [node("Gather", "table ids", "e"), node("Add", "e x", "y")], {"x": added},
          {"y": table[ids] + added}, [constant("table", table), constant("ids", ids)])
    shape = [node("Shape", "h", "s"), node("Gather", "s zero", "b"), node("Unsqueeze", "b axes", "u"),
             node("Slice", "s one two", "r"), node("Concat", "u r rest", "shape", axis=0), node("Reshape", "h shape", "y")]
    computed("shape arithmetic", shape, x, lambda h: {"y": h.reshape(2, 10, 3, 4)},
             [constant("zero", np.int64(0)), ints("axes", 0), ints("one", 1), ints("two", 2), ints("rest", 3, 4)])


def known_integers():
    """As exports have it: positions, a causal mask and shapes, all made of one shape."""
    x, table = draw(2, 7, 12), draw(20, 12)
    single = {"zero": 0, "one": 1, "two": 2, "four": 4}
    constants = [constant(name, np.int64(number)) for name, number in single.items()] + \
        [constant("table", table), ints("axis0", 0), ints("axis1", 1), ints("rest", -1), constant("low", np.float32(-9)),
         constant("none", np.float32(0))]
    nodes = [node("Shape", "h", "s"), node("Gather", "s one", "rows"), node("Gather", "s two", "width"),
             node("Range", "zero rows one", "positions"), node("Gather", "table positions", "p"), node("Add", "h p", "e"),
             node("Div", "width four", "heads"), node("Mul", "heads four", "wide"), node("Sub", "wide width", "nothing"),
             node("Add", "heads nothing", "n"), node("Unsqueeze", "rows axis0", "r1"), node("Unsqueeze", "n axis0", "n1"),
             node("Concat", "rest r1 n1 four1", "shape", axis=0), node("Reshape", "e shape", "split"),
             node("Unsqueeze", "positions axis1", "down"), node("Greater", "positions down", "hidden"),
             node("Where", "hidden low none", "mask"), node("Transpose", "split", "t", perm=[0, 2, 1, 3]),
             node("Transpose", "split", "u", perm=[0, 2, 3, 1]), node("MatMul", "t u", "scores"), node("Add", "scores mask", "y")]

    def outputs(h):
        split = (h + table[:7]).reshape(2, 7, 3, 4).transpose(0, 2, 1, 3)
        return {"y": split @ split.transpose(0, 1, 3, 2) + np.triu(np.full((7, 7), -9), 1)}
    computed("known integers", nodes, x, outputs, [*constants, ints("four1", 4)])


def reductions():
    x = draw(3, 7, 40)
    for name, of in (("Sum", np.sum), ("Mean", np.mean), ("Max", np.max), ("Min", np.min), ("Prod", np.prod),
                     ("L1", lambda h, **k: np.abs(h).sum(**k)), ("L2", lambda h, **k: np.sqrt((h * h).sum(**k))),
                     ("SumSquare", lambda h, **k: (h * h).sum(**k)),
                     ("LogSumExp", lambda h, **k: np.log(np.exp(h).sum(**k)))):
        for axes in ((2,), (1,), (0,), (1, 2), (0, 1), (0, 2), (0, 1, 2)):
            computed(f"Reduce{name} {axes}", [node(f"Reduce{name}", "h axes", "y", keepdims=1)] if name == "Sum" else
                     [node(f"Reduce{name}", "h", "y", axes=axes, keepdims=1)], x,
                     lambda h, of=of, axes=axes: {"y": of(h, axis=axes, keepdims=True)},
                     [ints("axes", *axes)] if name == "Sum" else [])
    computed("without keepdims", [node("ReduceMean", "h", "y", axes=[1], keepdims=0)], x, lambda h: {"y": h.mean(axis=1)})
    computed("over all", [node("ReduceMax", "h", "y", keepdims=0)], x, lambda h: {"y": h.max()})
    wide = draw(5, 3000)
    check("longer than the SRAM", [node("ReduceSum", "h axes", "y")], {"h": wide}, {"y": wide.sum(axis=1, keepdims=True)},
          [ints("axes", 1)], arguments=["--sram.size=16KiB"])


def softmaxes():
    x = draw(2, 9, 50) * 4
    for axis in (-1, 1, 0):
        computed(f"softmax, axis {axis}", [node("Softmax", "h", "y", axis=axis)], x,
                 lambda h, axis=axis: {"y": softmax(h, axis)})
    computed("log-softmax", [node("LogSoftmax", "h", "y")], x,
             lambda h: {"y": h - h.max(-1, keepdims=True) - np.log(np.exp(h - h.max(-1, keepdims=True)).sum(-1, keepdims=True))})
    computed("softmax, operator set 11", [node("Softmax", "h", "y", axis=1)], x,
             lambda h: {"y": softmax(h.reshape(2, -1)).reshape(h.shape)}, opset=11)
    large = np.array([[1e4, -1e4, 9999, 0], [-1e4, -1e4, -1e4, -1e4 + 1]], dtype=np.float32)
    check("softmax of large values", [node("Softmax", "h", "y")], {"h": large}, {"y": softmax(large)})
    long = draw(3, 5000) * 10
    check("a row longer than the SRAM", [node("Softmax", "h", "y")], {"h": long}, {"y": softmax(long)},
          arguments=["--sram.size=16KiB"])


def norms():
    x = draw(2, 9, 48)
    g, b = draw(48), draw(48)
    computed("layer norm", [node("LayerNormalization", "h g b", "y", epsilon=1e-3)], x,
             lambda h: {"y": norm(h, epsilon=1e-3) * g + b}, [constant("g", g), constant("b", b)])
    computed("layer norm over two axes", [node("LayerNormalization", "h g", "y", axis=1)], x,
             lambda h: {"y": norm(h, (1, 2)) * draw_of((9, 48))}, [constant("g", draw_of((9, 48)))])
    spelled = [node("ReduceMean", "h", "m", axes=[-1]), node("Sub", "h m", "d"), node("Pow", "d two", "q"),
               node("ReduceMean", "q", "v", axes=[-1]), node("Add", "v e", "ve"), node("Sqrt", "ve", "s"),
               node("Div", "d s", "n"), node("Mul", "n g", "k"), node("Add", "k b", "y")]
    computed("layer norm, spelled out", spelled, x, lambda h: {"y": norm(h) * g + b},
             [constant("two", np.float32(2)), constant("e", np.float32(1e-5)), constant("g", g), constant("b", b)])
    c = draw(9), draw(9)
    computed("instance norm", [node("InstanceNormalization", "h g b", "y")], x,
             lambda h: {"y": norm(h, (2,)) * c[0][:, None] + c[1][:, None]},
             [constant("g", c[0]), constant("b", c[1])])


def draw_of(shape):
    return Draws(3).floats(*shape)


def attention():
    for batch, rows, heads, size, mask in ((1, 32, 2, 32, False), (2, 33, 3, 10, True), (1, 70, 4, 16, True)):
        width = heads * size
        x = draw(batch, rows, width)
        w = {name: draw(width, width) for name in ("wq", "wk", "wv", "wo")}
        bias = draw(width)
        hide = np.triu(np.full((rows, rows), -1e4, dtype=np.float32), 1)
        split = [ints("heads", 0, 0, heads, size), ints("whole", 0, 0, width), constant("scale", np.float32(size ** 0.5)),
                 constant("hide", hide), constant("bias", bias)]
        nodes = []
        for name in "qkv":
            nodes += [node("MatMul", f"x w{name}", f"{name}0"), node("Add", f"{name}0 bias", f"{name}1"),
                      node("Reshape", f"{name}1 heads", f"{name}2"),
                      node("Transpose", f"{name}2", f"{name}3", perm=[0, 2, 3, 1] if name == "k" else [0, 2, 1, 3])]
        nodes += [node("MatMul", "q3 k3", "s0"), node("Div", "s0 scale", "s1"),
                  node("Add", "s1 hide", "s2") if mask else node("Identity", "s1", "s2"),
                  node("Softmax", "s2", "p"), node("MatMul", "p v3", "o0"),
                  node("Transpose", "o0", "o1", perm=[0, 2, 1, 3]), node("Reshape", "o1 whole", "o2"),
                  node("MatMul", "o2 wo", "o3"), node("Add", "o3 x", "y")]
        q, k, v = ((x @ w["w" + name] + bias).reshape(batch, rows, heads, size).transpose(0, 2, 1, 3) for name in "qkv")
        scores = q @ k.transpose(0, 1, 3, 2) / size ** 0.5 + (hide if mask else 0)
        o = (softmax(scores) @ v).transpose(0, 2, 1, 3).reshape(batch, rows, width)
        constants = split + [constant(name, array) for name, array in w.items()]
        for machine in ([], ["-c", "edge"], ["--sram.size=64KiB", "--vector.unit=own"]):
            check(f"attention of {batch} x {rows}, {heads} heads of {size}, {machine}", nodes, {"x": x},
                  {"y": o @ w["wo"] + x}, constants, arguments=machine)


def transposed_products():
    a, b = draw(20, 30), draw(20, 30)
    w = draw(30, 30)
    nodes = [node("MatMul", "a w", "p"), node("MatMul", "b w", "q")]
    constants = [constant("w", w)]
    p, q = a @ w, b @ w
    check("p·qT", [*nodes, node("Transpose", "q", "t"), node("MatMul", "p t", "y")], {"a": a, "b": b}, {"y": p @ q.T},
          constants)
    check("pT·q", [*nodes, node("Transpose", "p", "t"), node("MatMul", "t q", "y")], {"a": a, "b": b}, {"y": p.T @ q},
          constants)
    check("gemm of transposed", [*nodes, node("Gemm", "p q", "y", transA=1)], {"a": a, "b": b}, {"y": p.T @ q}, constants)


for group in (parts, known_integers, reductions, softmaxes, norms, attention, transposed_products):
    group()
TABLE.finish()
