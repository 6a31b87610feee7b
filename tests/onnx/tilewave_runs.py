"""Runs of the program tilewave on ONNX models: writing models and tensors as ONNX's test data are
laid out, and reading exit code, output and result. Not a test itself."""
import json
import os
import re
import subprocess
import sys
import tempfile

import numpy as np
from onnx import numpy_helper


class Outcome:
    def __init__(self, process):
        self.code = process.returncode
        self.output = process.stdout
        self.error = process.stderr

    def is_refusal(self):
        """One line on standard error, exit code 2, nothing else."""
        return self.code == 2 and self.output == "" and self.error.count("\n") == 1 \
            and self.error.startswith("tilewave: ") and self.error.endswith("\n")

    def result(self):
        return json.loads(self.output)

    def text(self):
        return f"exit code {self.code}: {(self.error or self.output[-300:]).strip()}"


def run(program, *arguments):
    return Outcome(subprocess.run([program, *arguments], capture_output=True, text=True, check=False))


def write_tensor(path, value, name=""):
    tensor = value if hasattr(value, "SerializeToString") else numpy_helper.from_array(
        np.asarray(value), name)
    with open(path, "wb") as file:
        file.write(tensor.SerializeToString())


def write_case(directory, model, inputs, outputs):
    """model.onnx and test_data_set_0/{input,output}_N.pb; returns the two paths."""
    data = os.path.join(directory, "test_data_set_0")
    os.makedirs(data)
    path = os.path.join(directory, "model.onnx")
    with open(path, "wb") as file:
        file.write(model if isinstance(model, bytes) else model.SerializeToString())
    for i, value in enumerate(inputs):
        write_tensor(os.path.join(data, f"input_{i}.pb"), value)
    for i, value in enumerate(outputs):
        write_tensor(os.path.join(data, f"output_{i}.pb"), value)
    return path, data


def run_case(program, model, inputs, outputs, *arguments):
    """The outcome of a run on these inputs, compared with these outputs; its JSON as output."""
    with tempfile.TemporaryDirectory() as directory:
        path, data = write_case(directory, model, inputs, outputs)
        return run(program, "run", path, "--inputs", data, "--expect", data, "--json", "-",
                   *arguments)


def element_count(value):
    """Of an array or a TensorProto."""
    return int(np.prod(value.dims if hasattr(value, "dims") else np.shape(value)))


class Table:
    """Cases with their outcome of this program, and how many were not as they should be."""

    def __init__(self, program):
        self.program = program
        self.failures = 0
        self.cases = 0

    def add(self, name, ok, text):
        self.cases += 1
        self.failures += not ok
        print(f"{'ok  ' if ok else 'FAIL'} {name:<48} {text}")

    def check(self, name, model, inputs, outputs, *arguments):
        """A run gives these outputs and is verified."""
        outcome = run_case(self.program, model, inputs, outputs, *arguments)
        if outcome.code != 0:
            self.add(name, False, outcome.text())
            return
        result = outcome.result()
        expected = result["expected"]
        elements = sum(element_count(output) for output in outputs)
        ok = expected["passed"] and expected["elements"] == elements and result["verified"] is True
        self.add(name, ok,
                 f"max abs error {expected['max_abs_error']:.2g}, {result['cycles']} cycles")

    def refuse(self, name, pattern, model, *arguments, inputs=(), outputs=(), command="run"):
        """The one line matches 'tilewave: PATTERN', in which FILE is the model and DATA the directory of data."""
        with tempfile.TemporaryDirectory() as directory:
            path, data = write_case(directory, model, inputs, outputs)
            options = (["--inputs", data] if inputs else []) + (["--expect", data] if outputs else [])
            outcome = run(self.program, command, path, *options, *arguments)
            line = outcome.error.replace(data, "DATA").replace(path, "FILE").rstrip("\n")
        ok = outcome.is_refusal() and re.fullmatch("tilewave: " + pattern, line) is not None
        self.add(name, ok, line if ok else outcome.text())

    def finish(self):
        print(f"{self.cases} cases, {self.failures} failures")
        sys.exit(self.failures != 0 or self.cases == 0)
