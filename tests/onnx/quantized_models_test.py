#!/usr/bin/env python3
"""Quantized networks in both of the forms that exporters write, operators of integers (QOperator) and floats
between DequantizeLinear and QuantizeLinear (QDQ), computed by NumPy and by tilewave. Integers are exact.

    quantized_models_test.py TILEWAVE
"""
import sys
import tempfile

import numpy as np

from onnx_models import DTYPES, FLOAT, I8, I32, LIMITS, U8, Draws, constant, model, name_of, node, value
from tilewave_runs import Table, run, write_case

DRAWS = Draws(13)
random = DRAWS.random
TABLE = Table(sys.argv[1])
check = TABLE.check
draw = DRAWS.floats
integers = DRAWS.integers


def quantize(x, scale, zero, kind):
    """round(x / scale) + zero in fp32, clipped."""
    with np.errstate(all="ignore"):
        levels = np.rint(np.asarray(x, np.float32) / np.asarray(scale, np.float32)).astype(np.float32)
    return np.clip(levels + np.asarray(zero, np.float32), *LIMITS[kind]).astype(DTYPES[kind])


def dequantize(q, scale, zero):
    return (q.astype(np.int64) - np.asarray(zero, np.int64)).astype(np.float32) * np.asarray(scale, np.float32)


def requantize(sums, scale, zero, kind):
    """round(sum * scale) + zero in fp32, clipped."""
    product = sums.astype(np.float32) * np.asarray(scale, np.float32)
    assert product.dtype == np.float32
    return np.clip(np.rint(product) + np.float32(zero), *LIMITS[kind]).astype(DTYPES[kind])


def as_int(array, zero):
    return array.astype(np.int64) - int(zero)


def conversions():
    x = np.concatenate([draw(3, 50) * 3, np.array([[0.25, 0.75, -0.25, 1e9, -1e9] * 10])]).astype(np.float32)
    for kind in (I8, U8):
        zero = DTYPES[kind](3)
        params = [constant("s", np.float32(0.5)), constant("z", zero)]
        y = quantize(x, 0.5, 3, kind)
        check(f"QuantizeLinear to {name_of(kind)}",
              model([node("QuantizeLinear", "x s z", "y")], {"x": x.shape}, [value("y", x.shape, kind)], params),
              [x], [y])
        check(f"QuantizeLinear to {name_of(kind)}, inputs",
              model([node("QuantizeLinear", "x s z", "y")],
                    [value("x", x.shape), value("s", []), value("z", [], kind)], [value("y", x.shape, kind)]),
              [x, np.float32(0.5), zero], [y])
        check(f"QuantizeLinear to {name_of(kind)}, constant",
              model([node("QuantizeLinear", "x s z", "y")], [], [value("y", x.shape, kind)],
                    params + [constant("x", x)]), [], [y])
        q = integers(kind, 4, 50)
        check(f"DequantizeLinear of {name_of(kind)}",
              model([node("DequantizeLinear", "q s z", "y")], [value("q", q.shape, kind)], {"y": q.shape}, params),
              [q], [dequantize(q, 0.5, 3)])
        scales = np.abs(draw(50)) + 0.01
        zeros = integers(kind, 50)
        check(f"both by columns, {name_of(kind)}",
              model([node("DequantizeLinear", "q s z", "d", axis=1), node("QuantizeLinear", "d s z", "y", axis=-1)],
                    [value("q", q.shape, kind)], [value("d", q.shape), value("y", q.shape, kind)],
                    [constant("s", scales), constant("z", zeros)]), [q], [dequantize(q, scales, zeros), q])
        x3 = draw(2, 3, 7) * 4
        scales, zeros = np.abs(draw(3)) + 0.01, integers(kind, 3)
        check(f"QuantizeLinear by the middle, {name_of(kind)}",
              model([node("QuantizeLinear", "x s z", "y")], {"x": x3.shape}, [value("y", x3.shape, kind)],
                    [constant("s", scales), constant("z", zeros)]), [x3],
              [quantize(x3, scales[:, None], zeros[:, None], kind)])
    check("no zero point", model([node("QuantizeLinear", "x s", "y")], {"x": x.shape}, [value("y", x.shape, U8)],
                                 [constant("s", np.float32(0.02))]), [x], [quantize(x, 0.02, 0, U8)])
    wide = random.integers(-2**31, 2**31, (3, 5)).astype(np.int32)
    check("INT32, both", model([node("DequantizeLinear", "q s", "d"), node("QuantizeLinear", "q t", "y")],
                               [value("q", wide.shape, I32)], [value("d", wide.shape), value("y", wide.shape, U8)],
                               [constant("s", np.float32(3e-5)), constant("t", np.float32(2e7))]), [wide],
          [wide.astype(np.float32) * np.float32(3e-5), quantize(wide.astype(np.float32), 2e7, 0, U8)])


def integer_products():
    for a_kind in (I8, U8):
        for b_kind in (I8, U8):
            a, b = integers(a_kind, 37, 70), integers(b_kind, 70, 45)
            a_zero, b_zero = integers(a_kind), integers(b_kind)
            sums = as_int(a, a_zero) @ as_int(b, b_zero)
            zeros = [constant("az", a_zero), constant("bz", b_zero)]
            name = f"{name_of(a_kind)} times {name_of(b_kind)}"
            check("MatMulInteger, " + name,
                  model([node("MatMulInteger", "a b az bz", "y")], [value("a", a.shape, a_kind)],
                        [value("y", sums.shape, I32)], zeros + [constant("b", b)]), [a], [sums.astype(np.int32)])
            names = "a as az b bs bz ys yz"
            for y_kind in (I8, U8):
                y_zero = integers(y_kind)
                scales = [np.float32(0.021), np.float32(0.013), np.float32(np.std(sums) * 0.021 * 0.013 / 40)]
                scale = scales[0] * scales[1] / scales[2]
                y = requantize(sums, scale, y_zero, y_kind)
                given = [constant(n, s) for n, s in zip(["as", "bs", "ys"], scales)] + zeros
                check(f"QLinearMatMul, {name} to {name_of(y_kind)}",
                      model([node("QLinearMatMul", names, "y")],
                            [value("a", a.shape, a_kind), value("b", b.shape, b_kind)],
                            [value("y", y.shape, y_kind)], given + [constant("yz", y_zero)]), [a, b], [y])
    a, b = integers(U8, 37, 70), integers(I8, 70, 45)
    columns = (np.abs(draw(45)) * 0.01 + 0.001).astype(np.float32)
    rows = (np.abs(draw(37)) * 0.01 + 0.001).astype(np.float32)
    sums = as_int(a, 7) @ as_int(b, 0)
    for name, left, right, scale in [
            ("by columns", np.float32(0.02), columns, np.float32(0.02) * columns / np.float32(0.5)),
            ("by rows", rows, np.float32(0.02), (rows * np.float32(0.02) / np.float32(0.5))[:, None]),
            ("by both", rows, columns, rows[:, None] * columns / np.float32(0.5))]:
        given = {"as": left, "az": np.uint8(7), "bs": right, "bz": np.zeros(np.shape(right), np.int8),
                 "ys": np.float32(0.5), "yz": np.int8(-4)}
        given["az"] = np.full(np.shape(left), 7, np.uint8)
        y = requantize(sums, scale, -4, I8)
        check("QLinearMatMul, " + name,
              model([node("QLinearMatMul", "a as az b bs bz ys yz", "y")], [value("a", a.shape, U8)],
                    [value("y", y.shape, I8)],
                    [constant(n, array) for n, array in given.items()] + [constant("b", b)]), [a], [y])
    a, b = integers(U8, 2, 3, 5, 20), integers(I8, 3, 20, 6)
    sums = as_int(a, 9) @ as_int(b, -2)
    check("MatMulInteger, batches", model([node("MatMulInteger", "a b az bz", "y")],
                                          [value("a", a.shape, U8), value("b", b.shape, I8)],
                                          [value("y", sums.shape, I32)],
                                          [constant("az", np.uint8(9)), constant("bz", np.int8(-2))]), [a, b],
          [sums.astype(np.int32)])
    a, b = integers(U8, 3, 70), integers(U8, 70, 4)
    sums = as_int(a, 0) @ as_int(b, 0)
    nodes = [node("MatMulInteger", "a b", "s"), node("Cast", "s", "f", to=FLOAT), node("Mul", "f k", "y")]
    check("MatMulInteger without zero points, scaled",
          model(nodes, [value("a", a.shape, U8), value("b", b.shape, U8)], {"y": sums.shape},
                [constant("k", np.float32(0.01))]), [a, b], [sums.astype(np.float32) * np.float32(0.01)])


def dynamic_quantization():
    x, w = draw(6, 40), integers(I8, 40, 9)
    least, most = min(0, x.min()), max(0, x.max())
    scale = np.float32((most - least) / np.float32(255))
    zero = np.uint8(np.clip(np.rint(-least / scale), 0, 255))
    q = quantize(x, scale, zero, U8)
    nodes = [node("DynamicQuantizeLinear", "x", "q s z"), node("MatMulInteger", "q w z", "p"),
             node("Cast", "p", "f", to=FLOAT), node("Mul", "s ws", "t"), node("Mul", "f t", "y")]
    y = (as_int(q, zero) @ as_int(w, 0)).astype(np.float32) * (scale * np.float32(0.02))
    given = [constant("w", w), constant("ws", np.float32(0.02))]
    outputs = [value("q", q.shape, U8), value("s", []), value("z", [], U8), value("y", y.shape)]
    check("DynamicQuantizeLinear of an input", model(nodes, {"x": x.shape}, outputs, given), [x],
          [q, scale, zero, y])
    check("DynamicQuantizeLinear of a constant", model(nodes, [], outputs, given + [constant("x", x)]), [],
          [q, scale, zero, y])


# Networks.

def trained_perceptron():
    """Two layers that tell rings of points apart, by gradient descent; weights, biases and test data."""
    points = random.normal(size=(400, 6)).astype(np.float32)
    wanted = np.eye(3)[np.digitize(np.linalg.norm(points, axis=1), [2.0, 2.7])]
    weights = [random.normal(size=s) * 0.5 for s in [(6, 48), (48, 3)]]
    biases = [np.zeros(48), np.zeros(3)]
    for _ in range(300):
        hidden = np.maximum(points @ weights[0] + biases[0], 0)
        logits = hidden @ weights[1] + biases[1]
        chances = np.exp(logits - logits.max(1, keepdims=True))
        chances /= chances.sum(1, keepdims=True)
        error = (chances - wanted) / len(points)
        back = (error @ weights[1].T) * (hidden > 0)
        for layer, (inputs, slope) in enumerate([(points, back), (hidden, error)]):
            weights[layer] -= 1.0 * inputs.T @ slope
            biases[layer] -= 1.0 * slope.sum(0)
    right = np.mean(np.argmax(logits, 1) == np.argmax(wanted, 1))
    assert right > 0.8, right
    return [w.astype(np.float32) for w in weights], [b.astype(np.float32) for b in biases], points[:100]


class Layer:
    """A layer with integers: scales of input, weights and output, each as exporters choose them."""

    def __init__(self, weight, bias, x_range, y_range, by_column):
        self.x_scale, self.x_zero = asymmetric(*x_range)
        self.y_scale, self.y_zero = asymmetric(*y_range)
        peak = np.abs(weight).max(0) if by_column else np.abs(weight).max()
        self.w_scale = (peak / 127).astype(np.float32)
        self.weight = quantize(weight, self.w_scale, 0, I8)
        self.bias_scale = np.asarray(self.x_scale * self.w_scale, np.float32)
        self.bias = np.rint(bias / self.bias_scale).astype(np.int32)

    def sums(self, x):
        return as_int(x, self.x_zero) @ as_int(self.weight, 0)

    def scale(self):
        return self.x_scale * self.w_scale / self.y_scale


def asymmetric(least, most):
    least, most = min(0, least), max(0, most)
    scale = np.float32((most - least) / 255)
    return scale, np.uint8(np.rint(-least / scale))


def quantized_layers(by_column):
    weights, biases, points = trained_perceptron()
    hidden = np.maximum(points @ weights[0] + biases[0], 0)
    logits = hidden @ weights[1] + biases[1]
    ranges = [(float(a.min()), float(a.max())) for a in (points, hidden, logits)]
    return [Layer(w, b, ranges[i], ranges[i + 1], by_column)
            for i, (w, b) in enumerate(zip(weights, biases))], points


def qdq_nodes(index, layer, form, relu):
    """q<i> -> q<i+1>, and the constants."""
    i, transposed = str(index), form == "gemm"
    weight = layer.weight.T.copy() if transposed else layer.weight
    axis = 0 if transposed else 1
    given = {f"ws{i}": layer.w_scale, f"wz{i}": np.zeros(np.shape(layer.w_scale), np.int8), f"w{i}": weight,
             f"b{i}": layer.bias, f"bs{i}": layer.bias_scale, f"xs{i}": layer.x_scale, f"xz{i}": layer.x_zero,
             f"ys{i}": layer.y_scale, f"yz{i}": layer.y_zero}
    nodes = [node("DequantizeLinear", f"q{i} xs{i} xz{i}", f"x{i}"),
             node("DequantizeLinear", f"w{i} ws{i} wz{i}", f"wd{i}", axis=axis),
             node("DequantizeLinear", f"b{i} bs{i}", f"bd{i}", axis=0)]
    if form == "gemm":
        nodes.append(node("Gemm", f"x{i} wd{i} bd{i}", f"h{i}", transB=1))
    else:
        nodes += [node("MatMul", f"x{i} wd{i}", f"p{i}"), node("Add", f"bd{i} p{i}", f"h{i}")]
    if relu:
        nodes.append(node("Relu", f"h{i}", f"r{i}"))
    nodes.append(node("QuantizeLinear", f"{'r' if relu else 'h'}{i} ys{i} yz{i}", f"q{index + 1}"))
    return nodes, [constant(n, array) for n, array in given.items()]


def graph_of(onnx_model):
    with tempfile.TemporaryDirectory() as directory:
        path, _ = write_case(directory, onnx_model, [], [])
        outcome = run(sys.argv[1], "compile", path, "--dump", "graph")
        return outcome.output if outcome.code == 0 else outcome.text()


def qdq_perceptrons():
    for by_column in (False, True):
        layers, points = quantized_layers(by_column)
        x = quantize(points, layers[0].x_scale, layers[0].x_zero, U8)
        q, by_floats = x, x
        for index, layer in enumerate(layers):
            sums = layer.sums(q) + layer.bias
            q = requantize(np.maximum(sums, 0) if index == 0 else sums, layer.scale(), layer.y_zero, U8)
            real = dequantize(by_floats, layer.x_scale, layer.x_zero).astype(np.float64) \
                @ dequantize(layer.weight, layer.w_scale, 0) + dequantize(layer.bias, layer.bias_scale, 0)
            by_floats = quantize(np.maximum(real, 0) if index == 0 else real, layer.y_scale, layer.y_zero, U8)
        for form in ("gemm", "matmul"):
            parts = [qdq_nodes(i, layer, form, i == 0) for i, layer in enumerate(layers)]
            nodes = [n for part in parts for n in part[0]]
            given = [c for part in parts for c in part[1]]
            name = f"QDQ, {form}, {'by columns' if by_column else 'whole'}"
            network = model(nodes, [value("q0", x.shape, U8)], [value("q2", q.shape, U8)], given)
            check(name, network, [x], [q])
            graph = graph_of(network)
            lines = [line for line in graph.split("\n") if " = " in line]
            ok = len(lines) == 2 and all("matmul+bias" in line and "-> u8 |" in line for line in lines) \
                and "div" not in graph and "relu" in lines[0]
            TABLE.add(name + ", graph", ok, " // ".join(lines))
        off = np.abs(q.astype(int) - by_floats)
        TABLE.add(f"QDQ beside its floats, {by_column}", off.max() <= 1 and np.mean(off) < 0.01,
                  f"{np.count_nonzero(off)} of {off.size} differ by {off.max()}")


def qoperator_perceptrons():
    for by_column in (False, True):
        layers, points = quantized_layers(by_column)
        x = quantize(points, layers[0].x_scale, layers[0].x_zero, U8)
        q = x
        nodes, given = [], {}
        for i, layer in enumerate(layers):
            given.update({f"xs{i}": layer.x_scale, f"xz{i}": layer.x_zero, f"w{i}": layer.weight,
                          f"ws{i}": layer.w_scale, f"wz{i}": np.zeros(np.shape(layer.w_scale), np.int8),
                          f"ys{i}": layer.y_scale, f"yz{i}": layer.y_zero})
            nodes.append(node("QLinearMatMul", f"q{i} xs{i} xz{i} w{i} ws{i} wz{i} ys{i} yz{i}", f"q{i + 1}"))
            q = requantize(layer.sums(q), layer.scale(), layer.y_zero, U8)
        y = dequantize(q, layers[1].y_scale, layers[1].y_zero)
        nodes.append(node("DequantizeLinear", "q2 ys1 yz1", "y"))
        network = model(nodes, [value("q0", x.shape, U8)], [value("q2", q.shape, U8), value("y", y.shape)],
                        [constant(n, array) for n, array in given.items()])
        check(f"QOperator, {'by columns' if by_column else 'whole'}", network, [x], [q, y])


def partial_quantization():
    """What is no integer product as a whole."""
    layers, points = quantized_layers(False)
    first = layers[0]
    nodes, given = qdq_nodes(0, first, "matmul", True)
    x = quantize(points, first.x_scale, first.x_zero, U8)
    sums = first.sums(x) + first.bias
    real = np.maximum(sums, 0).astype(np.float32) * (first.x_scale * first.w_scale)
    check("a network that ends in floats", model(nodes[:-1], [value("q0", x.shape, U8)], {"r0": real.shape}, given),
          [x], [real])
    check("sums that are wanted twice",
          model(nodes[:-1] + [node("Neg", "r0", "n"), node("Add", "p0 n", "y")], [value("q0", x.shape, U8)],
                {"r0": real.shape, "y": real.shape}, given), [x],
          [real, first.sums(x).astype(np.float32) * (first.x_scale * first.w_scale) - real])
    floats = [node("QuantizeLinear", "x xs0 xz0", "q0")] + nodes
    q1 = requantize(np.maximum(sums, 0), first.scale(), first.y_zero, U8)
    check("floats in", model(floats, {"x": points.shape}, [value("q1", q1.shape, U8)], given), [points], [q1])
    w = draw(6, 5)
    check("one factor of floats",
          model([nodes[0], node("MatMul", "x0 v", "y")], [value("q0", x.shape, U8)], {"y": [len(x), 5]},
                given + [constant("v", w)]), [x], [dequantize(x, first.x_scale, first.x_zero) @ w])
    bias = draw(48)
    h = first.sums(x).astype(np.float32) * (first.x_scale * first.w_scale) + bias
    check("a bias of floats",
          model([nodes[0], nodes[1], nodes[3], node("Add", "p0 c", "h0"),
                 node("QuantizeLinear", "h0 ys0 yz0", "y")], [value("q0", x.shape, U8)],
                [value("y", h.shape, U8)], given + [constant("c", bias)]), [x],
          [quantize(h, first.y_scale, first.y_zero, U8)])
    # Of a computed left operand: as its integers are multiplied, nobody asks for its floats.
    second = layers[1]
    parts, ends = qdq_nodes(1, second, "gemm", False)
    scale = np.float32(second.x_scale * second.w_scale * 1.01)
    counts = random.integers(-900, 900, len(second.bias)).astype(np.int32)
    hidden = requantize(np.maximum(sums, 0), first.scale(), first.y_zero, U8)
    product = second.sums(hidden).astype(np.float32) * (second.x_scale * second.w_scale)
    for name, c, more in [("floats", draw(len(counts)), []),
                          ("another scale", dequantize(counts, scale, 0),
                           [node("DequantizeLinear", "counts scale", "c", axis=0)])]:
        consts = [constant("counts", counts), constant("scale", scale)] if more else [constant("c", c)]
        check(f"a Gemm of a computed operand with a bias of {name}",
              model(nodes + parts[:2] + more + [node("Gemm", "x1 wd1 c", "y", transB=1)],
                    [value("q0", x.shape, U8)], {"y": product.shape}, given + ends + consts), [x], [product + c])
    a, b = integers(I8, 8, 12), integers(I8, 8, 12)
    summed = [node("DequantizeLinear", "a s z", "x"), node("DequantizeLinear", "b t", "v"), node("Add", "x v", "h"),
              node("QuantizeLinear", "h u k", "y")]
    total = dequantize(a, 0.1, 5) + dequantize(b, 0.3, 0)
    check("a sum of two", model(summed, [value("a", a.shape, I8), value("b", b.shape, I8)],
                                [value("y", a.shape, I8)],
                                [constant("s", np.float32(0.1)), constant("z", np.int8(5)),
                                 constant("t", np.float32(0.3)), constant("u", np.float32(0.35)),
                                 constant("k", np.int8(-9))]), [a, b], [quantize(total, 0.35, -9, I8)])
    scales = np.abs(draw(12)) + 0.1
    a, w = integers(I8, 8, 12), integers(I8, 12, 7)
    y = dequantize(a, 0.1, 0) @ dequantize(w, scales[:, None], 0)
    check("scales along the sum", model([node("DequantizeLinear", "a s", "x"),
                                         node("DequantizeLinear", "w t", "v", axis=0), node("MatMul", "x v", "y")],
                                        [value("a", a.shape, I8)], {"y": y.shape},
                                        [constant("s", np.float32(0.1)), constant("t", scales), constant("w", w)]),
          [a], [y])
    w = integers(I8, 7, 12)
    by_row = np.abs(draw(7)) + 0.1
    sums = as_int(a, 0) @ as_int(w.T, 0)
    y = quantize(0, 1, 0, I8)
    y = requantize(sums, np.float32(0.1) * by_row / np.float32(90), 0, I8)
    check("transposed weights by rows",
          model([node("DequantizeLinear", "a s", "x"), node("DequantizeLinear", "w t", "v", axis=0),
                 node("Transpose", "v", "vt", perm=[1, 0]), node("MatMul", "x vt", "h"),
                 node("QuantizeLinear", "h u k", "y")], [value("a", a.shape, I8)], [value("y", y.shape, I8)],
                [constant("s", np.float32(0.1)), constant("t", by_row), constant("w", w),
                 constant("u", np.float32(90)), constant("k", np.int8(0))]), [a], [y])
    x = draw(8, 12)
    check("weights of floats, quantized by the model",
          model([node("QuantizeLinear", "x s k", "q"), node("DequantizeLinear", "q s k", "xd"),
                 node("QuantizeLinear", "f s k", "w"), node("DequantizeLinear", "w s k", "v"),
                 node("MatMul", "xd v", "h"), node("QuantizeLinear", "h u k", "y")], {"x": x.shape},
                [value("y", [8, 3], I8)],
                [constant("f", x[:3].T.copy()), constant("s", np.float32(0.01)), constant("u", np.float32(0.05)),
                 constant("k", np.int8(0))]), [x],
          [requantize(as_int(quantize(x, 0.01, 0, I8), 0) @ as_int(quantize(x[:3].T, 0.01, 0, I8), 0),
                      np.float32(0.01) * np.float32(0.01) / np.float32(0.05), 0, I8)])


def blocks():
    """Batches, branches and residuals, all in QDQ form."""
    def pair(name, source, scale, zero):
        """Nodes from the reals `source` to the integers `name` and to what they stand for, `name`.d."""
        return [node("QuantizeLinear", f"{source} {name}.s {name}.z", name),
                node("DequantizeLinear", f"{name} {name}.s {name}.z", f"{name}.d")], \
            [constant(f"{name}.s", np.float32(scale)), constant(f"{name}.z", np.int8(zero))]

    def weight(name, array, scale, axis=1):
        return [node("DequantizeLinear", f"{name} {name}.s", f"{name}.d", axis=axis)], \
            [constant(name, array), constant(f"{name}.s", np.asarray(scale, np.float32))]

    def product(a, a_zero, w, scale, zero, bias=0, relu=False):
        sums = as_int(a, a_zero) @ as_int(w, 0) + bias
        return requantize(np.maximum(sums, 0) if relu else sums, scale, zero, I8)

    x_scale, h_scale, y_scale = np.float32(0.05), np.float32(0.7), np.float32(0.9)
    x = integers(I8, 2, 5, 16)
    columns = (np.abs(draw(12)) * 0.02 + 0.005).astype(np.float32)
    w, v, u = integers(I8, 16, 12), integers(I8, 12, 16), integers(I8, 16, 12)
    bias = random.integers(-3000, 3000, 12).astype(np.int32)
    parts = [([node("DequantizeLinear", "x x.s x.z", "x.d")],
              [constant("x.s", x_scale), constant("x.z", np.int8(-11))]),
             weight("w", w, columns), weight("u", u, 0.03), weight("v", v, 0.02),
             ([node("DequantizeLinear", "b b.s", "b.d", axis=1)],
              [constant("b", bias.reshape(1, 12)), constant("b.s", x_scale * columns)]),
             ([node("MatMul", "x.d w.d", "p"), node("Add", "p b.d", "q"), node("Relu", "q", "r")], []),
             pair("h", "r", h_scale, -20),
             ([node("MatMul", "x.d u.d", "s")], []), pair("g", "s", h_scale, 4),
             ([node("MatMul", "h.d v.d", "t")], []), pair("k", "t", y_scale, 1),
             ([node("Add", "k.d x.d", "o")], []), pair("y", "o", y_scale, 2)]
    h = product(x, -11, w, x_scale * columns / h_scale, -20, bias, True)
    g = product(x, -11, u, x_scale * np.float32(0.03) / h_scale, 4)
    k = product(h, -20, v, h_scale * np.float32(0.02) / y_scale, 1)
    y = quantize(dequantize(k, y_scale, 1) + dequantize(x, x_scale, -11), y_scale, 2, I8)
    network = model([n for part in parts for n in part[0]], [value("x", x.shape, I8)],
                    [value("y", y.shape, I8), value("g", g.shape, I8)], [c for part in parts for c in part[1]])
    check("a block with a branch and a residual", network, [x], [y, g])
    graph = graph_of(network)
    TABLE.add("its graph", graph.count("matmul") == 3 and graph.count(" map ") == 1 and
              graph.count("-> i8") == 4, graph.replace("\n", " // "))

    q, kt = integers(I8, 3, 6, 8), integers(I8, 3, 8, 10)
    sums = as_int(q, 5) @ as_int(kt, -6)
    scores = [node("DequantizeLinear", "q s qz", "qd"), node("DequantizeLinear", "k s kz", "kd"),
              node("MatMul", "qd kd", "m"), node("QuantizeLinear", "m t z", "y")]
    check("batches on both sides",
          model(scores, [value("q", q.shape, I8), value("k", kt.shape, I8)], [value("y", sums.shape, I8)],
                [constant("s", np.float32(0.1)), constant("qz", np.int8(5)), constant("kz", np.int8(-6)),
                 constant("t", np.float32(1.5)), constant("z", np.int8(3))]), [q, kt],
          [requantize(sums, np.float32(0.1) * np.float32(0.1) / np.float32(1.5), 3, I8)])
    a, w, c = integers(I8, 9, 16), integers(I8, 16, 12), np.array([77], np.int32)
    sums = as_int(a, 0) @ as_int(w, 0) + 77
    check("one bias for all, and views",
          model([node("DequantizeLinear", "a s", "ad"), node("Reshape", "ad to", "ar"),
                 node("DequantizeLinear", "w s", "wd"), node("DequantizeLinear", "c cs", "cd"),
                 node("Gemm", "ar wd cd", "m"), node("QuantizeLinear", "m t z", "y")],
                [value("a", [3, 3, 16], I8)], [value("y", sums.shape, I8)],
                [constant("to", np.array([9, 16])), constant("w", w), constant("c", c), constant("s", np.float32(0.1)),
                 constant("cs", np.float32(0.1) * np.float32(0.1)), constant("t", np.float32(1.5)),
                 constant("z", np.int8(3))]), [a.reshape(3, 3, 16)],
          [requantize(sums, np.float32(0.1) * np.float32(0.1) / np.float32(1.5), 3, I8)])
    real = (as_int(a, 0) @ as_int(w, 0)).astype(np.float32) * (np.float32(0.1) * np.float32(0.1)) * np.float32(0.5)
    check("a map between",
          model([node("DequantizeLinear", "a s", "ad"), node("DequantizeLinear", "w s", "wd"),
                 node("MatMul", "ad wd", "m"), node("Mul", "m half", "n"), node("Clip", "n - six", "o"),
                 node("QuantizeLinear", "o t z", "y")], [value("a", a.shape, I8)], [value("y", real.shape, I8)],
                [constant("w", w), constant("s", np.float32(0.1)), constant("half", np.float32(0.5)),
                 constant("six", np.float32(6)), constant("t", np.float32(0.1)), constant("z", np.int8(3))]), [a],
          [quantize(np.minimum(real, np.float32(6)), 0.1, 3, I8)])
    big = np.full((1, 40000), 127, np.int8)
    check("sums too large for INT32 are floats",
          model([node("DequantizeLinear", "a s", "ad"), node("DequantizeLinear", "w s", "wd"),
                 node("MatMul", "ad wd", "y")], [value("a", big.shape, I8)], {"y": [1, 1]},
                [constant("w", big.T.copy()), constant("s", np.float32(0.01))]), [big],
          [np.array([[40000 * 1.27 * 1.27]], np.float32)])


def main():
    for group in [conversions, integer_products, dynamic_quantization, qdq_perceptrons, qoperator_perceptrons,
                  partial_quantization, blocks]:
        group()
    TABLE.finish()


main()
