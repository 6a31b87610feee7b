#!/usr/bin/env python3
"""Models that cannot be used: each is refused with one line that says why, and exit code 2.

    broken_models_test.py TILEWAVE
"""
import os
import sys
import tempfile

import numpy as np
import onnx
from onnx import TensorProto, helper

from onnx_models import INT64, constant, model, node, value
from tilewave_runs import Table, run, write_case

TABLE = Table(sys.argv[1])
refuse = TABLE.refuse
X = {"x": [2, 3]}
Y = {"y": [2, 3]}
ANY = {"y": ["a", "b"]}
RELU = node("Relu", "x", "y", name="act")


def broken_bytes():
    good = model([RELU], X, Y, [constant("w", np.zeros((100, 100), np.float32))])
    data = good.SerializeToString()
    not_a_model = "FILE: is not an ONNX model: not a protobuf message of that kind, or a damaged or " \
                  "truncated one"
    refuse("empty", "FILE: is empty, not an ONNX model", b"")
    refuse("truncated", not_a_model, data[:-1000])
    refuse("cut in the middle", not_a_model, data[:len(data) // 2])
    refuse("garbage", not_a_model, bytes(range(255, 0, -1)) * 10)
    refuse("text", not_a_model, b"graph net\ninput x 2x3\n")
    refuse("zeros", not_a_model, bytes(1000))
    refuse("a length of 2 GiB", not_a_model, b"\x3a\xff\xff\xff\xff\x07")
    refuse("nested without end", not_a_model, nested(400))
    refuse("no graph", "FILE: is not an ONNX model: there is no graph in it",
           helper.make_model(helper.make_graph([], "", [], []), ir_version=7)
           .SerializeToString().split(b"\x3a")[0])
    refuse("another message", "FILE: is not an ONNX model.*",
           constant("w", np.zeros(3, np.float32)).SerializeToString())


def nested(depth):
    """A graph in an attribute of a node of a graph, and so on."""
    graph = b""
    for _ in range(depth):
        attribute = field(6, graph)
        graph = field(1, field(5, attribute))
    return field(7, graph)


def field(number, payload):
    size, text = len(payload), b""
    while size >= 0x80:
        text += bytes([size & 0x7F | 0x80])
        size >>= 7
    return bytes([number << 3 | 2]) + text + bytes([size]) + payload


def unsupported():
    refuse("operator", r"FILE: node #2 'conv' \(Conv\): the operator is not supported; supported are "
           "Abs, Add, And, Attention, BatchNormalization, .*, LeakyRelu, .*, Xor, com.microsoft.Attention, .*", model([RELU, node("Conv", "y x", "z", name="conv")], X, {"z": [2, 3]}))
    custom = node("Relu", "x", "y")
    custom.domain = "com.example"
    refuse("domain", r"FILE: node #1 \(Relu\): the operator is not supported \(domain 'com.example'\); "
           "supported are .*", model([custom], X, Y))
    refuse("operators and nodes", r"FILE: 4 nodes cannot be imported: node #1 'first' \(Hardmax\) and 1 like it: "
           r"the operator is not supported; node #3 \(MatMul\): shapes \[2,3\] and \[2,3\]: the inner dimensions 3 "
           r"and 2 differ; node #4 \(Conv\): the operator is not supported; docs/formats.md has the operators "
           "that are supported",
           model([node("Hardmax", "x", "a", name="first"), node("Hardmax", "x", "b"), node("MatMul", "x x", "c"),
                  node("Conv", "a b", "d"), node("Sum", "b c d", "y")], X, Y))
    refuse("operators and a checker's complaint", r"FILE: node #1 \(Hardmax\): the operator is not supported; "
           r"supported are .*, Xor, com.microsoft.*; besides, the ONNX checker refuses the model: .*'w' of node.*",
           model([node("Hardmax", "x", "a"), node("Add", "a w", "y")], X, Y))
    refuse("operators and a batch", r"FILE: node #1 \(Hardmax\): .*, Xor, com.microsoft.*; besides, dimension 'N' is symbolic; "
           "give its number with --batch or --size, or data with --inputs",
           model([node("Hardmax", "x", "y")], {"x": ["N", 3]}, ANY))
    kinds = [node(f"Kind{i}", "x", "y" if i == 0 else f"y{i}") for i in range(30)]
    refuse("many kinds", r"FILE: 30 nodes cannot be imported: node #1 \(Kind0\): the operator is not supported; .*; "
           r"node #20 \(Kind19\): the operator is not supported; and 10 more reasons, all of which 'tilewave "
           "model' lists; docs/formats.md has the operators that are supported", model(kinds, X, Y))
    refuse("attribute", r"FILE: the ONNX checker refuses the model: Unrecognized attribute: slope .*",
           model([node("Relu", "x", "y", slope=1.0)], X, Y))
    refuse("attribute type", r"FILE: the ONNX checker refuses the model: .*alpha.*",
           model([node("Gemm", "x x", "y", alpha="much", transB=1)], X, {"y": [2, 2]}))
    refuse("alpha is not finite", r"FILE: node #1 \(Gemm\): attribute 'alpha' is not finite",
           model([node("Gemm", "x x", "y", alpha=float("nan"), transB=1)], X, {"y": [2, 2]}))
    subgraph = helper.make_graph([RELU], "inner", [value("x", [2, 3])], [value("y", [2, 3])])
    refuse("a graph in an attribute", r"FILE: node #1 \(Relu\): attribute 'body' is a graph, which is "
           "not supported", model([node("Relu", "x", "y", body=subgraph)], X, Y))
    functions = model([RELU], X, Y)
    functions.functions.add().name = "f"
    refuse("function", "FILE: has functions of its own, which are not supported", functions)
    future = model([RELU], X, Y, ir=99)
    refuse("format version", "FILE: has ONNX format version 99; allowed: up to 12", future)
    refuse("operator set version", r"FILE: has operator set version 99; allowed: 1\.\.24",
           model([RELU], X, Y, opset=99))
    twice = model([RELU], X, Y)
    twice.opset_import.append(helper.make_opsetid("ai.onnx", 6))
    refuse("two operator sets", "FILE: names the default operator set twice", twice)
    no_version = model([RELU], X, Y)
    del no_version.opset_import[:]
    refuse("no operator set", "FILE: the ONNX checker refuses the model: .*opset_import.*", no_version)


def data():
    def with_weight(change, size=(2, 3)):
        weight = constant("w", np.zeros(size, np.float32))
        change(weight)
        return model([node("Add", "x w", "y")], X, Y, [weight])

    def external(weight):
        weight.data_location = TensorProto.EXTERNAL
        entry = weight.external_data.add()
        entry.key, entry.value = "location", "/etc/passwd"
    place = "FILE: initializer: tensor 'w' "
    refuse("external data", place + "has data in more than one form", with_weight(external))
    refuse("short data", place + r"has the shape \[2,3\], which takes 24 bytes of data, but holds 20",
           with_weight(lambda weight: setattr(weight, "raw_data", bytes(20))))
    refuse("no data", place + r"has the shape \[2,3\], which takes 24 bytes of data, but holds 0",
           with_weight(lambda weight: weight.ClearField("raw_data")))
    refuse("data in two forms", place + "has data in more than one form",
           with_weight(lambda weight: weight.float_data.append(1)))
    refuse("huge dimensions", place + r"has the shape \[2,3,4294967296\]; a dimension is .*",
           with_weight(lambda weight: weight.dims.append(1 << 32)))
    refuse("a product that overflows", place + "has the shape .*; at most 1099511627776 elements are "
           "allowed", with_weight(lambda weight: weight.dims.extend([1 << 30] * 3)))
    refuse("negative dimension", place + "has the shape .*; a dimension is .*",
           with_weight(lambda weight: weight.dims.append(-1)))
    refuse("zero dimension", place + r"has the shape \[2,3,0\]; a dimension is .*",
           with_weight(lambda weight: weight.dims.append(0)))
    refuse("many dimensions", place + "has 33 dimensions, at most 32 are allowed",
           with_weight(lambda weight: weight.dims.extend([1] * 1000)))
    refuse("segment", place + "is stored in segments, which is not supported",
           with_weight(lambda weight: setattr(weight.segment, "begin", 1)))
    sparse = model([RELU], X, Y)
    sparse.graph.sparse_initializer.add()
    refuse("sparse weight", "FILE: has sparse initializers, which are not supported", sparse)


def topology():
    refuse("cycle", "FILE: the ONNX checker refuses the model: Nodes in a graph must be topologically "
           "sorted, however input 'b' of node: .*",
           model([node("Add", "x b", "a"), node("Relu", "a", "b"), node("Relu", "b", "y")], X, Y))
    refuse("missing initializer", "FILE: the ONNX checker refuses the model: .*'w' of node.*",
           model([node("Add", "x w", "y")], X, Y))
    refuse("two nodes of one output", "FILE: the ONNX checker refuses the model: .*",
           model([RELU, RELU], X, Y))
    refuse("missing operand", "FILE: the ONNX checker refuses the model: .*",
           model([node("Add", "x", "y")], X, Y))
    refuse("operand left out", r"FILE: (the ONNX checker refuses the model: .*|node #1 \(Add\): input 1 "
           "is missing)", model([node("Add", "x -", "y")], X, Y))
    refuse("output of nothing", "FILE: output 'z': no input, initializer or earlier node gives 'z'",
           model([RELU], X, {"z": [2, 3]}))
    refuse("no output", "FILE: has no output", model([RELU], X, {}))


def shapes():
    refuse("matmul", r"FILE: node #1 'fc' \(MatMul\): shapes \[2,3\] and \[4,5\]: the inner dimensions 3 "
           "and 4 differ", model([node("MatMul", "x w", "y", name="fc")], {"x": [2, 3], "w": [4, 5]},
                                 {"y": [2, 5]}))
    refuse("add", r"FILE: node #1 \(Add\): shapes \[2,3\] and \[2\] do not broadcast: .*",
           model([node("Add", "x w", "y")], {"x": [2, 3], "w": [2]}, Y))
    refuse("gemm of three dimensions", r"FILE: node #1 \(Gemm\): shapes \[2,3\] and \[1,3,4\]: both have "
           "to be matrices", model([node("Gemm", "x w", "y")], {"x": [2, 3], "w": [1, 3, 4]}, Y))
    refuse("gemm's bias", r"FILE: node #1 \(Gemm\): C has the shape \[3,2\], which does not broadcast to "
           r"that of the product, \[1,2\]",
           model([node("Gemm", "x w c", "y")], {"x": [1, 3], "w": [3, 2], "c": [3, 2]},
                 {"y": [1, 2]}))
    refuse("declared output", r"FILE: value 'y' is declared with another shape than the one it has, "
           r"\[2,3\]", model([RELU], X, {"y": [3, 2]}))
    refuse("zero in an input", r"FILE: input 'x' has the shape \[0,3\]; a dimension is 1\.\.2147483647",
           model([RELU], {"x": [0, 3]}, {"y": [0, 3]}))
    refuse("huge input", r"FILE: input 'x' has the shape \[2147483647,2147483647\]; at most .*",
           model([RELU], {"x": [2147483647] * 2}, {"y": [2147483647] * 2}))
    refuse("huge result", r"FILE: node #1 \(MatMul\): its result has the shape \[2000000,2000000\]; .*",
           model([node("MatMul", "x w", "y")], {"x": [2000000, 1], "w": [1, 2000000]}, ANY))
    refuse("huge batch", r"FILE: node #1 \(MatMul\): a batch of 100000 matrices; at most 65536 are "
           "allowed", model([node("MatMul", "x w", "y")], {"x": [100000, 1, 1], "w": [100000, 1, 1]},
                            ANY))
    refuse("an output that is transposed", r"FILE: output 'y': \[3,2\], a computed value, is needed as 1 times 3x2, .*: "
           r"computed values are transposed as factors of products only",
           model([node("Relu", "x", "h"), node("Transpose", "h", "y")], X, {"y": [3, 2]}))
    square = {"x": [70, 70]}, {"y": [70, 70]}
    refuse("a sum with its own transpose", r"FILE: node #3 \(Add\): cannot broadcast \[70,70\] and \[70,70\]: a "
           r"computed value .*",
           model([node("MatMul", "x x", "h"), node("Transpose", "h", "t"), node("Add", "h t", "y")], *square))
    refuse("every other row of a product", r"FILE: node #2 \(Slice\): a step of 2 through a computed value; allowed: 1",
           model([node("MatMul", "x x", "h"), node("Slice", "h zero end zero two", "y")], {"x": [3, 3]}, {"y": [2, 3]},
                 [constant(name, np.array([number])) for name, number in (("zero", 0), ("end", 3), ("two", 2))]))
    known = [constant("zero", np.int64(0)), constant("one", np.int64(1)), constant("far", np.int64(1 << 40))]
    for name, operator, why in (
            ("a known division by 0", "Div one zero", "a division of INT64 by 0"),
            ("a range without a step", "Range zero far zero", "a step of 0"),
            ("a range without an end", "Range zero far one", r"its result has 1099511627776 INT64; at most 1048576 are allowed"),
            ("a range of an input", "Range zero i one", r"its operands are not known INT64: constants, or inputs with data")):
        word, *inputs = operator.split()
        refuse(name, rf"FILE: node #1 \({word}\): {why}",
               model([node(word, " ".join(inputs), "k"), node("Reshape", "x k", "y")],
                     [value("x", [2, 3]), value("i", [], INT64)], ANY, known))
    refuse("a step of 0", r"FILE: node #1 \(Slice\): a step of 0",
           model([node("Slice", "x zero end zero zero", "y")], {"x": [3, 3]}, ANY,
                 [constant("zero", np.array([0])), constant("end", np.array([3]))]))
    refuse("nothing of a value", r"FILE: node #1 \(Slice\): nothing is left of axis 0 of \[3,3\]",
           model([node("Slice", "x end end", "y")], {"x": [3, 3]}, ANY, [constant("end", np.array([3]))]))
    refuse("a row that there is not", r"FILE: node #1 \(Gather\): axis 3 is out of range for 3 dimensions",
           model([node("Gather", "x index", "y")], {"x": [3, 3]}, ANY, [constant("index", np.array([3]))]))
    refuse("parts that are not all", r"FILE: node #1 \(Split\): it has 2 outputs for 2 parts, which are 2 of 3",
           model([node("Split", "x sizes", "y z")], {"x": [3, 3]}, {"y": [1, 3], "z": [1, 3]},
                 [constant("sizes", np.array([1, 1]))]))
    for name, shape, why in [("too many", [4, 2], "the number of elements differs"),
                             ("two unknown", [-1, -1], "a dimension is 1.*"),
                             ("not to divide", [4, -1], "the number of elements differs"),
                             ("negative", [-2, 3], "a dimension is .*"),
                             ("zero beyond", [2, 3, 0], "a dimension is .*"),
                             ("overflowing", [1 << 31, 1 << 31, 1 << 31, -1], "a dimension is .*"),
                             ("extreme", [-(1 << 63), -1], "a dimension is .*")]:
        refuse("reshape, " + name, rf"FILE: node #1 \(Reshape\): shape \[.*\] for a value of shape "
               rf"\[2,3\]: {why}", model([node("Reshape", "x s", "y")], X, ANY,
                                         [constant("s", np.array(shape))]))
    refuse("reshape, unknown shape", r"FILE: node #1 \(Reshape\): its shape \(input 1\) is an input of "
           "the model, which has to be given with --inputs",
           model([node("Reshape", "x s", "y")], [value("x", [2, 3]), value("s", [2], INT64)],
                 ANY))
    refuse("reshape, computed shape", r"FILE: .*", model([node("Reshape", "x x", "y")], X, ANY))
    refuse("squeeze", r"FILE: node #1 \(Squeeze\): axis 0 of shape \[2,3\] is not 1 and cannot be "
           "squeezed", model([node("Squeeze", "x a", "y")], X, ANY,
                             [constant("a", np.array([0]))]))
    refuse("unsqueeze twice", r"FILE: node #1 \(Unsqueeze\): axis -3 is named twice",
           model([node("Unsqueeze", "x a", "y")], X, ANY, [constant("a", np.array([1, -3]))]))
    turns = [node("Transpose", "x", "t0")]
    for i in range(20):
        turns += [node("Reshape", f"t{i} s", f"r{i}"), node("Transpose", f"r{i}", f"t{i + 1}")]
    refuse("rearranged without end", r"FILE: node #16 \(Reshape\): its operand is transposed and "
           "reshaped in turn more than 8 times",
           model(turns, X, {"t20": [3, 2]}, [constant("s", np.array([2, 3]))]))
    refuse("flatten", r"FILE: node #1 \(Flatten\): axis 3 is out of range for 2 dimensions",
           model([node("Flatten", "x", "y", axis=3)], X, ANY))
    refuse("permutation", r"FILE: node #1 \(Transpose\): axis 0 is named twice",
           model([node("Transpose", "x", "y", perm=[0, 0])], X, ANY))


def functions():
    def one(name, pattern, *, operator, inputs="x", opset=13, given=X, **attributes):
        refuse(name, r"FILE: node #1 \(" + operator + r"\): " + pattern,
               model([node(operator, inputs, "y", **attributes)], given, Y, opset=opset))
    one("mod of floats", "attribute 'fmod' is 0, which is for integers; FLOAT operands need 1", operator="Mod",
        inputs="x x")
    one("slope of more than the value", r"the slope has the shape \[1,2,3\], .*", operator="PRelu",
        inputs="x s", given={"x": [2, 3], "s": [1, 2, 3]})
    one("bound that is a row", r"input 1 has the shape \[3\]; a bound is a single value",
        operator="Clip", inputs="x b", given={"x": [2, 3], "b": [3]})
    one("axis beyond", r"axis 2 does not place \[3\] in \[2,3\]", operator="Sub", inputs="x b",
        opset=6, given={"x": [2, 3], "b": [3]}, broadcast=1, axis=2)
    one("broadcast not asked for", r"shapes \[2,3\] and \[3\] differ, and the attribute broadcast is "
        "not set", operator="Mul", inputs="x b", opset=6, given={"x": [2, 3], "b": [3]})
    one("broadcast of the left", r"shape \[2,3\] does not broadcast to \[1,3\]", operator="Mul",
        inputs="b x", opset=6, given={"x": [2, 3], "b": [1, 3]}, broadcast=1)
    one("sum of other shapes before 8", r"shapes \[2,3\] and \[3\] differ, which needs operator set 8",
        operator="Sum", inputs="x b", opset=6, given={"x": [2, 3], "b": [3]})
    one("gelu", "attribute 'approximate' is neither none nor tanh", operator="Gelu", opset=20,
        approximate="erf")
    one("dropout that trains", "attribute 'is_test' is 0: training is not supported",
        operator="Dropout", opset=6)
    statistics = {"x": [2, 3], "s": [3], "b": [3], "m": [3], "v": [2]}
    one("statistics of another shape", r"input 4 has the shape \[2\]; for a value of shape \[2,3\] it "
        r"has to be \[3\]", operator="BatchNormalization", inputs="x s b m v", given=statistics)
    one("normalization that trains", "attribute 'training_mode' is 1: training is not supported",
        operator="BatchNormalization", inputs="x s b m v", opset=15, given=statistics, training_mode=1)
    one("normalization of old that trains", "attribute 'is_test' is 0: .*", opset=6,
        operator="BatchNormalization", inputs="x s b m v", given=statistics)
    one("cast to double", "it casts to type DOUBLE; supported: .*", operator="Cast", to=TensorProto.DOUBLE)
    mask = model([node("Dropout", "x", "h m"), node("Identity", "m", "y")], X,
                 [value("y", [2, 3], TensorProto.BOOL)])
    refuse("dropout's mask", r"FILE: node #1 \(Dropout\): output 1 'm' is used; only output 0 is "
           "supported", mask)
    for word in ["relu", "RELU", "Leakyrelu", "Gelutanh", "Fmod"]:
        one("no operator " + word, "the operator is not supported; .*", operator=word)
    bounds = {"x": [2, 3], "s": ["n"]}
    refuse("a bound of no known shape", "FILE: dimension 'n' is symbolic; .*",
           model([node("Clip", "x s", "y")], bounds, Y))
    refuse("outer sum of too much", r"FILE: node #1 \(Add\): the broadcast of .*",
           model([node("Add", "a b", "y")], {"a": [2000000, 1], "b": [1, 2000000]}, ANY))


def symbols():
    symbolic = model([RELU], {"x": ["N", 3]}, {"y": ["N", 3]})
    two = model([RELU], {"x": ["N", "M"]}, {"y": ["N", "M"]})
    data = np.zeros((2, 3), np.float32)
    refuse("no batch", "FILE: dimension 'N' is symbolic; give its number with --batch or --size, or data "
           "with --inputs", symbolic)
    refuse("no batch, compile", "FILE: dimension 'N' is symbolic; .*", symbolic,
           command="compile")
    refuse("no batch, explain", "FILE: dimension 'N' is symbolic; .*", symbolic, command="explain")
    refuse("no batch, no name", "FILE: the first dimension is symbolic; give its number with --batch, or data "
           "with --inputs", model([RELU], {"x": [None, 3]}, ANY))
    refuse("two dimensions", "FILE: dimension 'M' and dimension 'N' are symbolic; --size NAME=N gives a named "
           "one its number, --batch the last one that is left, data of --inputs any", two, "--batch=4")
    four = model([node("Add", "x z", "y")], {"x": ["N", "M", None], "z": [None, 1, 1]}, {"y": [None] * 3})
    refuse("every dimension that is missing", "FILE: dimension 'M', dimension 'N', the first dimension and "
           "dimension 2 of input 'x' are symbolic; .*", four)
    refuse("what is left over", "FILE: the first dimension and dimension 2 of input 'x' are symbolic; --batch the "
           "last one that is left, data of --inputs any", four, "--size=N=2", "--size", "M=3")
    refuse("size of no dimension", "FILE: --size seq_len=4: no input has a symbolic dimension of that name; did "
           "you mean 'seq_le'\\?; allowed: 'batch' and 'seq_le'",
           model([RELU], {"x": ["batch", "seq_le"]}, ANY), "--size", "seq_len=4")
    refuse("size of an output's dimension", "FILE: --size K=4: no input has a symbolic dimension of that name; "
           "allowed: 'N'", model([RELU], {"x": ["N", 3]}, {"y": ["K", 3]}), "--size", "K=4")
    refuse("size without names", "FILE: --size N=4: no input has a symbolic dimension of that name; none has a "
           "name", model([RELU], {"x": [None, 3]}, ANY), "--size", "N=4")
    refuse("size and data", "FILE: --size N=4 contradicts the data of --inputs: dimension 'N' is 2", symbolic,
           "--size=N=4", inputs=[data])
    refuse("batch beside all sizes", "FILE: --batch=4 has no effect: --size gives the number of every symbolic "
           "dimension", two, "--batch=4", "--size=N=4", "--size=M=4")
    for size, pattern in [
            ("N", r"command line: --size=N is not NAME=N; allowed: the name of a dimension and 1\.\.2147483647, .*"),
            ("=4", "command line: --size==4 is not NAME=N; .*"),
            ("N=0", r"command line: --size=N=0 is out of range; allowed: 1\.\.2147483647"),
            ("N=2147483648", "command line: --size=N=2147483648 is out of range; .*"),
            ("N=-1", "command line: --size=N=.*"), ("N=", "command line: --size=N=.*"),
            ("N=2x", "command line: --size=N=.*")]:
        refuse("size " + size, pattern, symbolic, "--size", size)
    refuse("size twice", "command line: --size gives 'N' twice: 4 and 4", symbolic, "--size=N=4", "--size=N=4")
    refuse("batch without use", "FILE: --batch=4 has no effect: all dimensions have numbers",
           model([RELU], X, Y), "--batch=4")
    refuse("batch and data", "FILE: --batch=4 contradicts the data of --inputs: dimension 'N' is 2", symbolic,
           "--batch=4", inputs=[data])
    refuse("batch of none", r"command line: --batch=0 is out of range; allowed: 1\.\.2147483647",
           symbolic, "--batch=0")
    refuse("dimensions of one name", "FILE: dimension 'N' is 2 and, in DATA/input_0.pb, 3",
           model([RELU], {"x": ["N", "N"]}, {"y": ["N", "N"]}), inputs=[data])
    refuse("no shape", "FILE: the ONNX checker refuses the model: Field 'shape' of 'type' is required "
           "but missing.", model([RELU], {"x": None}, ANY))


def values():
    relu = model([RELU], X, Y)
    good = np.zeros((2, 3), np.float32)
    refuse("input of another shape", r"FILE: input 'x' has the shape \[2,3\], the data of "
           r"DATA/input_0.pb have \[3,2\]", relu, inputs=[good.T])
    refuse("input of another type", "FILE: DATA/input_0.pb: tensor '' has elements of type DOUBLE; .*",
           relu, inputs=[good.astype(np.float64)])
    refuse("integers for floats", "FILE: input 'x' is of type FLOAT, the data of DATA/input_0.pb INT64",
           relu, inputs=[good.astype(np.int64)])
    refuse("halves for floats", "FILE: input 'x' is of type FLOAT, the data of DATA/input_0.pb FLOAT16", relu,
           inputs=[good.astype(np.float16)])
    refuse("too many inputs", "FILE: there is no input 1 for DATA/input_1.pb: the model has 1", relu,
           inputs=[good, good])
    refuse("input given twice", "FILE: input 'x' is given twice, by DATA/input_0.pb and "
           "DATA/input_1.pb", relu, inputs=[constant("x", good), constant("x", good)])
    refuse("output of another shape", r"DATA/output_0.pb: holds FLOAT \[3,2\], but output 'y' is FLOAT "
           r"\[2,3\]", relu, inputs=[good], outputs=[good.T])
    refuse("output of another type", r"DATA/output_0.pb: holds INT8 \[2,3\], but output 'y' is FLOAT \[2,3\]",
           relu, inputs=[good], outputs=[good.astype(np.int8)])
    refuse("too many outputs", "DATA/output_1.pb: there is no output left for it: the model has 1",
           relu, inputs=[good], outputs=[good, good])
    two = model([RELU, node("Identity", "y", "z")], X, {"y": [2, 3], "z": [2, 3]})
    refuse("output missing", "--expect DATA: there is no output_1.pb or .npy for output 'z'", two,
           inputs=[good], outputs=[good])
    refuse("no directory", "--expect nowhere: cannot be read: No such file or directory", relu,
           "--expect", "nowhere")
    refuse("no file", "nowhere.pb: no such ONNX tensor file", relu, "--inputs", "nowhere.pb")
    refuse("timing only", "command line: --expect has no effect with --timing-only, .*", relu,
           "--timing-only", "--expect", "nowhere")
    refuse("a directory without inputs", "--inputs .: there is no input_0.pb, nor any other "
           "input_N.pb or input_N.npy", relu, "--inputs", ".")


def others():
    for option in ["--batch=4", "--size=N=4", "--inputs=nowhere", "--expect=nowhere"]:
        outcome = run(sys.argv[1], "run", "gemm:4x4x4", option)
        ok = outcome.is_refusal() and "has no effect on gemm:4x4x4, which is not an ONNX model" \
            in outcome.error
        TABLE.add(option.split("=")[0] + " without an ONNX model", ok, outcome.text())


def mismatch():
    """Not a refusal: exit code 1, and the last line says what is wrong where."""
    with tempfile.TemporaryDirectory() as directory:
        wrong = np.zeros((2, 3), np.float32)
        wrong[1, 0] = 0.5
        path, data = write_case(directory, model([RELU], X, Y), [np.zeros((2, 3), np.float32)], [wrong])
        outcome = run(sys.argv[1], "run", path, "--inputs", data, "--expect", data)
        last = outcome.output.rstrip("\n").split("\n")[-1]
        wanted = "FAILED: 1 of 6 elements differ from those expected; first: output y [1,0] is 0, in " \
            f"{os.path.join(data, 'output_0.pb')} 0.5, allowed error 6e-05"
        TABLE.add("wrong output", outcome.code == 1 and last == wanted, last)


def main():
    assert onnx.__version__
    for group in [broken_bytes, unsupported, data, topology, shapes, functions, symbols, values, others,
                  mismatch]:
        group()
    TABLE.finish()


main()
