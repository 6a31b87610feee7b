#!/usr/bin/env python3
"""The ONNX project's own backend test cases of our operators: each is computed as it should be, or
refused in one line if its types or shapes are none of ours.

    backend_cases_test.py TILEWAVE
"""
import importlib
import sys

import onnx
import onnx.backend.test.case.model as models
import onnx.backend.test.case.node as nodes

from tilewave_runs import Table, run_case

OPERATORS = ["add", "constant", "flatten", "gemm", "identity", "matmul", "relu", "reshape", "squeeze",
             "transpose", "unsqueeze"]

# What the one line has to say.
REFUSED = {
    "test_add_uint8": "type UINT8",
    "test_identity_opt": "not a dense tensor",
    "test_identity_sequence": "not a dense tensor",
    "test_reshape_allowzero_reordered": "a dimension is 1..",
}


def collect():
    for operator in OPERATORS:
        importlib.import_module("onnx.backend.test.case.node." + operator)
    importlib.import_module("onnx.backend.test.case.model.single-relu")
    return nodes._NodeTestCases + models._SimpleModelTestCases


def serializable(case, value, info):
    if info.type.HasField("sequence_type"):
        return onnx.numpy_helper.from_list(value, info.name)
    if info.type.HasField("optional_type"):
        return onnx.numpy_helper.from_optional(value, info.name)
    return onnx.numpy_helper.from_array(value, info.name)


def main():
    table = Table()
    for case in collect():
        inputs, outputs = case.data_sets[0]
        graph = case.model.graph
        outcome = run_case(
            sys.argv[1], case.model,
            [serializable(case, value, info) for value, info in zip(inputs, graph.input)],
            [serializable(case, value, info) for value, info in zip(outputs, graph.output)])
        if case.name in REFUSED:
            ok = outcome.is_refusal() and REFUSED[case.name] in outcome.error
            table.add(case.name, ok, "refused: " + outcome.text())
        elif outcome.code == 0:
            expected = outcome.result()["expected"]
            table.add(case.name, expected["passed"] and expected["elements"] > 0,
                      f"max abs error {expected['max_abs_error']:.2g}")
        else:
            table.add(case.name, False, outcome.text())
    table.finish()


main()
