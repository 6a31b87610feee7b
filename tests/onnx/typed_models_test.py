#!/usr/bin/env python3
"""Models of other types than FLOAT, made here, computed by NumPy and by tilewave: conversions and elementwise
operators. Integers are exact.

    typed_models_test.py TILEWAVE
"""
import sys

import numpy as np
from onnx import TensorProto, helper

from onnx_models import (BF16, BOOL, DTYPES, F16, FLOAT, I8, I32, INT64, LIMITS, U8, Draws, constant, model, name_of,
                         node, value)
from tilewave_runs import Table

DRAWS = Draws(12)
random = DRAWS.random
TABLE = Table(sys.argv[1])
check = TABLE.check
draw = DRAWS.floats
integers = DRAWS.integers


# bfloat16, which NumPy has not: the upper half of an fp32.

def to_bfloat16(array):
    """The nearest, ties to even, as fp32."""
    bits = np.ascontiguousarray(array, np.float32).view(np.uint32).astype(np.uint64)
    bits = (bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF0000
    return bits.astype(np.uint32).view(np.float32).reshape(np.shape(array))


def bfloat16_tensor(array, name="", in_field=False):
    """Of numbers that bfloat16 has."""
    bits = (np.ascontiguousarray(array, np.float32).view(np.uint32) >> 16).astype(np.uint16)
    tensor = TensorProto(name=name, data_type=BF16, dims=np.shape(array))
    if in_field:
        tensor.int32_data.extend(int(x) for x in bits.ravel())
    else:
        tensor.raw_data = bits.tobytes()
    return tensor


def tensor_of(kind, array, name=""):
    return bfloat16_tensor(array, name) if kind == BF16 else constant(name, array.astype(DTYPES[kind]))


# Conversions.

def converted(array, to):
    """As ONNX has it: floats to the nearest, to integers towards zero, integers keep their lowest bits."""
    if to == BF16:
        return to_bfloat16(array.astype(np.float32))
    if to in (I8, U8, I32, INT64):
        return np.trunc(array).astype(np.int64).astype(DTYPES[to])
    return array.astype(np.float32).astype(DTYPES[to])


def casts():
    tensors = [FLOAT, F16, BF16, I8, U8, I32]
    fractions = np.concatenate([random.uniform(0, 127, 60), np.arange(8) / 2, [1e-3, 126.99]])
    for from_kind in tensors + [INT64, BOOL]:
        for to in tensors:
            array = fractions.astype(np.float32)
            if to != U8 and from_kind != U8:
                array = np.concatenate([array, -array])  # what is below 0 is not defined for UINT8
            if from_kind in (I8, U8):
                least, most = LIMITS[from_kind]
                array = np.arange(least, most + 1)
            if from_kind in (I32, INT64):
                array = random.integers(-1 << 24, 1 << 24, 300)
            if from_kind == BOOL:
                array = np.arange(6) % 2
            array = to_bfloat16(array) if from_kind == BF16 else array.astype(DTYPES[from_kind])
            with np.errstate(over="ignore"):
                y = tensor_of(to, converted(array, to))
            x = tensor_of(from_kind, array, "x")
            name = f"{name_of(from_kind)} to {name_of(to)}"
            cast = [node("Cast", "x", "y", to=to)]
            ends = [value("x", array.shape, from_kind)], [value("y", array.shape, to)]
            check(name, model(cast, *ends), [x], [y])
            check(name + ", constant", model(cast, [], ends[1], [x]), [], [y])
            if from_kind in tensors:
                like = [node("CastLike", "x z", "y")]
                check(name + ", like", model(like, ends[0] + [value("z", [1], to)], ends[1], opset=15, ir=8),
                      [x, tensor_of(to, np.zeros(1))], [y])
    halves = np.array([2049, 2051, 65519, 65520, 1e-8, 6e-8, 3.05e-5, 1 + 2**-11, 1 + 3 * 2**-11], np.float32)
    with np.errstate(over="ignore"):
        check("ties and ends of FLOAT16", model([node("Cast", "x", "y", to=F16)], {"x": [9]},
                                                [value("y", [9], F16)]), [halves], [halves.astype(np.float16)])
    ties = np.array([1 + 2**-8, 1 + 3 * 2**-8, 3.4e38, 1e-40], np.float32)
    check("ties and ends of BFLOAT16", model([node("Cast", "x", "y", to=BF16)], {"x": [4]},
                                             [value("y", [4], BF16)]), [ties], [bfloat16_tensor(to_bfloat16(ties))])
    field = bfloat16_tensor(to_bfloat16(draw(6)), in_field=True)
    check("BFLOAT16 in a field", model([node("Identity", "x", "y")], [value("x", [6], BF16)],
                                       [value("y", [6], BF16)]), [field], [field])
    half = helper.make_tensor("x", F16, [3], np.array([1.5, -2, 1e-7], np.float16))
    check("FLOAT16 in a field", model([node("Neg", "x", "y")], [value("x", [3], F16)],
                                      [value("y", [3], F16)]), [half], [-np.array([1.5, -2, 1e-7], np.float16)])
    big = np.array([2**31 - 1, -2**31, 123456789, -1], np.int32)
    check("INT32 as it is", model([node("Identity", "x", "y")], [value("x", [4], I32)], [value("y", [4], I32)]),
          [big], [big])
    check("INT32 as a constant", model([node("Identity", "x", "y")], [], [value("y", [4], I32)],
                                       [constant("x", big)]), [], [big])
    check("INT32 to FLOAT", model([node("Cast", "x", "y", to=FLOAT)], [value("x", [4], I32)], {"y": [4]}), [big],
          [big.astype(np.float32)])
    shape = model([node("Cast", "s", "t", to=INT64), node("Reshape", "x t", "y")],
                  [value("x", [6], I8), value("s", [2], I32)], [value("y", [2, 3], I8)])
    x = integers(I8, 6)
    check("a shape of INT32", shape, [x, np.array([2, 3], np.int32)], [x.reshape(2, 3)])


# Elementwise operators.

def all_pairs(kind):
    least, most = LIMITS[kind]
    line = np.arange(least, most + 1)
    return line[:, None], line[None, :]


def c_quotient(a, b):
    return np.trunc(a / b)


def integer_functions():
    for kind in (I8, U8):
        a, b = all_pairs(kind)
        nonzero = np.where(b == 0, 1, b)
        for operator, right, y in [("Add", b, a + b), ("Sub", b, a - b), ("Mul", b, a * b),
                                   ("Div", nonzero, c_quotient(a, nonzero)), ("Max", b, np.maximum(a, b)),
                                   ("Min", b, np.minimum(a, b)), ("Mod", nonzero, np.mod(a, nonzero))]:
            y = y.astype(np.int64).astype(DTYPES[kind])
            check(f"{operator} of {name_of(kind)}",
                  model([node(operator, "a b", "y")], [value("a", a.shape, kind), value("b", right.shape, kind)],
                        [value("y", y.shape, kind)], opset=14),
                  [a.astype(DTYPES[kind]), right.astype(DTYPES[kind])], [y])
        y = np.fmod(a, nonzero).astype(DTYPES[kind])
        check(f"Mod of {name_of(kind)}, fmod",
              model([node("Mod", "a b", "y", fmod=1)],
                    [value("a", a.shape, kind), value("b", b.shape, kind)], [value("y", y.shape, kind)]),
              [a.astype(DTYPES[kind]), nonzero.astype(DTYPES[kind])], [y])
    x = np.arange(-128, 128).astype(np.int8)
    for operator, y in [("Abs", np.abs(x)), ("Neg", -x), ("Sign", np.sign(x)), ("Relu", np.maximum(x, 0)),
                        ("Identity", x)]:
        check(f"{operator} of INT8", model([node(operator, "x", "y")], [value("x", [256], I8)],
                                           [value("y", [256], I8)], opset=14), [x], [y])
    bounds = [constant("low", np.array(-5, np.int8)), constant("high", np.array(90, np.int8))]
    check("Clip of INT8", model([node("Clip", "x low high", "y")], [value("x", [256], I8)],
                                [value("y", [256], I8)], bounds), [x], [np.clip(x, -5, 90)])
    many = [integers(I8, 4, 5) for _ in range(7)]
    names = [f"i{k}" for k in range(7)]
    check("Max of seven", model([node("Max", " ".join(names), "y")], [value(n, [4, 5], I8) for n in names],
                                [value("y", [4, 5], I8)]), many, [np.max(many, 0)])
    a = random.integers(-4000, 4000, (7, 9)).astype(np.int32)
    b = random.integers(1, 4000, (7, 9)).astype(np.int32)
    for operator, y in [("Add", a + b), ("Sub", a - b), ("Mul", a * b), ("Div", c_quotient(a, b)),
                        ("Mod", np.mod(a, b)), ("Max", np.maximum(a, b))]:
        check(f"{operator} of INT32", model([node(operator, "a b", "y")],
                                            [value("a", a.shape, I32), value("b", b.shape, I32)],
                                            [value("y", a.shape, I32)]), [a, b], [y.astype(np.int32)])
    nodes = [node("Mul", "a b", "m"), node("Add", "m a", "s"), node("Cast", "s", "y", to=I8)]
    check("INT32 by way of INT32 to INT8", model(nodes, [value("a", a.shape, I32), value("b", b.shape, I32)],
                                                 [value("y", a.shape, I8)]), [a, b], [(a * b + a).astype(np.int8)])


def float_functions():
    with np.errstate(all="ignore"):
        for kind in (F16, BF16):
            def rounded(array, kind=kind):
                return to_bfloat16(array) if kind == BF16 else array.astype(np.float16).astype(np.float32)
            x, z = rounded(draw(5, 33) * 4), rounded(draw(33) + 2)
            w, c = rounded(draw(33, 20)), rounded(draw(20))
            for operator, y in [("Add", x + z), ("Mul", x * z), ("Div", x / z), ("Pow", np.abs(x) ** z),
                                ("Max", np.maximum(x, z)), ("Mod", np.fmod(x, z))]:
                left = np.abs(x) if operator == "Pow" else x
                attributes = {"fmod": 1} if operator == "Mod" else {}
                if kind == BF16 and operator == "Pow":
                    continue  # not in ONNX's description
                check(f"{operator} of {name_of(kind)}",
                      model([node(operator, "x z", "y", **attributes)],
                            [value("x", x.shape, kind), value("z", z.shape, kind)], [value("y", x.shape, kind)]),
                      [tensor_of(kind, left), tensor_of(kind, z)], [tensor_of(kind, rounded(y))])
            for operator, y in [("Tanh", np.tanh(x)), ("Exp", np.exp(x)), ("Relu", np.maximum(x, 0)),
                                ("Sigmoid", 1 / (1 + np.exp(-x))), ("Floor", np.floor(x))]:
                if kind == BF16 and operator not in ("Tanh", "Exp", "Relu", "Sigmoid"):
                    continue  # not in ONNX's description
                check(f"{operator} of {name_of(kind)}",
                      model([node(operator, "x", "y")], [value("x", x.shape, kind)], [value("y", x.shape, kind)],
                            opset=14), [tensor_of(kind, x)], [tensor_of(kind, rounded(y))])
            y = x @ w
            check(f"MatMul of {name_of(kind)}",
                  model([node("MatMul", "x w", "y")], [value("x", x.shape, kind)], [value("y", y.shape, kind)],
                        [tensor_of(kind, w, "w")]), [tensor_of(kind, x)], [tensor_of(kind, rounded(y))])
            y = 0.3 * x @ w - 2 * c
            check(f"Gemm of {name_of(kind)}",
                  model([node("Gemm", "x w c", "y", alpha=0.3, beta=-2.0)], [value("x", x.shape, kind)],
                        [value("y", y.shape, kind)], [tensor_of(kind, w, "w"), tensor_of(kind, c, "c")]),
                  [tensor_of(kind, x)], [tensor_of(kind, rounded(y))])
    x = draw(2, 6, 3).astype(np.float16)
    statistics = [draw(6), draw(6), draw(6), draw(6) + 2]
    at = (6, 1)
    y = (x.astype(np.float32) - statistics[2].reshape(at)) / np.sqrt(statistics[3].reshape(at) + 1e-5) \
        * statistics[0].reshape(at) + statistics[1].reshape(at)
    check("BatchNormalization of FLOAT16, statistics of FLOAT",
          model([node("BatchNormalization", "x s b m v", "y")], [value("x", x.shape, F16)],
                [value("y", x.shape, F16)], [constant(n, array) for n, array in zip("sbmv", statistics)],
                opset=15, ir=8), [x], [y.astype(np.float16)])
    odd = [draw(3, 4).astype(np.float16) for _ in range(9)]
    names = [f"i{k}" for k in range(9)]
    wide = [array.astype(np.float32) for array in odd]
    for operator, y in [("Mean", np.mean(wide, 0)), ("Sum", np.sum(wide, 0))]:
        check(f"{operator} of nine FLOAT16", model([node(operator, " ".join(names), "y")],
                                                   [value(n, [3, 4], F16) for n in names],
                                                   [value("y", [3, 4], F16)]), odd, [y.astype(np.float16)])


def main():
    for group in [casts, integer_functions, float_functions]:
        group()
    TABLE.finish()


main()
