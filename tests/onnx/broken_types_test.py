#!/usr/bin/env python3
"""Models whose types, or whose quantization, cannot be used: each is refused with one line that says why, and exit
code 2.

    broken_types_test.py TILEWAVE
"""
import sys

import numpy as np
from onnx import TensorProto, helper

from onnx_models import FLOAT, I8, I32, INT64, U8, constant, model, node, value
from tilewave_runs import Table

TABLE = Table(sys.argv[1])
refuse = TABLE.refuse
SUPPORTED = "supported: FLOAT, FLOAT16, BFLOAT16, INT8, UINT8, INT32, BOOL for conditions, and INT64 for shapes, axes and " \
    "other known numbers"
X = {"x": [2, 3]}
Y = {"y": [2, 3]}
ANY = {"y": ["a", "b"]}
RELU = node("Relu", "x", "y", name="act")


def types():
    for kind in [TensorProto.DOUBLE, TensorProto.INT16, TensorProto.UINT32, TensorProto.COMPLEX64,
                 TensorProto.STRING]:
        name = TensorProto.DataType.Name(kind)
        refuse("input of type " + name, f"FILE: input 'x' is of type {name}; {SUPPORTED}",
               model([node("Identity", "x", "y")], [value("x", [2, 3], kind)],
                     [value("y", [2, 3], kind)]))
    refuse("double weight", f"FILE: initializer: tensor 'w' has elements of type DOUBLE; {SUPPORTED}",
           model([node("Add", "x w", "y")], X, Y, [constant("w", np.zeros((2, 3)))]))
    refuse("double constant", r"FILE: node #1 \(Constant\): tensor 'k' has elements of type DOUBLE; "
           + SUPPORTED, model([node("Constant", "", "k", value=constant("k", np.zeros((2, 3)))),
                               node("Add", "x k", "y")], X, Y))
    refuse("int64 operands", r"FILE: node #1 \(Add\): input 0 is of type INT64; " + SUPPORTED,
           model([node("Add", "x x", "y")], [value("x", [2, 3], INT64)], [value("y", [2, 3], INT64)]))
    refuse("INT64 output", "FILE: output 'y': is of type INT64, of which there are no tensors; "
           + SUPPORTED, model([node("Identity", "x", "y")], [value("x", [2, 3], INT64)],
                              [value("y", [2, 3], INT64)]))
    mask = [value("x", [2, 3], TensorProto.BOOL)]
    refuse("arithmetic of BOOL", r"FILE: node #1 \(Relu\): input 0 is of type BOOL, which the operator does not take",
           model([node("Relu", "x", "y")], mask, [value("y", [2, 3], TensorProto.BOOL)]))
    refuse("a condition of FLOAT", r"FILE: node #1 \(Where\): input 0 is of type FLOAT; it has to be BOOL",
           model([node("Where", "x x x", "y")], X, Y))
    refuse("BOOL to INT64", r"FILE: node #1 \(Cast\): computed values of type BOOL do not become INT64",
           model([node("Cast", "x", "y", to=INT64)], mask, [value("y", [2, 3], INT64)]))
    refuse("INT32 that fp32 does not hold", r"FILE: node #1 \(Less\): an operand is between -2147483648 and 2147483647, .*",
           model([node("Less", "a a", "y")], [value("a", [2, 3], TensorProto.INT32)],
                 [value("y", [2, 3], TensorProto.BOOL)]))
    refuse("mixed types", r"FILE: node #1 \(Add\): input 1 is of type INT64; .*",
           model([node("Add", "x w", "y")], X, Y, [constant("w", np.zeros((2, 3), np.int64))]))
    refuse("mixed tensors", r"FILE: node #1 \(Add\): its operands are of types FLOAT and FLOAT16; they have to "
           "be of one", model([node("Add", "x w", "y")], X, Y, [constant("w", np.zeros((2, 3), np.float16))]))
    refuse("output declared double", "FILE: output 'y': is declared with type DOUBLE, but is of type FLOAT",
           model([RELU], X, [value("y", [2, 3], TensorProto.DOUBLE)]))
    refuse("intermediate declared int64", "FILE: ONNX shape inference refuses the model: .*",
           with_value_info(value("h", [2, 3], INT64)))
    refuse("intermediate declared with another shape", "FILE: ONNX shape inference refuses the model: "
           ".*", with_value_info(value("h", [2, 4])))
    sequence = helper.make_tensor_sequence_value_info("x", FLOAT, [2, 3])
    refuse("sequence", f"FILE: input 'x' is not a dense tensor; {SUPPORTED}",
           model([node("Identity", "x", "y")], [sequence], Y, opset=16, ir=8))


def integers():
    """What is not exact, or wants to be known."""
    kinds = {np.int8: I8, np.uint8: U8, np.int32: I32}

    def one(name, pattern, operator, dtype, *, right=None, inputs=None, **attributes):
        kind = kinds[dtype]
        given = [value("x", [2, 3], kind)]
        initializers = []
        if right is not None:
            initializers.append(constant("w", np.full((2, 3), right, dtype)))
        refuse(name, rf"FILE: node #1 \({operator}\): " + pattern,
               model([node(operator, "x w" if right is not None else "x", "y", **attributes)], given,
                     [value("y", [2, 3], kind)], initializers, opset=14), inputs=inputs or ())
    unknown = "an operand is between -2147483648 and 2147483647, as far as is known; integers are computed in " \
        "fp32, which has all up to 16777216"
    one("sum of any int32", unknown, "Add", np.int32, right=1)
    one("product of large int32", "the result of mul is between -50000000 and 0, .*", "Mul", np.int32,
        right=5000, inputs=[np.array([[-10000, 0, 0]] * 2, np.int32)])
    one("power of integers", "powers of INT32 are not exact in fp32, .*", "Pow", np.int32, right=2)
    one("int32 to int8", unknown, "Cast", np.int32, to=I8)
    one("matrix product of int32", r"its operands are of type INT32; supported: FLOAT, FLOAT16 and BFLOAT16, .*",
        "MatMul", np.int32, right=2)
    refuse("slope of integers", r"FILE: node #1 \(PRelu\): prelu of INT32 is computed in fp32, which is not exact; "
           "cast the operands to FLOAT",
           model([node("PRelu", "x w", "y")], [value("x", [2, 3], I32)], [value("y", [2, 3], I32)],
                 [constant("w", np.ones(3, np.int32))]), inputs=[np.ones((2, 3), np.int32)])
    refuse("cast of an unknown input to INT64", r"FILE: node #1 \(Cast\): only constants and inputs that are given "
           "with --inputs, of up to 65536 elements, become INT64",
           model([node("Cast", "s", "t", to=INT64), node("Reshape", "x t", "y")],
                 [value("x", [2, 3]), value("s", [2], I32)], ANY))
    refuse("cast of an unknown INT64", r"FILE: node #1 \(Cast\): it reads an input of the model of type INT64, .*",
           model([node("Cast", "s", "t", to=I32), node("Add", "t t", "y")], [value("s", [2], INT64)],
                 [value("y", [2], I32)]))
    refuse("a bound of another type", r"FILE: node #1 \(Clip\): its operands are of types .*",
           model([node("Clip", "x a", "y")], [value("x", [2, 3], I8), value("a", [], I32)],
                 [value("y", [2, 3], I8)]))


def quantization():
    good = {"s": np.float32(0.5), "z": np.int8(1)}

    def quantize(name, pattern, operator="QuantizeLinear", *, kind=I8, axis=None, opset=13, ends=None, **given):
        initializers = [constant(n, a) for n, a in {**good, **given}.items() if a is not None]
        attributes = {} if axis is None else {"axis": axis}
        names = "x s" if given.get("z", 0) is None else "x s z"
        is_quantize = operator == "QuantizeLinear"
        x, y = ends or ((FLOAT, kind) if is_quantize else (kind, FLOAT))
        refuse(name, rf"FILE: node #1 \({operator}\): " + pattern,
               model([node(operator, names, "y", **attributes)], [value("x", [2, 3], x)],
                     [value("y", [2, 3], y)], initializers, opset=opset))
    for text, number in [("0.0", 0), ("-0.5", -0.5), ("nan", np.nan), ("inf", np.inf)]:
        for operator in ["QuantizeLinear", "DequantizeLinear"]:
            quantize(f"{operator}, scale {text}", rf"its scale \(input 1\) is -?{text}0*; a scale is a finite number "
                     "above 0", operator, s=np.float32(number))
    quantize("a scale of several, one of them 0", r"its scale \(input 1\) is 0.0*; .*",
             s=np.array([1, 0, 1], np.float32), z=np.zeros(3, np.int8))
    quantize("axis beyond", "axis 2 is out of range for 2 dimensions", axis=2, s=np.ones(3, np.float32),
             z=np.zeros(3, np.int8))
    quantize("axis before", "axis -3 is out of range for 2 dimensions", "DequantizeLinear", axis=-3,
             s=np.ones(3, np.float32), z=np.zeros(3, np.int8))
    quantize("another number of scales", r"its scale \(input 1\) has the shape \[3\]; for axis 0 of \[2,3\] it has "
             r"to be \[2\], or a single value", axis=0, s=np.ones(3, np.float32), z=np.zeros(3, np.int8))
    quantize("scales of two dimensions", r"its scale \(input 1\) has the shape \[1,3\]; .*",
             s=np.ones((1, 3), np.float32))
    quantize("zero points of another shape", r"its zero point \(input 2\) has the shape \[3\], its scale \[\]; they "
             "have to be of one shape", z=np.zeros(3, np.int8))
    quantize("scale of half precision", r"its scale \(input 1\) is of type FLOAT16; supported: FLOAT",
             s=np.float16(0.5))
    quantize("zero point of INT32", r"its zero point \(input 2\) is of type INT32; supported: INT8 and UINT8",
             z=np.int32(1))
    quantize("zero point of another type", r"its zero point \(input 2\) is of type UINT8, but the integers are of "
             "type INT8", "DequantizeLinear", z=np.uint8(1))
    quantize("zero point of INT32 that is not 0", r"its zero point \(input 2\) of type INT32 is not a constant 0",
             "DequantizeLinear", kind=I32, z=np.int32(1))
    quantize("half precision", "input 0 is of type FLOAT16; supported: FLOAT and INT32",
             ends=(TensorProto.FLOAT16, I8))
    quantize("dequantized floats", "input 0 is of type FLOAT; supported: INT8, UINT8, INT32",
             "DequantizeLinear", ends=(FLOAT, FLOAT))

    def product(name, pattern, operator="MatMulInteger", inputs="a b az bz", *, result=I32, left=I8, **given):
        arrays = {"az": np.int8(1), "bz": np.int8(1), "as": np.float32(0.1), "bs": np.float32(0.1),
                  "ys": np.float32(0.1), "yz": np.int8(1), **given}
        ends = [value("a", [2, 3], left), value("b", [3, 4], I8)]
        ends += [value(n, [4], kind) for n, kind in arrays.items() if isinstance(kind, int)]
        refuse(name, rf"FILE: node #1 \({operator}\): " + pattern,
               model([node(operator, inputs, "y")], ends, [value("y", [2, 4], result)],
                     [constant(n, a) for n, a in arrays.items() if n in inputs.split() and not isinstance(a, int)]))
    names = "a as az b bs bz ys yz"
    product("zero points that differ", r"its zero points \(input 3\) differ, 0 and others; a product has one for "
            "each operand", bz=np.arange(4).astype(np.int8))
    product("a zero point that is not known", r"its zero point \(input 3\) is not known: it has to be a constant, or "
            "an input that is given with --inputs", bz=I8)
    product("product of floats", "input 0 is of type FLOAT; supported: INT8 and UINT8", left=FLOAT)
    product("zero point of a factor of another type", r"its zero point \(input 2\) is of type UINT8, but .*",
            az=np.uint8(1))
    product("scales that are no columns", r"its scale \(input 4\) has the shape \[3\]; it has to be a single value or "
            r"one for each column of \[3,4\]", "QLinearMatMul", names, result=I8, bs=np.ones(3, np.float32))
    product("scales that are no rows", r"its scale \(input 1\) has the shape \[4\]; it has to be a single value or "
            r"one for each row of \[2,3\]", "QLinearMatMul", names, result=I8, **{"as": np.ones(4, np.float32)})
    product("several scales of the result", r"input 6 has the shape \[4\]; the result has a single scale and zero "
            "point", "QLinearMatMul", names, result=I8, ys=np.ones(4, np.float32))
    product("negative scale of a factor", r"its scale \(input 4\) is -1.0*; .*", "QLinearMatMul", names, result=I8,
            bs=np.float32(-1))
    product("result of INT32", r"its zero point \(input 7\) is of type INT32; supported: INT8 and UINT8",
            "QLinearMatMul", names, yz=np.int32(1))

    def dynamic(name, pattern, nodes, inputs=()):
        refuse(name, "FILE: node " + pattern, model(nodes, X, [value("y", [2, 3], U8)]), inputs=inputs)
    unknown = "its scale and zero point come from the least and the greatest of its data, which have to be known " \
        "when the model is read, as a constant or given with --inputs: there is no operator yet that finds them in " \
        "a computed tensor"
    one = node("DynamicQuantizeLinear", "x", "y s z")
    dynamic("an unknown range", r"#1 \(DynamicQuantizeLinear\): " + unknown, [one])
    dynamic("a computed range", r"#2 \(DynamicQuantizeLinear\): " + unknown,
            [node("Relu", "x", "h"), node("DynamicQuantizeLinear", "h", "y s z")], [np.ones((2, 3), np.float32)])
    dynamic("a range of nothing", r"#1 \(DynamicQuantizeLinear\): its data are between 0.0* and 0.0*, which gives no "
            "scale", [one], [np.zeros((2, 3), np.float32)])
    dynamic("a range of no numbers", r"#1 \(DynamicQuantizeLinear\): its data hold nan, of which there is no scale",
            [one], [np.full((2, 3), np.nan, np.float32)])


def with_value_info(info):
    result = model([node("Relu", "x", "h"), node("Relu", "h", "y")], X, Y)
    result.graph.value_info.append(info)
    return result


def data():
    place = "FILE: initializer: tensor 'w' "

    def typed(name, pattern, kind, **fields):
        weight = TensorProto(name="w", data_type=kind, dims=[3], **fields)
        refuse(name, place + pattern, model([node("Relu", "w", "y")], [], [value("y", [3], kind)], [weight]))
    typed("short INT8", r"has the shape \[3\], which takes 3 bytes of data, but holds 2", I8, raw_data=bytes(2))
    typed("short FLOAT16", r"has the shape \[3\], which takes 6 bytes of data, but holds 5", TensorProto.FLOAT16,
          raw_data=bytes(5))
    typed("short INT32 field", r"has the shape \[3\], which takes 12 bytes of data, but holds 8", I32,
          int32_data=[1, 2])
    typed("BFLOAT16 in floats", "has data in more than one form", TensorProto.BFLOAT16, float_data=[1, 2, 3])
    typed("too large an INT8", "holds 300, which is no element of type INT8", I8, int32_data=[1, 2, 300])
    typed("a negative UINT8", "holds -1, which is no element of type UINT8", U8, int32_data=[1, 2, -1])
    typed("more than 16 bits", "holds 65536, which is no element of type FLOAT16", TensorProto.FLOAT16,
          int32_data=[1, 2, 65536])
    typed("a BOOL of 2", "holds 2, which is no element of type BOOL", TensorProto.BOOL, raw_data=b"\0\1\2")


def main():
    for group in [types, integers, quantization, data]:
        group()
    TABLE.finish()


main()
