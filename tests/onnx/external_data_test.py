#!/usr/bin/env python3
"""Whole runs of models that keep weights in other files: read, missing, drawn, and hostile.

    external_data_test.py TILEWAVE
"""
import contextlib
import os
import sqlite3
import sys
import tempfile

import numpy as np
import onnx

from onnx_models import Draws, constant, external, model, node
from tilewave_runs import Table, run, write_tensor

PROGRAM = sys.argv[1]
TABLE = Table(PROGRAM)
DRAWS = Draws(7)
X = DRAWS.floats(5, 40)
W, B = DRAWS.floats(40, 33), DRAWS.floats(33)
NODES = [node("MatMul", "x w", "h", name="fc"), node("Add", "h b", "y")]


class Case:
    """A folder with net.onnx, whose weights are in the file w.bin, and an input x.pb."""

    def __init__(self, location="w.bin", **entries):
        self.folder = tempfile.TemporaryDirectory()
        offset = W.nbytes
        weights = [external("w", W, location, offset=0, length=W.nbytes, **entries),
                   external("b", B, location, offset=offset, length=B.nbytes)]
        self.path = os.path.join(self.folder.name, "net.onnx")
        onnx.save(model(NODES, {"x": ["N", 40]}, {"y": ["N", 33]}, weights), self.path)
        self.data = os.path.join(self.folder.name, "w.bin")
        with open(self.data, "wb") as file:
            file.write(W.tobytes() + B.tobytes())
        self.tensors = os.path.join(self.folder.name, "data")
        os.mkdir(self.tensors)
        write_tensor(os.path.join(self.tensors, "input_0.pb"), X)
        write_tensor(os.path.join(self.tensors, "output_0.pb"), X @ W + B)

    def run(self, *arguments, command="run"):
        return run(PROGRAM, command, self.path, *arguments)

    def refuse(self, name, pattern, *arguments, command="run"):
        outcome = self.run(*arguments, command=command)
        line = outcome.error.replace(self.folder.name, "FOLDER").rstrip("\n")
        ok = outcome.is_refusal() and line == "tilewave: " + pattern
        TABLE.add(name, ok, line if ok else outcome.text())


def check(name, ok, outcome):
    TABLE.add(name, ok, outcome.text())


def read():
    case = Case()
    outcome = case.run("--inputs", case.tensors, "--expect", case.tensors, "--json", "-")
    check("weights in another file", outcome.code == 0 and outcome.result()["expected"]["passed"]
          and outcome.result()["unread_weights"] == 0, outcome)
    saved = Case()
    whole = onnx.load(saved.path)
    onnx.save_model(whole, saved.path, save_as_external_data=True, all_tensors_to_one_file=False, size_threshold=0)
    outcome = saved.run("--inputs", saved.tensors, "--expect", saved.tensors, "--json", "-")
    check("as ONNX's own library writes them", outcome.code == 0 and outcome.result()["expected"]["passed"], outcome)
    outcome = case.run("--inputs", case.tensors, "--json", case.data)
    check("data are no output", outcome.is_refusal() and "data file of MODEL" in outcome.error
          and os.path.getsize(case.data) == W.nbytes + B.nbytes, outcome)
    for command, option in (("compile", "-o"), ("explain", "--json")):
        outcome = case.run("--size", "N=5", option, case.data, command=command)
        check("data are no output of " + command, outcome.is_refusal() and "data file of MODEL" in outcome.error
              and os.path.getsize(case.data) == W.nbytes + B.nbytes, outcome)


def absent():
    case = Case()
    five = ["--size", "N=5"]
    there = case.run(*five, "--timing-only", "--json", "-").result()
    program = case.run(*five, command="compile").output
    os.remove(case.data)
    missing = "FOLDER/net.onnx: weight 'w' is in the data file 'w.bin', which does not exist; --weights=drawn " \
        "draws such weights from --seed, --timing-only needs no values"
    case.refuse("weights that are missing", missing, *five)
    case.refuse("weights that are missing, read", missing, *five, "--weights=read")
    outcome = case.run(*five, "--timing-only", "--json", "-")
    check("timing only", outcome.code == 0 and outcome.result()["cycles"] == there["cycles"]
          and outcome.result()["unread_weights"] == 2, outcome)
    outcome = case.run(*five, "--timing-only")
    check("the report of timing only", "2 in other files, not read: no values are computed" in outcome.output, outcome)
    check("compile", case.run(*five, command="compile").output == program and program != "", outcome)
    check("explain", case.run(*five, command="explain").code == 0, outcome)
    first = case.run(*five, "--weights=drawn", "--json", "-")
    check("drawn", first.code == 0 and first.result()["verified"] is True and first.result()["unread_weights"] == 2
          and first.result()["cycles"] == there["cycles"], first)
    outcome = case.run(*five, "--weights", "drawn", "--seed=9")
    check("the report says so", "2 in other files, not read: drawn from seed 9" in outcome.output, outcome)
    with_data = Case()
    again = with_data.run(*five, "--weights=drawn", "--json", "-").result()
    check("drawn though they are there", again["unread_weights"] == 2
          and again["max_abs_error"] == first.result()["max_abs_error"], first)
    case.refuse("another choice", "command line: --weights=draw is not a choice; did you mean 'drawn'?; allowed: "
                "read or drawn", "--weights=draw")
    inside = tempfile.TemporaryDirectory()
    path = os.path.join(inside.name, "net.onnx")
    onnx.save(model(NODES, {"x": [5, 40]}, {"y": [5, 33]}, [constant("w", W), constant("b", B)]), path)
    outcome = run(PROGRAM, "run", path, "--weights=drawn")
    check("nothing to draw", outcome.is_refusal()
          and "--weights=drawn has no effect: all weights are in the model itself" in outcome.error, outcome)
    outcome = run(PROGRAM, "run", "gemm:4x4x4", "--weights=drawn")
    check("no ONNX model", outcome.is_refusal() and "--weights has no effect on gemm:4x4x4" in outcome.error, outcome)


def sweeps():
    case = Case()
    arguments = [case.path, "--size", "N=5", "--over", "sram.banks=8,16", "--csv", "-", "--store",
                 os.path.join(case.folder.name, "store.sqlite")]

    def stored():
        with contextlib.closing(sqlite3.connect(arguments[-1])) as store:
            return store.execute("SELECT count(*) FROM results").fetchone()[0]
    reading = run(PROGRAM, "sweep", *arguments)
    check("a sweep reads them", reading.code == 0 and reading.output.count("done") == 2
          and run(PROGRAM, "sweep", *arguments).code == 0 and stored() == 2, reading)
    with open(case.data, "r+b") as file:
        file.write(np.float32(3).tobytes())
    again = run(PROGRAM, "sweep", *arguments)
    check("other data are another model", again.code == 0 and stored() == 4, again)
    os.remove(case.data)
    gone = run(PROGRAM, "sweep", *arguments)
    check("a sweep without them", gone.is_refusal() and "--weights=drawn" in gone.error, gone)
    for options in (["--weights=drawn"], ["--timing-only"]):
        outcome = run(PROGRAM, "sweep", *arguments, *options)
        check("a sweep with " + options[0], outcome.code == 0, outcome)


def hostile():
    def refuse(name, pattern, prepare=None, location="w.bin", **entries):
        case = Case(location, **entries)
        if prepare:
            prepare(case.data, case.folder.name)
        for arguments in ([], ["--timing-only"]):
            case.refuse(f"{name} {' '.join(arguments)}", "FOLDER/net.onnx: initializer: tensor 'w' " + pattern,
                        "--size=N=5", *arguments)
    allowed = "; allowed: files in the model's folder, by their names relative to it"
    outside = ", which is outside the model's folder" + allowed
    refuse("an absolute path", "has its data in '/etc/passwd', an absolute path" + allowed, location="/etc/passwd")
    refuse("a path that leads out", "has its data in '../../etc/passwd'" + outside, location="../../etc/passwd")

    def instead(make):
        def prepare(data, folder):
            os.remove(data)
            make(data, folder)
        return prepare
    refuse("a link that leads out", "has its data in 'w.bin'" + outside,
           instead(lambda data, folder: os.symlink("/etc/passwd", data)))
    refuse("a link to a device", "has its data in 'w.bin'" + outside,
           instead(lambda data, folder: os.symlink("/dev/zero", data)))
    refuse("a pipe", "has its data in 'w.bin', which is no regular file",
           instead(lambda data, folder: os.mkfifo(data)))
    refuse("a directory", "has its data in 'w.bin', a directory", instead(lambda data, folder: os.mkdir(data)))
    refuse("a truncated file", "has 5280 bytes of data from byte 0 of data file 'w.bin' on, which has 100",
           lambda data, folder: os.truncate(data, 100))
    refuse("an empty file", "has 5280 bytes of data from byte 0 of data file 'w.bin' on, which has 0",
           lambda data, folder: os.truncate(data, 0))


def main():
    for group in [read, absent, sweeps, hostile]:
        group()
    TABLE.finish()


main()
