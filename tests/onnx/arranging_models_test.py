#!/usr/bin/env python3
"""Pad, Tile, Trilu, Resize, Einsum and what newer operator sets have changed, of inputs and of computed values, by NumPy
and by tilewave.

    arranging_models_test.py TILEWAVE
"""
import sys

import numpy as np

from onnx_models import BOOL, FLOAT, INT64, Draws, constant, model, node, value
from tilewave_runs import Table

TABLE = Table(sys.argv[1])
draw = Draws(43).floats
KINDS = {np.dtype(np.float32): FLOAT, np.dtype(np.int64): INT64, np.dtype(np.bool_): BOOL}


def ints(*numbers):
    return np.array(numbers, dtype=np.int64)


def net(nodes, inputs, outputs, constants, opset):
    infos = [[value(name, array.shape, KINDS[array.dtype]) for name, array in arrays.items()] for arrays in (inputs, outputs)]
    return model(nodes, *infos, [constant(name, array) for name, array in constants.items()], opset)


def check(name, nodes, inputs, y, constants, opset=18):
    y = y if y.dtype == np.bool_ else np.asarray(y, dtype=np.float32)
    TABLE.check(name, net(nodes, inputs, {"y": y}, constants, opset), list(inputs.values()), [y])


def computed(name, nodes, x, y_of, constants=None, opset=18, of_product=True):
    """Of x as an input, and of x as a product: h = x·w."""
    constants = constants or {}
    check(name + " of an input", nodes, {"h": x}, y_of(x), constants, opset)
    if of_product:
        w = draw(x.shape[-1], x.shape[-1])
        check(name + " of a product", [node("MatMul", "x w", "h"), *nodes], {"x": x}, y_of(x @ w), {"w": w, **constants}, opset)


def refuse(name, pattern, nodes, x, constants=None, opset=18):
    TABLE.refuse(name, "FILE: " + pattern, net(nodes, {"x": x}, {"y": x}, constants or {}, opset))


def pads():
    x = draw(2, 9, 12)
    for title, before, behind in (("rows", (0, 2, 0), (0, 1, 0)), ("columns", (0, 0, 3), (0, 0, 5)), ("all", (1, 2, 3), (1, 0, 1)),
                                  ("negative", (0, -2, 0), (0, -1, -4)), ("both", (0, -2, 1), (0, 3, -1))):
        def padded(h, mode="constant", **more):
            for axis in range(3):
                first, last = max(-before[axis], 0), h.shape[axis] + min(behind[axis], 0)  # noqa: B023
                h = h.take(range(first, last), axis)
            widths = [(max(b, 0), max(e, 0)) for b, e in zip(before, behind)]  # noqa: B023
            return np.pad(h, widths, mode, **more)
        constants = {"pads": ints(*before, *behind)}
        computed(f"pad {title}", [node("Pad", "h pads", "y")], x, padded, constants)
        computed(f"pad {title} by a number", [node("Pad", "h pads n", "y")], x,
                 lambda h: padded(h, constant_values=-2.5), {**constants, "n": np.float32(-2.5)})
        for mode in ("edge", "reflect"):
            computed(f"pad {title}, {mode}", [node("Pad", "h pads", "y", mode=mode)], x, lambda h, m=mode: padded(h, m), constants,
                     of_product=title in ("rows", "negative"))
    computed("pad of axes", [node("Pad", "h pads - axes", "y")], x, lambda h: np.pad(h, ((0, 0), (0, 3), (2, 1))),
             {"pads": ints(2, 0, 1, 3), "axes": ints(-1, 1)})
    computed("pad, operator set 10", [node("Pad", "h", "y", pads=[0, 1, 0, 0, 0, 2], value=1.5)], x,
             lambda h: np.pad(h, ((0, 0), (1, 0), (0, 2)), constant_values=1.5), opset=10)
    computed("pad of BOOL", [node("Less", "h z", "l"), node("Pad", "l pads", "p"), node("Cast", "p", "y", to=FLOAT)], x,
             lambda h: np.pad(h < 0, ((0, 0), (1, 2), (0, 0))).astype(np.float32), {"z": np.float32(0), "pads": ints(0, 1, 0, 0, 2, 0)})


def tiles():
    x = draw(2, 5, 6)
    for repeats in ((1, 3, 1), (2, 1, 1), (1, 1, 4), (2, 3, 2)):
        computed(f"tile {repeats}", [node("Tile", "h repeats", "y")], x, lambda h, r=repeats: np.tile(h, r), {"repeats": ints(*repeats)})
    computed("expand", [node("Unsqueeze", "h one", "u"), node("Expand", "u shape", "e"), node("Reshape", "e flat", "y")], x,
             lambda h: np.repeat(h, 3, axis=0), {"one": ints(1), "shape": ints(2, 3, 5, 6), "flat": ints(6, 5, 6)})
    k, q = draw(2, 2, 5, 8), draw(2, 6, 5, 8)
    check("keys repeated for groups of heads",
          [node("Unsqueeze", "k two", "u"), node("Expand", "u shape", "e"), node("Reshape", "e flat", "r"),
           node("Transpose", "r", "t", perm=[0, 1, 3, 2]), node("MatMul", "q t", "y")], {"q": q, "k": k},
          q @ np.repeat(k, 3, axis=1).transpose(0, 1, 3, 2),
          {"two": ints(2), "shape": ints(2, 2, 3, 5, 8), "flat": ints(2, 6, 5, 8)})


def masks():
    x = draw(2, 7, 7)
    for upper in (0, 1):
        for k in (0, 2, -3, 1 << 62, -(1 << 63)):
            at = int(np.clip(k, -9, 9))
            of = (lambda h, at=at: np.triu(h, at)) if upper else (lambda h, at=at: np.tril(h, at))
            computed(f"trilu {upper} {k}", [node("Trilu", "h k", "y", upper=upper)], x, of, {"k": np.int64(k)})
    check("a causal mask of infinities", [node("Trilu", "m k", "t"), node("Add", "h t", "a"), node("Exp", "a", "y")], {"h": x},
          np.where(np.tri(7) > 0, np.exp(x), 0),
          {"m": np.where(np.eye(7) > 2, 0, -np.inf).astype(np.float32), "k": np.int64(1)})
    odd = np.array([[np.nan, np.inf, -np.inf, 1.5, 0]], dtype=np.float32)
    check("IsNaN", [node("IsNaN", "h", "y")], {"h": odd}, np.isnan(odd), {})
    for positive, negative in ((1, 1), (1, 0), (0, 1), (0, 0)):
        check(f"IsInf {positive} {negative}", [node("IsInf", "h", "y", detect_positive=positive, detect_negative=negative)],
              {"h": odd}, np.isposinf(odd) & (positive == 1) | np.isneginf(odd) & (negative == 1), {})


def space():
    x = draw(2, 8, 3, 5)
    for mode in ("DCR", "CRD"):
        blocks = (lambda h: h.reshape(2, 2, 2, 2, 3, 5).transpose(0, 3, 4, 1, 5, 2)) if mode == "DCR" else \
            (lambda h: h.reshape(2, 2, 2, 2, 3, 5).transpose(0, 1, 4, 2, 5, 3))
        computed(f"depth to space {mode}", [node("DepthToSpace", "h", "y", blocksize=2, mode=mode)], x,
                 lambda h, b=blocks: b(h).reshape(2, 2, 6, 10), of_product=False)
    x = draw(2, 3, 4, 6)
    computed("space to depth", [node("SpaceToDepth", "h", "y", blocksize=2)], x,
             lambda h: h.reshape(2, 3, 2, 2, 3, 2).transpose(0, 3, 5, 1, 2, 4).reshape(2, 12, 2, 3), of_product=False)
    twice = lambda h: np.repeat(np.repeat(h, 2, axis=2), 3, axis=3)  # noqa: E731
    computed("resize", [node("Resize", "h - scales", "y")], x, twice, {"scales": np.float32([1, 1, 2, 3])})
    computed("resize by sizes", [node("Resize", "h - - sizes", "y", coordinate_transformation_mode="asymmetric",
                                      nearest_mode="floor")], x, twice, {"sizes": ints(2, 3, 8, 18)})
    computed("resize of axes", [node("Resize", "h - scales", "y", axes=[3, 2])], x, twice, {"scales": np.float32([3, 2])})
    computed("resize, operator set 10", [node("Resize", "h scales", "y")], x, twice, {"scales": np.float32([1, 1, 2, 3])}, 10)
    computed("resize to half", [node("Resize", "h - scales", "y", coordinate_transformation_mode="asymmetric", nearest_mode="floor")],
             x, lambda h: h[:, :, ::2, ::2], {"scales": np.float32([1, 1, 0.5, 0.5])})


def einsums():
    shapes = {"b": 2, "h": 3, "i": 5, "j": 7, "k": 4, "d": 6, "n": 1}
    for equation in ("ij,jk->ik", "bij,bjk->bik", "bhid,bhjd->bhij", "bhij,bhjd->bihd", "bid,hdk->bhik", "bihd,bjhd->bhij",
                     "bij,jk->bik", "i,j->ij", "ij,ij->ij", "ij,jk", "b i d, b j d -> b i j", "ij,ij->", "bij,k->bi", "ni,ik->nk"):
        left, right = equation.replace(" ", "").split("->")[0].split(",")
        a, b = (draw(*(shapes[label] for label in labels)) for labels in (left, right))
        y = np.einsum(equation, a, b)
        check(f"einsum {equation}", [node("Einsum", "a b", "y", equation=equation)], {"a": a, "b": b}, y, {})
        if len(left) > 1 and len(right) > 1 and equation not in ("ij,ij->ij",):
            w, v = draw(a.shape[-1], a.shape[-1]), draw(b.shape[-1], b.shape[-1])
            y = np.einsum(equation, a @ w, b @ v)
            check(f"einsum {equation} of products", [node("MatMul", "a w", "p"), node("MatMul", "b v", "q"),
                                                     node("Einsum", "p q", "y", equation=equation)], {"a": a, "b": b}, y,
                  {"w": w, "v": v})
    x = draw(3, 4, 5)
    for equation in ("bij->bi", "bij->ji", "ijk->", "bij->bji"):
        check(f"einsum {equation}", [node("Einsum", "h", "y", equation=equation)], {"h": x}, np.einsum(equation, x), {})


def newer_sets():
    x = draw(2, 7, 12)
    for opset in (18, 20, 22, 24):
        for name, of in (("Mean", np.mean), ("Max", np.max), ("SumSquare", lambda h, **k: (h * h).sum(**k))):
            computed(f"Reduce{name}, operator set {opset}", [node(f"Reduce{name}", "h axes", "y")], x,
                     lambda h, of=of: of(h, axis=-1, keepdims=True), {"axes": ints(-1)}, opset)
        computed(f"split, operator set {opset}", [node("Split", "h", "a b c", axis=-1, num_outputs=3), node("Add", "a c", "y")], x,
                 lambda h: h[..., :4] + h[..., 8:], opset=opset)
        computed(f"cast, operator set {opset}", [node("Cast", "h", "y", to=FLOAT)], x, lambda h: h, opset=opset)
    computed("positions of floats", [node("Range", "zero end half", "r"), node("Add", "h r", "y")], x,
             lambda h: h + np.arange(0, 6, 0.5), {"zero": np.float32(0), "end": np.float32(6), "half": np.float32(0.5)})
    computed("size", [node("Size", "h", "s"), node("Cast", "s", "c", to=FLOAT), node("Mul", "h c", "y")], x, lambda h: h * 168)
    computed("dropout that is off", [node("Dropout", "h ratio off", "y")], x, lambda h: h,
             {"ratio": np.float32(0.5), "off": np.bool_(False)}, 13, of_product=False)


def broken():
    x = draw(2, 3, 4)
    for pads, why in (((1, 2, 3), r"its pads are \[1,2,3\]; they have to be two for each of 3 axes"),
                      ((0, -2, 0, 0, -1, 0), r"its pads leave nothing of axis 1 of \[2,3,4\]"),
                      ((0, 1 << 62, 0, 0, 0, 0), r"its pads are .*; a pad is at most \d+ elements"),
                      ((0, 0, 0, 0, 0, -(1 << 63)), r"its pads are .*; a pad is at most \d+ elements"),
                      ((0, (1 << 31) - 1, 0, 0, (1 << 31) - 1, 0), r"its result .*")):
        refuse(f"pads {pads}", r"node #1 \(Pad\): " + why, [node("Pad", "x pads", "y")], x, {"pads": ints(*pads)})
    refuse("a mode", r"node #1 \(Pad\): attribute 'mode' is none of constant, edge, reflect, wrap",
           [node("Pad", "x pads", "y", mode="symmetric")], x, {"pads": ints(0, 0, 0, 0, 0, 1)})
    refuse("much of an edge", r"node #1 \(Pad\): it takes 1000000 elements around its operand; at most \d+ are allowed",
           [node("Pad", "x pads", "y", mode="edge")], x, {"pads": ints(0, 0, 0, 0, 0, 1000000)})
    refuse("an axis twice", r"node #1 \(Pad\): axis -1 is named twice", [node("Pad", "x pads - axes", "y")], x,
           {"pads": ints(1, 1, 1, 1), "axes": ints(2, -1)})
    for repeats in ((1, 0, 1), (1, -1, 1), (1, 1 << 40, 1)):
        refuse(f"repeats {repeats}", r"(node #1 \(Tile\): its repeats are .*; allowed: 1..\d+|ONNX shape inference refuses.*)",
               [node("Tile", "x r", "y")], x, {"r": ints(*repeats)})
    refuse("too few repeats", r"(node #1 \(Tile\): its repeats are \[2\] for a value of shape \[2,3,4\]|the ONNX .*)",
           [node("Tile", "x r", "y")], x, {"r": ints(2)})
    refuse("many copies", r"node #2 \(Tile\): it takes 100000 copies of its operand; at most \d+ are allowed",
           [node("MatMul", "x w", "h"), node("Tile", "h r", "y")], x, {"w": draw(4, 4), "r": ints(1, 100000, 1)})
    for block in (0, -2, 1 << 62):
        refuse(f"blocks of {block}", r"node #1 \(DepthToSpace\): attribute 'blocksize' is -?\d+; it has to be above 0",
               [node("DepthToSpace", "x", "y", blocksize=block)], x)
    for equation in ("", "ij", "iij->i", "i...->i", "bij->x", "bij,bij,bij->b", "->", "b1j->b", "bij->bb", "a" * 300, "bij->b->i"):
        refuse(f"equation '{equation[:20]}'", r"(node #1 \(Einsum\): .*|the ONNX .*)", [node("Einsum", "x", "y", equation=equation)], x)
    refuse("linear", r"node #1 \(Resize\): attribute 'mode' is not nearest, which alone is supported",
           [node("Resize", "x - s", "y", mode="linear")], x, {"s": np.float32([1, 1, 2])})
    for scale in (0, -1, 1e30, np.nan, np.inf):
        refuse(f"a scale of {scale}", r"node #1 \(Resize\): axis 2 becomes .* elements; allowed: 1..\d+.*", [node("Resize", "x - s", "y")],
               x, {"s": np.float32([1, 1, scale])})
    refuse("an axis of Resize twice", r"node #1 \(Resize\): axis -1 is named twice", [node("Resize", "x - s", "y", axes=[2, -1])], x,
           {"s": np.float32([2, 2])})
    for low, high, step in ((0, 1, 0), (0, np.inf, 1), (0, -5, 1), (np.nan, 1, 1), (0, 1, 1e-30)):
        refuse(f"range {low} {high} {step}", r"node #1 \(Range\): it has .* numbers; allowed: 1..\d+",
               [node("Range", "a b c", "r"), node("Add", "x r", "y")], x,
               {"a": np.float32(low), "b": np.float32(high), "c": np.float32(step)})
    for name in ("GatherElements", "ScatterND", "NonZero", "CumSum", "ArgMax"):
        refuse(name, rf"node #1 \({name}\): the operator is not supported; supported are .*", [node(name, "x x", "y")], x)
    refuse("newer than ours", r"has operator set version 25; allowed: 1..24", [node("Relu", "x", "y")], x, opset=25)
    refuse("training", r"node #1 \(Dropout\): input 2, training_mode, is not known to be false: training is not supported",
           [node("Dropout", "x ratio on", "y")], x, {"ratio": np.float32(0.5), "on": np.bool_(True)}, 13)


for group in (pads, tiles, masks, space, einsums, newer_sets, broken):
    group()
TABLE.finish()
