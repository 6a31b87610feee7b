#!/usr/bin/env python3
"""What `tilewave model` says of ONNX models: figures of those that can be imported, every node that is in the
way of those that cannot.

    model_command_test.py TILEWAVE
"""
import json
import os
import sys
import tempfile

import numpy as np
from onnx import helper

from onnx_models import BOOL, FLOAT, I8, INT64, constant, model, node, value
from tilewave_runs import Table, run, write_case

TABLE = Table(sys.argv[1])


def said(a_model, *arguments, inputs=()):
    """The outcome as text, and as JSON."""
    with tempfile.TemporaryDirectory() as directory:
        path, data = write_case(directory, a_model, inputs, [])
        options = (["--inputs", data] if inputs else []) + list(arguments)
        text = run(sys.argv[1], "model", path, *options)
        outcome = run(sys.argv[1], "model", path, *options, "--json", "-")
        in_file = run(sys.argv[1], "model", path, *options, "--json", os.path.join(directory, "a.json"))
        with open(os.path.join(directory, "a.json"), encoding="utf-8") as file:
            same = file.read() == outcome.output
        text.error = text.error.replace(path, "FILE")
        ok = same and in_file.output == text.output and outcome.code == text.code == in_file.code
    TABLE.add("text, document and file agree", ok, f"exit code {text.code}")
    return text, json.loads(outcome.output)


def expect(name, actual, wanted):
    shown = f"{actual!r}"[:120]
    TABLE.add(name, actual == wanted, shown if actual == wanted else f"{shown}, not {wanted!r}")


def perceptron():
    weights = [constant("w", np.ones((16, 4), np.float32)), constant("b", np.ones(16, np.float32)),
               constant("v", np.ones((16, 3), np.float32)), constant("half", np.float32(0.5)),
               constant("unused", np.ones((100, 100), np.float32))]
    nodes = [node("Gemm", "x w b", "h", transB=1), node("Relu", "h", "r"), node("Mul", "r half", "m"),
             node("MatMul", "m v", "y")]
    return model(nodes, {"x": ["N", 4]}, {"y": ["N", 3]}, weights)


def imported():
    text, made = said(perceptron(), "--batch", "8")
    expect("exit code", text.code, 0)
    expect("nothing on standard error", text.error, "")
    expect("operators", {entry["name"]: entry["count"] for entry in made["operator_counts"]},
           {"Gemm": 1, "MatMul": 1, "Mul": 1, "Relu": 1})
    expect("multiply-accumulates", made["multiply_accumulates"], 8 * 4 * 16 + 8 * 16 * 3)
    expect("parameters, but numbers and what is not used", made["parameters"], 16 * 4 + 16 + 16 * 3)
    expect("bytes of parameters", made["parameter_bytes"], 4 * (16 * 4 + 16 + 16 * 3))
    expect("inputs", made["inputs"], [{"name": "x", "type": "FLOAT", "dims": [8, 4], "bytes": 128}])
    expect("outputs", made["outputs"], [{"name": "y", "type": "FLOAT", "dims": [8, 3], "bytes": 96}])
    expect("bytes in and out", (made["input_bytes"], made["output_bytes"]), (128, 96))
    expect("peak: two of h.matmul, h, r, m at once", made["peak_intermediate_bytes"], 2 * 8 * 16 * 4)
    expect("no problems", (made["problems"], made["error"]), ([], None))
    text, made = said(perceptron(), inputs=[np.ones((2, 4), np.float32)])
    expect("data give the batch", (text.code, made["inputs"][0]["dims"]), (0, [2, 4]))


def typed():
    nodes = [node("MatMul", "x w", "a"), node("Transpose", "w", "t"), node("MatMul", "a t", "b"),
             node("Reshape", "b s", "y")]
    text, made = said(model(nodes, [value("x", [2, 4]), value("s", [1], INT64)], {"y": ["M"]},
                            [constant("w", np.ones((4, 3), np.float32))]),
                      inputs=[np.ones((2, 4), np.float32), np.array([-1])])
    expect("weights of two uses count once", (text.code, made["parameters"]), (0, 12))
    expect("an input of shapes has its bytes", made["input_bytes"], 2 * 4 * 4 + 8)
    expect("an output's shape is the computed one", made["outputs"][0]["dims"], [8])
    text, made = said(model([node("Cast", "x", "y", to=FLOAT)], [value("x", [3, 5], I8)], {"y": [3, 5]}))
    expect("types", (made["inputs"][0]["type"], made["input_bytes"], made["output_bytes"]), ("INT8", 15, 60))


def not_imported():
    custom = node("Relu", "a", "z", name="c")
    custom.domain = "com.example"
    broken = [node("Relu", "x", "a"), node("Hardmax", "a", "p", name="p"), node("Hardmax", "p", "q"), custom,
              node("MatMul", "x x", "m"), node("Add", "q m", "y")]
    text, made = said(model(broken, {"x": [2, 3]}, {"y": [2, 3], "z": [2, 3]}))
    reasons = [(1 + broken.index(node), node.name, name, reason) for node, name, reason in [
        (broken[1], "Hardmax", "the operator is not supported"),
        (broken[2], "Hardmax", "the operator is not supported"),
        (custom, "com.example.Relu", "the operator is not supported (domain 'com.example')"),
        (broken[4], "MatMul", "shapes [2,3] and [2,3]: the inner dimensions 3 and 2 differ")]]
    expect("every problem", [(entry["node"], entry["name"], entry["operator"], entry["reason"])
                             for entry in made["problems"]], reasons)
    expect("one line", text.error, "tilewave: FILE: 4 of 6 nodes cannot be imported\n")
    expect("exit code", text.code, 2)
    expect("operators", [tuple(entry.values()) for entry in made["operator_counts"]],
           [("Hardmax", 2, False), ("Add", 1, True), ("MatMul", 1, True), ("Relu", 1, True),
            ("com.example.Relu", 1, False)])
    for figure in ["multiply_accumulates", "parameters", "parameter_bytes", "input_bytes", "output_bytes",
                   "peak_intermediate_bytes"]:
        expect(f"{figure} unknown", made[figure], None)
    expect("shapes as declared", made["inputs"][0]["dims"], [2, 3])
    lines = text.output.split("\n")
    expect("a line each", lines[lines.index("problems   4 nodes") + 1:],
           ["  node #2 'p' (Hardmax): the operator is not supported",
            "  node #3 (Hardmax): the operator is not supported",
            "  node #4 'c' (Relu): the operator is not supported (domain 'com.example')",
            "  node #5 (MatMul): shapes [2,3] and [2,3]: the inner dimensions 3 and 2 differ", ""])


def as_far_as_known():
    text, made = said(perceptron())
    why = "dimension 'N' is symbolic; give its number with --batch or --size, or data with --inputs"
    expect("without a batch", (text.code, text.error), (2, f"tilewave: FILE: {why}\n"))
    expect("a dimension has its name", made["inputs"][0]["dims"], ["N", 4])
    expect("the reason", made["error"].split(": ", 1)[1], why)
    two = model([node("Hardmax", "x", "y")], {"x": ["N", "M"]}, {"y": ["N", None]})
    text, made = said(two)
    expect("both reasons", text.error, "tilewave: FILE: 1 of 1 nodes cannot be imported; besides, dimension 'M' "
           "and dimension 'N' are symbolic; --size NAME=N gives a named one its number, --batch the last one that is "
           "left, data of --inputs any\n")
    expect("a dimension of no name", made["outputs"][0]["dims"], ["N", ""])
    many = [node("Hardmax", "x", f"y{i}", name=f"n{i}") for i in range(3000)]
    text, made = said(model(many, {"x": [2, 3]}, {"y0": [2, 3]}))
    expect("all of many", (len(made["problems"]), text.output.count("\n  node #")), (3000, 3000))
    mask = model([node("Relu", "x", "y")], [value("x", [2, 3], BOOL)], [value("y", [2, 3], BOOL)])
    text, made = said(mask)
    expect("a type that operators do not take", (text.code, len(made["problems"])), (2, 1))


def hostile():
    refused = lambda name, pattern, data: TABLE.refuse(name, pattern, data, command="model")
    refused("empty", "FILE: is empty, not an ONNX model", b"")
    refused("garbage", "FILE: is not an ONNX model: .*", bytes(range(255, 0, -1)) * 10)
    refused("no graph", "FILE: is not an ONNX model: there is no graph in it",
            helper.make_model(helper.make_graph([], "", [], []), ir_version=7)
            .SerializeToString().split(b"\x3a")[0])
    refused("too many nodes", "FILE: has 65537 nodes, at most 65536 are allowed",
            model([node("Relu", "x", "y")] * 65537, {"x": [2, 3]}, {"y": [2, 3]}))
    odd = node("Foo\n\x1b[31m", "x", "y", name="a\nb" + "n" * 100000)
    text, made = said(model([odd], {"x\n\x07": [2, 3]}, {"y": [2, 3]}))
    complaint = "tilewave: FILE: 1 of 1 nodes cannot be imported; besides, the ONNX checker refuses the model: "
    expect("names of many lines", (text.error.startswith(complaint), text.error.count("\n")), (True, 1))
    printable = all(c == "\n" or c >= " " for c in text.output)
    expect("no control characters", (printable, len(text.output) < 4000), (True, True))
    expect("but in JSON, as they are", made["problems"][0]["name"], odd.name)


for group in [imported, typed, not_imported, as_far_as_known, hostile]:
    group()
TABLE.finish()
