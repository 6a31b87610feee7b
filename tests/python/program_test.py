"""Programs: arrays of ops, edited, checked, and there and back."""

import copy
import csv
import os
import pickle
import tempfile
import unittest

import numpy as np

import tilewave as tw
from support import mlp


class FileTest(unittest.TestCase):
    def test_a_file_is_replaced_whole_or_not_at_all(self):
        program = tw.compile("gemm:8x8x8")
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "keep.twp")
            program.save(file)
            with open(file, "rb") as stream:
                before = stream.read()
            wrong = program.copy()
            wrong.ops["opcode"] = 99
            with self.assertRaises(tw.InputError):
                wrong.save(file)
            with open(file, "rb") as stream:
                self.assertEqual(stream.read(), before)
            program.save(file, binary=True)
            self.assertEqual(tw.load(file), program)
            self.assertEqual(os.listdir(folder), ["keep.twp"])
            program.save("/dev/null")


class WrongProgramTest(unittest.TestCase):
    def test_every_wrong_field_is_listed(self):
        program = tw.compile("gemm:8x8x8")
        program.ops["opcode"][:2] = 99
        problems = program.check(all=True)
        self.assertEqual([problem[:4] for problem in problems], ["op 0", "op 1"])
        self.assertEqual(len(program.check(all=True, most=1)), 1)

    def test_an_op_that_is_stored_too_early(self):
        graph = tw.Graph("s")
        graph.output(graph.gelu(graph.matmul(graph.input("x", (8, 8)), graph.parameter("w", (8, 8))), name="y"))
        program = tw.compile(graph)
        program.ops[[3, 4]] = program.ops[[4, 3]]
        with self.assertRaisesRegex(tw.InputError, "op 4 .vector .* never read; op 3 .store .* reads what was there"):
            program.check()

    def test_tables_that_are_none(self):
        program = tw.compile("gemm:8x8x8")
        x = program.tensors[0]
        for wrong in (x._replace(stored=(5, 9)), x._replace(stored=(1, 1)), x._replace(type="")):
            with self.assertRaises(tw.InputError):
                tw.Program.from_ops(program.ops, [wrong, *program.tensors[1:]])
        for name in ("x\ny", "\ud800"):
            with self.assertRaises(tw.InputError):
                tw.Program.parse(program.text, name)
        with self.assertRaises(TypeError):
            tw.Program.from_ops(program.ops, program.tensors, name=None)
        with self.assertRaises(TypeError):
            program.of("gemm:8x8x8")

    def test_a_program_keeps_its_graph_as_it_was(self):
        graph = mlp()
        program = tw.compile(graph)
        graph.output(graph.relu(graph["x"], name="more"))
        self.assertNotIn("more", program.graph)
        self.assertEqual(pickle.loads(pickle.dumps(program)), program)
        program.ops = program.ops
        self.assertEqual(tw.run(program).verdict, "verified")


class ProgramTest(unittest.TestCase):
    def setUp(self):
        self.program = tw.compile(mlp(), "tileflow")

    def test_golden_figures(self):
        figures = self.program.figures
        self.assertEqual([figures[name] for name in ("uops", "scheduled_ops", "loads", "executes", "stores",
                                                     "loads_eliminated", "peak_sram_bytes", "final_live_bytes")],
                         [148, 99, 39, 44, 16, 49, 53248, 0])

    def test_there_and_back(self):
        for program in (self.program, tw.compile("gemm:40x50x33"), tw.compile("mlp:20x30x40:i8")):
            self.assertEqual(tw.Program.parse(program.text), program)
            self.assertEqual(tw.Program.parse(program.binary), program)
            again = pickle.loads(pickle.dumps(program))
            self.assertEqual(again, program)
            self.assertEqual(tw.run(again).verdict, "verified")
            again = tw.Program.from_ops(program.ops, program.tensors, program.kernels, program.tile)
            self.assertEqual(again.text, program.text)

    def test_windows(self):
        program = tw.Program.parse("tilewave-program 3\ntile 8 8 8\nsram 0x200\ntensor x input 8x16 tile 8x8 dram 0\n"
                                   "tensor y output 8x8 tile 8x8 dram 0x400\nregion 0 x 0:8 4:12 tile 8x8\nops\n"
                                   "load x@0[0,0] -> 0\nstore y[0,0] <- 0\n")
        self.assertEqual(program.windows, [tw.Window(0, (0, 8), (4, 12), (8, 8))])
        self.assertEqual([*program.ops["region"]], [2, 1])
        again = tw.Program.from_ops(program.ops, program.tensors, tile=program.tile, windows=program.windows)
        self.assertEqual(again.ops.tolist(), program.ops.tolist())
        values = np.arange(128, dtype=np.float32).reshape(8, 16)
        result = tw.run(again, inputs={"x": values})
        self.assertTrue((result.outputs["y"] == values[:, 4:12]).all())
        with self.assertRaisesRegex(tw.InputError, "rows = 0:9; allowed: a part of 0:8"):
            tw.Program.from_ops(program.ops, program.tensors, tile=program.tile,
                                windows=[tw.Window(0, (0, 9), (4, 12), (8, 8))])

    def test_transposed_operands(self):
        text = ("tilewave-program 3\ntile 4 6 5\nsram 0x200\ntensor x input 5x4 tile 5x4 dram 0x0\n"
                "tensor w param 6x5 tile 6x5 dram 0x100\ntensor y output 4x6 tile 4x6 dram 0x200\nops\n"
                "load   x[0,0] -> 0x0000\nload   w[0,0] -> 0x0080\n"
                "matmul y[0,0] k=0 a=0x0000:transposed b=0x0080:transposed -> 0x0100 clear\n"
                "store  y[0,0] <- 0x0100\n")
        program = tw.Program.parse(text)
        self.assertEqual(program.text, text)
        self.assertEqual([*program.ops["a_transposed"]], [False, False, True, False])
        self.assertEqual([*program.ops["b_transposed"]], [False, False, True, False])
        x, w = np.arange(20, dtype=np.float32).reshape(5, 4), np.arange(30, dtype=np.float32).reshape(6, 5)
        result = tw.run(program, inputs={"x": x, "w": w})
        self.assertEqual(result.outputs["y"].tolist(), (x.T @ w.T).tolist())
        again = tw.Program.from_ops(program.ops, program.tensors, tile=program.tile)
        self.assertEqual(tw.Program.parse(again.binary).ops.tolist(), program.ops.tolist())
        again.ops["b_transposed"][2] = False
        with self.assertRaisesRegex(tw.InputError, r"op 2 .* reads as b the 6x5 tile of op 1 .*; allowed: 5x6"):
            again.check()
        again.ops["b_transposed"][:] = [True, False, True, False]
        with self.assertRaisesRegex(tw.InputError, "op 0 .*b_transposed = 1; allowed: 0, for a load has none"):
            again.check()

    def test_reductions(self):
        program = tw.Program.parse(
            "tilewave-program 3\ntile 8 8 8\nsram 0x400\ntensor x input 6x13 tile 8x8 dram 0\n"
            "tensor m output 6x1 tile 8x1 dram 0x400\ntensor s output 6x1 tile 8x1 dram 0x800\n"
            "kernel 0 tile -> max of columns | identity x0\n"
            "kernel 1 tile column -> sum of columns | sub x0 x1; exp t0\nops\n"
            "load x[0,0] -> 0\nload x[0,1] -> 0x100\nreduce m[0,0] 6x1x8 k=0 kernel=0 a=0 -> 0x200 clear\n"
            "reduce m[0,0] 6x1x5 k=1 kernel=0 a=0x100 -> 0x200\n"
            "reduce s[0,0] 6x1x8 k=0 kernel=1 a=0 b=0x200 -> 0x240 clear\n"
            "reduce s[0,0] 6x1x5 k=1 kernel=1 a=0x100 b=0x200 -> 0x240\n"
            "store m[0,0] <- 0x200\nstore s[0,0] <- 0x240\n")
        reduce = tw.OPCODES.index("reduce")
        self.assertEqual((program.ops["opcode"] == reduce).tolist(), [False] * 2 + [True] * 4 + [False] * 2)
        self.assertEqual([*program.ops["k"][2:4]], [8, 5])
        self.assertEqual([*program.ops["step"][2:4]], [0, 1])
        self.assertEqual([*program.ops["clear"][2:4]], [True, False])
        self.assertEqual(program.kernels[1], "tile column -> sum of columns | sub x0 x1; exp t0")
        again = tw.Program.from_ops(program.ops, program.tensors, program.kernels, program.tile)
        self.assertEqual(again.text, program.text.replace("sram 0x400", "sram 0x258"))
        x = np.random.default_rng(1).normal(size=(6, 13)).astype(np.float32)
        for kernel in ("reference", "auto"):
            result = tw.run(again, inputs={"x": x}, kernel=kernel, **{"vector.unit": "own"})
            self.assertTrue((result.outputs["m"] == x.max(axis=1, keepdims=True)).all())
            sums = np.exp(x - x.max(axis=1, keepdims=True)).sum(axis=1, keepdims=True)
            np.testing.assert_allclose(result.outputs["s"], sums, rtol=1e-5)
            self.assertEqual(result["compute.macs"], 0)
            self.assertEqual(result["vector.steps"], 4)
        with tempfile.TemporaryDirectory() as folder:
            tw.run(again, inputs={"x": x}, ops=os.path.join(folder, "ops.csv"))
            with open(os.path.join(folder, "ops.csv"), encoding="utf-8", newline="") as file:
                rows = list(csv.DictReader(file))
        self.assertEqual([[rows[3][name] for name in ("opcode", "m", "n", "k", "macs")]],
                         [["reduce", "6", "1", "5", "0"]])
        again.ops["kernel"][3] = 1
        with self.assertRaisesRegex(tw.InputError, "reads as b the 6x8 tile of op 0"):
            again.check()
        again.ops["kernel"][3] = 2
        with self.assertRaisesRegex(tw.InputError, "kernel = 2; allowed: an index into the 2 kernels"):
            again.check()

    def test_copies_know_graph_and_values(self):
        graph = tw.Graph("g")
        x = graph.input("x", (8, 8))
        graph.output(graph.matmul(x, graph.parameter("w", np.eye(8, dtype=np.float32) * 3), name="y"))
        program = tw.compile(graph)
        for copied in (pickle.loads(pickle.dumps(program)), copy.copy(program), copy.deepcopy(program)):
            result = tw.run(copied, inputs={"x": np.ones((8, 8))})
            self.assertEqual((result.verdict, result.outputs["y"].max()), ("verified", 3))
        other = copy.copy(graph)
        other.relu(other["x"])
        self.assertEqual(len(other.tensors), len(graph.tensors) + 1)

    def test_tables_are_no_text_to_be_pasted(self):
        tensors = self.program.tensors
        for changed, kernels, tile in (
                (tensors[0]._replace(name="x input 8x8 tile 8x8 dram 0\ntensor y"), (), (32, 32, 32)),
                (tensors[0]._replace(role="input # "), (), (32, 32, 32)),
                (tensors[0]._replace(dram_base=-1), (), (32, 32, 32)),
                (tensors[0], ["tile | relu x0\nkernel 1 tile | exp x0"], (32, 32, 32)),
                (tensors[0], (), (32, 32)),
        ):
            with self.assertRaises(tw.InputError):
                tw.Program.from_ops(self.program.ops, [changed, *tensors[1:]], kernels, tile)

    def test_files(self):
        with tempfile.TemporaryDirectory() as folder:
            for binary in (False, True):
                file = os.path.join(folder, "p.twp")
                self.program.save(file, binary=binary)
                self.assertEqual(tw.load(file), self.program)
        with self.assertRaises(TypeError):
            tw.Program.parse(3)

    def test_ops_are_edited_in_place(self):
        ops = self.program.ops
        self.assertEqual(len(ops), 99)
        self.assertEqual(ops.dtype, tw.Program.op_dtype)
        ops["dst"][0] = 4096
        self.assertIn("load   x[0,0] -> 0x1000", self.program.text)
        with self.assertRaisesRegex(tw.InputError, "op 2 .*reads a 0x0000, which no earlier op wrote"):
            self.program.check()
        with self.assertRaises(tw.InputError):
            tw.run(self.program)
        self.assertGreater(len(self.program.check(all=True)), 1)
        self.assertEqual(len(self.program.check(all=True, most=1)), 1)
        ops["dst"][0] = 0
        self.assertEqual(self.program.check(all=True), [])
        self.assertEqual(tw.run(self.program, "tileflow").verdict, "verified")

    def test_illegal_swaps_name_both_ops(self):
        self.program.ops[[2, 0]] = self.program.ops[[0, 2]]
        with self.assertRaisesRegex(tw.InputError, r"op 0 \(matmul"):
            self.program.check()

    def test_arrays_that_are_no_ops(self):
        good = self.program.ops.copy()
        for bad in (np.zeros(3), [1, 2], good["dst"], "abc"):
            with self.assertRaises(tw.InputError):
                self.program.ops = bad
        for field, value in (("opcode", len(tw.OPCODES)), ("opcode", 255), ("tag", 3), ("a_type", 200)):
            edited = good.copy()
            edited[field][5] = value
            self.program.ops = edited
            with self.assertRaisesRegex(tw.InputError, f"op 5: {field} = {value}"):
                self.program.check()
        flags = good.copy().view(np.uint8).reshape(len(good), -1)
        flags[:, tw.Program.op_dtype.fields["clear"][1]] = 7  # a bool that is none
        self.program.ops = flags.view(good.dtype).reshape(-1)
        with self.assertRaisesRegex(tw.InputError, "clear = 7"):
            self.program.check()
        for field in ("opcode", "region", "row", "col", "step", "a", "dst", "kernel", "m", "n", "k"):
            for where in (slice(None), slice(3, 4)):
                edited = good.copy()
                edited[field][where] = 3 if field == "opcode" else np.iinfo(edited[field].dtype).max
                self.program.ops = edited
                for refused in (self.program.check, lambda: self.program.canonical):
                    with self.assertRaises(tw.InputError):
                        refused()
                self.assertGreater(len(self.program.check(all=True)), 0)
                self.program.op_text(3)
        edited = good.copy()
        edited["clear"][0] = True
        self.program.ops = edited
        for refused in (lambda: self.program.binary, lambda: self.program.text, lambda: pickle.dumps(self.program)):
            with self.assertRaisesRegex(tw.InputError, "op 0"):
                refused()
        self.program.ops = np.repeat(good, 2)[::2]  # not contiguous
        self.assertEqual(self.program.check(), [])
        good.setflags(write=False)
        self.program.ops = good
        self.assertEqual(self.program.check(), [])
        self.program.ops = good[:0]
        with self.assertRaisesRegex(tw.InputError, "never"):
            self.program.check()

    def test_mappings(self):
        text = tw.mapping(mlp(), "edge")
        self.assertEqual(tw.compile(mlp(), "edge", mapping=text), tw.compile(mlp(), "edge"))
        self.assertEqual(tw.mapping(mlp(), "edge", mapping=text), text)
        edited = text.replace("inner: mnk", "inner: knm")
        self.assertNotEqual(tw.compile(mlp(), "edge", mapping=edited), tw.compile(mlp(), "edge"))
        self.assertEqual(tw.run(mlp(), "edge", mapping=edited).verdict, "verified")
        with self.assertRaisesRegex(tw.InputError, "mapping:"):
            tw.compile(mlp(), mapping=text.replace("name: a1", "name: a7"))
        with self.assertRaisesRegex(tw.InputError, "none.yaml"):
            tw.compile(mlp(), mapping="none.yaml")
        with self.assertRaisesRegex(tw.InputError, "no effect"):
            tw.run(self.program, mapping=text)

    def test_random_edits_never_pass_unseen(self):
        random = np.random.RandomState(1)
        good = self.program.ops.copy()
        for _ in range(300):
            edited = good.copy()
            field = random.choice(good.dtype.names)
            raw = random.randint(0, 256, edited[field].dtype.itemsize).astype(np.uint8)
            edited[field][random.randint(len(good))] = raw.view(edited[field].dtype)[0]
            self.program.ops = edited
            try:
                self.assertEqual(tw.run(self.program, "tileflow").verdict, "verified")
            except tw.InputError:
                pass

    def test_moves_are_refused_exactly_if_values_change(self):
        random = np.random.RandomState(2)
        program = tw.compile("mlp:64x96x64x32", **{"sram.size": "32KiB"})
        values = tw.run(program).outputs["out"]
        accepted, refused = 0, 0
        for _ in range(400):
            moved = program.copy()
            first, second = random.randint(len(program), size=2)
            moved.ops[[first, second]] = moved.ops[[second, first]]
            alone = tw.Program.parse(moved.text)  # without what it was compiled from
            legal = not alone.check(all=True)
            same = legal and np.array_equal(tw.run(alone, seed=1).outputs["out"], values)
            self.assertEqual(not moved.check(all=True), same)
            accepted, refused = accepted + same, refused + (legal and not same)
        self.assertGreater(accepted, 10)
        self.assertGreater(refused, 0)


if __name__ == "__main__":
    unittest.main()
