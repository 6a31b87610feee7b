#!/usr/bin/env python3
"""Whole runs whose inputs and expected outputs are NumPy's files: .npy and .npz, good ones and hostile ones.

    numpy_files_test.py TILEWAVE
"""
import io
import os
import re
import struct
import sys
import tempfile
import zipfile
import zlib

import numpy as np
import onnx

from onnx_models import BOOL, I8, INT64, Draws, model, node, value
from tilewave_runs import Table, run

PROGRAM = sys.argv[1]
TABLE = Table(PROGRAM)
DRAWS = Draws(3)
X, W = DRAWS.floats(4, 6), DRAWS.floats(6, 5)
PRODUCT = model([node("MatMul", "x w", "y")], {"x": [4, 6], "w": [6, 5]}, {"y": [4, 5]})


def npy(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


class Case:
    """A folder with net.onnx and files; names in arguments that begin with ./ are of that folder."""

    def __init__(self, network=PRODUCT, **files):
        self.folder = tempfile.TemporaryDirectory()
        self.path = os.path.join(self.folder.name, "net.onnx")
        onnx.save(network, self.path)
        for name, content in files.items():
            self.write(name.replace("__", "."), content)

    def write(self, name, content):
        path = os.path.join(self.folder.name, name)
        if isinstance(content, np.ndarray):
            np.save(path, content)
        elif isinstance(content, dict):
            np.savez(path, **content)
        else:
            with open(path, "wb") as file:
                file.write(content)

    def run(self, *arguments):
        here = [re.sub(r"^\./", self.folder.name + "/", word) for word in arguments]
        return run(PROGRAM, "run", self.path, *here)

    def accept(self, name, *arguments):
        outcome = self.run(*arguments, "--json", "-")
        ok = outcome.code == 0 and outcome.result()["expected"]["passed"]
        TABLE.add(name, ok, "expected" if ok else outcome.text())

    def refuse(self, name, pattern, *arguments):
        outcome = self.run(*arguments)
        line = outcome.error.replace(self.folder.name, "FOLDER").rstrip("\n")
        ok = outcome.is_refusal() and re.fullmatch("tilewave: " + pattern, line) is not None
        TABLE.add(name, ok, line if ok else outcome.text())


def good():
    case = Case(x__npy=X, w__npy=W, input_0__npy=X, input_1__npy=W, output_0__npy=X @ W, y__npy=X @ W,
                all__npz={"w": W, "x": X}, out__npz={"y": X @ W})
    both = ["--inputs", "./w.npy", "./x.npy"]
    case.accept("by name", *both, "--expect", "./y.npy")
    case.accept("by number, of any order", "--inputs", "./input_1.npy", "./input_0.npy", "--expect", "./out.npz")
    case.accept("a directory", "--inputs", "./", "--expect", "./")
    case.accept("an archive", "--inputs", "./all.npz", "--expect", "./out.npz")
    packed = io.BytesIO()
    np.savez_compressed(packed, x=np.asfortranarray(X), w=W.astype(np.float64))
    case.write("packed.npz", packed.getvalue())
    case.accept("a deflated archive, columns first, doubles", "--inputs", "./packed.npz", "--expect", "./out.npz")
    case.write("first.npy", X)
    case.write("second.npy", W)
    case.accept("by position", "--inputs", "./first.npy", "./second.npy", "--expect", "./out.npz")
    symbolic = Case(model([node("MatMul", "x w", "y")], {"x": ["N", "K"], "w": ["K", 5]}, {"y": ["N", 5]}),
                    x__npy=X, w__npy=W, y__npy=X @ W)
    symbolic.accept("arrays give symbolic dimensions", *both, "--expect", "./y.npy")
    numbers = Case(model([node("Reshape", "x s", "y")], [value("x", [4, 6]), value("s", [2], INT64)], {"y": [3, 8]}),
                   x__npy=X, s__npy=np.array([3, 8], np.int32), y__npy=X.reshape(3, 8))
    numbers.accept("known numbers", "--inputs", "./x.npy", "./s.npy", "--expect", "./y.npy")
    mask = Case(model([node("Cast", "m", "c", to=1), node("Mul", "x c", "y")],
                      [value("x", [4]), value("m", [4], BOOL)], {"y": [4]}),
                x__npy=X[0, :4], m__npy=np.array([True, False, True, True]),
                y__npy=X[0, :4] * np.array([1, 0, 1, 1], np.float32))
    mask.accept("booleans", "--inputs", "./x.npy", "./m.npy", "--expect", "./y.npy")
    bytes_ = np.arange(-6, 6, dtype=np.int64).reshape(3, 4)
    integers = Case(model([node("MatMulInteger", "x w", "y")], [value("x", [3, 4], I8), value("w", [4, 3], I8)],
                          [value("y", [3, 3], 6)]), x__npy=bytes_, w__npy=bytes_.T.copy(), y__npy=bytes_ @ bytes_.T)
    integers.accept("int64 for INT8", "--inputs", "./x.npy", "./w.npy", "--expect", "./y.npy")
    wrong = Case(x__npy=X, w__npy=W, y__npy=X @ W + 1)
    outcome = wrong.run(*both, "--expect", "./y.npy")
    TABLE.add("wrong outputs", outcome.code == 1 and "FAILED" in outcome.output, outcome.text())


def wrong_for_the_model():
    case = Case(x__npy=X, w__npy=W, t__npy=X.T.copy(), y__npy=X, out__npz={"y": X @ W, "z": W},
                names__npz={"x": X, "ww": W}, positions__npz={"arr_0": X})
    case.refuse("shape", r"FOLDER/net.onnx: input 'x' has the shape \[4,6\], the data of FOLDER/t.npy have \[6,4\]",
                "--inputs", "./t.npy")
    case.refuse("too many", "FOLDER/net.onnx: there is no input 2 for FOLDER/t.npy: the model has 2", "--inputs",
                "./x.npy", "./w.npy", "./t.npy")
    case.refuse("name of a member", r"FOLDER/net.onnx: the model has no input 'ww' for FOLDER/names.npz \(ww.npy\); "
                r"did you mean 'w'\?", "--inputs", "./names.npz")
    case.refuse("positions in an archive", r"FOLDER/net.onnx: the model has no input 'arr_0' for .*", "--inputs",
                "./positions.npz")
    case.refuse("twice", r"FOLDER/net.onnx: input 'x' is given twice, by FOLDER/x.npy and FOLDER/x.npy", "--inputs",
                "./x.npy", "./x.npy")
    case.refuse("output's name", r"FOLDER/out.npz \(z.npy\): the model has no output 'z'.*", "--inputs", "./x.npy",
                "./w.npy", "--expect", "./out.npz")
    case.refuse("output's shape", r"FOLDER/y.npy: holds \[4,6\], but output 'y' is FLOAT \[4,5\]", "--inputs",
                "./x.npy", "./w.npy", "--expect", "./y.npy")
    eight = Case(model([node("Cast", "x", "y", to=1)], [value("x", [2], I8)], {"y": [2]}), x__npy=np.array([1, 200]))
    eight.refuse("a number that the type does not hold", "FOLDER/net.onnx: FOLDER/x.npy: value 1 is 200, which is no "
                 "INT8", "--inputs", "./x.npy")


def hostile():
    good_file = npy(X)

    def refuse(name, pattern, content, file="x.npy"):
        case = Case()
        case.write(file, content)
        case.refuse(name, pattern, "--inputs", "./" + file)
    refuse("empty", "FOLDER/x.npy: is not a NumPy file: it does not begin with .*", b"")
    refuse("truncated", r"FOLDER/x.npy: has the shape \[4,6\] of '<f4', which takes 96 bytes of data, but holds 95",
           good_file[:-1])
    refuse("too long", r"FOLDER/x.npy: has the shape .*, but holds 97", good_file + b"x")
    refuse("objects", r"FOLDER/x.npy: holds elements of type '\|O'; allowed: .*", npy(np.array([{}], object)))
    refuse("big end first", "FOLDER/x.npy: holds elements of type '>f4'; allowed: .*", npy(X.astype(">f4")))
    refuse("a huge shape", r"FOLDER/x.npy: has the shape \[2147483647,400\] of '<f4', which takes 3435973835200 "
           "bytes of data, but holds 96", good_file.replace(b"(4, 6), }" + b" " * 12, b"(2147483647, 400), } "))
    refuse("no archive", "FOLDER/x.npz: is not a zip file, or a damaged or truncated one", good_file, "x.npz")
    archive = io.BytesIO()
    np.savez_compressed(archive, x=X)
    packed = archive.getvalue()
    refuse("a truncated archive", "FOLDER/x.npz: is not a zip file, .*", packed[:-5], "x.npz")
    middle = bytearray(packed)
    middle[len(packed) // 2] ^= 0xFF
    case = Case()
    case.write("x.npz", bytes(middle))
    outcome = case.run("--inputs", "./x.npz")
    TABLE.add("a damaged archive", outcome.is_refusal() and "x.npz (x.npy): is damaged" in outcome.error, outcome.text())

    def zipped(members, method=zipfile.ZIP_DEFLATED):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", method) as made:
            for name, content in members:
                made.writestr(name, content)
        return file.getvalue()
    refuse("another member", r"FOLDER/x.npz \(readme.txt\): is no array, whose names end in .npy",
           zipped([("readme.txt", b"x")]), "x.npz")
    refuse("no member", "FOLDER/x.npz: holds no array", zipped([]), "x.npz")
    refuse("another method", r"FOLDER/x.npz: member 'x.npy' is packed by method 12; allowed: .*",
           zipped([("x.npy", good_file)], zipfile.ZIP_BZIP2), "x.npz")
    bomb = zipped([("x.npy", npy(np.zeros((20000, 20000), np.float32)))])
    refuse("a bomb", r"FOLDER/net.onnx: input 'x' has the shape \[4,6\], the data of FOLDER/x.npz \(x.npy\) have "
           r"\[20000,20000\]", bomb, "x.npz")
    # The directory says 96 bytes of elements, and more come out.
    longer = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = longer.compress(good_file + bytes(10_000_000)) + longer.flush()
    name = b"x.npy"
    fields = (zlib.crc32(good_file), len(data), len(good_file), len(name))
    local = struct.pack("<IHHHHHIIIHH", 0x04034b50, 20, 0, 8, 0, 0, *fields[:3], fields[3], 0) + name + data
    entry = struct.pack("<IHHHHHHIIIHHHHHII", 0x02014b50, 20, 20, 0, 8, 0, 0, *fields[:3], fields[3], 0, 0, 0, 0, 0, 0) \
        + name
    end = struct.pack("<IHHHHIIH", 0x06054b50, 0, 0, 1, 1, len(entry), len(local), 0)
    refuse("more than it says", r"FOLDER/net.onnx: FOLDER/x.npz \(x.npy\): is damaged: the packed data are of more "
           r"than the 224 bytes that the directory says", local + entry + end, "x.npz")
    beyond = end[:16] + struct.pack("<I", 0xFFFFFFFF) + end[20:]
    refuse("zip64", "FOLDER/x.npz: is a zip64 file, which is not supported", local + entry + beyond, "x.npz")


def main():
    for group in [good, wrong_for_the_model, hostile]:
        group()
    TABLE.finish()


main()
