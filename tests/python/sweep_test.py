"""Sweeps: the program's, from Python."""

import os
import tempfile
import unittest
import unittest.mock

import tilewave as tw
from support import mlp


class SweepTest(unittest.TestCase):
    def test_points_are_runs(self):
        table = tw.sweep(["gemm:64x64x64", mlp()], "edge", over={"sram.banks": [8, 16]}, timing_only=True)
        self.assertEqual(list(table["sram.banks"]), [8, 16, 8, 16])
        self.assertEqual(table["cycles"][1], tw.run("gemm:64x64x64", "edge", timing_only=True,
                                                    **{"sram.banks": 16}).cycles)

    def test_the_store_keeps_results(self):
        with tempfile.TemporaryDirectory() as folder:
            store = os.path.join(folder, "s.sqlite")
            first = tw.sweep("gemm:64x64x64", over={"dma.setup": "1,2"}, store=store)
            size = os.path.getsize(store)
            again = tw.sweep("gemm:64x64x64", over={"dma.setup": "1,2"}, store=store)
            self.assertEqual(list(first["cycles"]), list(again["cycles"]))
            self.assertEqual(os.path.getsize(store), size)

    def test_graphs_go_by_their_names(self):
        tables = [tw.sweep([mlp(), mlp()], over={"sram.banks": [8]}, timing_only=True) for _ in range(2)]
        for table in tables:
            self.assertEqual(list(table["model"]), ["mlp.graph", "mlp-2.graph"])

    def test_options_of_the_program(self):
        table = tw.sweep("gemm:{m}x64x64", over={"model.m": [32, 64, 128]}, timing_only=True, jobs=1,
                         options={"where": "cycles<2500"})
        self.assertLess(len(table["cycles"]), 4)

    def test_errors_are_the_programs(self):
        for wrong, message in (
                (lambda: tw.sweep("gemm:64x64x64", over={"sram.bank": [8]}), "did you mean 'sram.banks'"),
                (lambda: tw.sweep("gemm:64x64x64", over={"sram.banks": []}), "sram.banks"),
                (lambda: tw.sweep("gemm:64x64x64", over={}), "nothing to vary"),
                (lambda: tw.sweep("--help", over={"sram.banks": [8]}), "begins like an option"),
                (lambda: tw.sweep("gemm:8x8x8", over={"sram.banks": [8]}, options={"help": True}), "no table"),
                (lambda: tw.sweep("gemm:8x8x8\0", over={"sram.banks": [8]}), "a NUL in it"),
                (lambda: tw.sweep("gemm:64x64", over={"sram.banks": [8]}), "gemm"),
        ):
            with self.assertRaisesRegex(tw.InputError, message):
                wrong()
        for options in (None, [1], {3: 1}):
            with self.assertRaises(TypeError):
                tw.sweep("gemm:64x64x64", over={"sram.banks": [8]}, options=options)
        with self.assertRaises(TypeError):
            tw.sweep("gemm:64x64x64", over={"sram.banks": 8})
        with self.assertRaises(TypeError):
            tw.sweep(tw.compile("gemm:64x64x64"), over={"sram.banks": [8]})


    def test_the_program_that_is_named(self):
        with unittest.mock.patch.dict(os.environ, {"TILEWAVE_PROGRAM": "/no/such"}):
            with self.assertRaisesRegex(tw.InputError, "^TILEWAVE_PROGRAM=/no/such is no program"):
                tw.sweep("gemm:8x8x8", over={"sram.banks": [8]})

    def test_without_standard_error_and_with_a_long_name(self):
        graph = tw.Graph("n" * 255)
        graph.output(graph.relu(graph.input("x", (8, 8))))
        with unittest.mock.patch("sys.stderr", None):
            table = tw.sweep(graph, over={"sram.banks": [8, 16]}, jobs=1)
        self.assertEqual(len(table["cycles"]), 2)


if __name__ == "__main__":
    unittest.main()
