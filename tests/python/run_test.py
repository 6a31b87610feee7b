"""Runs: values in and out, figures, tables, files."""

import json
import os
import tempfile
import unittest

import numpy as np

import tilewave as tw
from support import mlp, mlp_reference, mlp_values


class RunTest(unittest.TestCase):
    def test_values_of_arrays_of_any_layout(self):
        values = mlp_values()
        expected = mlp_reference(values)
        read_only = values["w1"].copy()
        read_only.setflags(write=False)
        given = {"x": np.asfortranarray(values["x"]), "w1": read_only,
                 "w2": np.repeat(values["w2"], 2, axis=0)[::2], "w3": values["w3"].astype(np.float64)}
        result = tw.run(mlp(), inputs=given)
        self.assertEqual(result.verdict, "verified")
        self.assertLess(np.abs(result.outputs["out"] - expected).max(), 4e-8)
        self.assertEqual(result.outputs["out"].dtype, np.float32)

    def test_values_that_are_none_of_the_models(self):
        graph = mlp()
        values = mlp_values()
        for given, message in (
                ({"z": values["x"]}, "no input or parameter is called 'z'"),
                ({"x": values["w1"]}, r"shape \(128, 64\), the model's is \(128, 128\)"),
                ({"x": values["x"].reshape(-1)}, "shape"),
                ({"x": np.zeros((0, 128))}, "shape"),
                ({"x": "abc"}, "dtype"),
                ({"x": values["x"].astype(complex)}, "complex"),
                ({"x": np.full((128, 128), None)}, "object"),
                ({"x": values["x"].astype("datetime64[s]")}, "datetime"),
                ({3: values["x"]}, "a name is a str"),
                ({"x": np.full((128, 128), 1e300)}, "no f32"),
                ({"x": np.ma.masked_array(values["x"], values["x"] > 0)}, "masked"),
        ):
            with self.assertRaisesRegex(tw.InputError, message):
                tw.run(graph, inputs=given)
        with self.assertRaisesRegex(tw.InputError, "no i8"):
            tw.run("gemm:8x8x8:i8", inputs={"x": np.full((8, 8), 128)})
        with self.assertRaisesRegex(tw.InputError, "no i8"):
            tw.run("gemm:8x8x8:i8", inputs={"x": np.full((8, 8), np.nan)})
        with self.assertRaisesRegex(tw.InputError, "timing only"):
            tw.run(graph, inputs=values, timing_only=True)

    def test_integers_are_exact(self):
        random = np.random.RandomState(3)
        x = random.randint(-128, 128, (40, 70))
        w = random.randint(-128, 128, (70, 33))
        result = tw.run("gemm:40x70x33:i8", inputs={"x": x, "w1": w})
        self.assertEqual(result.outputs["out"].dtype, np.int32)
        np.testing.assert_array_equal(result.outputs["out"], x @ w)

    def test_figures(self):
        result = tw.run("gemm:64x64x64")
        self.assertEqual(result.json["schema"], "tilewave-run")
        self.assertEqual(result["cycles"], result.cycles)
        self.assertEqual(result.counters["compute.macs"], 64 ** 3)
        self.assertAlmostEqual(result.utilisation, 64 ** 3 / (result.cycles * 1024))
        self.assertEqual(tw.run("gemm:64x64x64", timing_only=True).cycles, result.cycles)
        self.assertIn("verified", result._repr_html_())
        self.assertIn("cycles", result.report)
        with self.assertRaises(KeyError):
            result["no.such"]

    def test_tables_add_up(self):
        result = tw.run(mlp(), "edge", timing_only=True)
        ops, layers = result.ops, result.layers
        self.assertEqual(len(ops["op"]), len(result.program))
        self.assertEqual(sum(layers["engines.compute.busy [cycles]"]), result["engines.compute.busy"])

    def test_files(self):
        with tempfile.TemporaryDirectory() as folder:
            names = {"json": "r.json", "vcd": "w.vcd", "trace": "t.json", "dram_trace": "d.trace", "report": "p.html", "layers": "l.csv",
                     "ops": "o.csv"}
            files = {key: os.path.join(folder, name) for key, name in names.items()}
            result = tw.run("gemm:64x64x64", timing_only=True, **files)
            for file in files.values():
                self.assertGreater(os.path.getsize(file), 0)
            with open(files["json"], encoding="utf-8") as stream:
                self.assertEqual(json.load(stream)["cycles"], result.cycles)
            with self.assertRaisesRegex(tw.InputError, "end in .vcd"):
                tw.run("gemm:8x8x8", vcd=os.path.join(folder, "w.txt"))
            with self.assertRaises(tw.InputError):
                tw.run("gemm:8x8x8", json=os.path.join(folder, "none", "r.json"))

    def test_arguments(self):
        for wrong, error in (
                (lambda: tw.run("gemm:8x8x8", seed=-1), tw.InputError),
                (lambda: tw.run("gemm:8x8x8", seed=1.5), tw.InputError),
                (lambda: tw.run("gemm:8x8x8", kernel="gpu"), tw.InputError),
                (lambda: tw.run("gemm:8x8x8", verify="maybe"), tw.InputError),
                (lambda: tw.run("gemm:8x8"), tw.InputError),
                (lambda: tw.run(3), TypeError),
                (lambda: tw.run("gemm:8x8x8", 3), TypeError),
                (lambda: tw.run("gemm:8x8x8", inputs=3), TypeError),
                (lambda: tw.run("gemm:8x8x8", inputs=[np.zeros((8, 8))]), TypeError),
                (lambda: tw.run("gemm:8x8x8", seed="a"), TypeError),
                (lambda: tw.run("gemm:8x8x8", seed=float("inf")), TypeError),
                (lambda: tw.run("gemm:8x8x8", kernel=3), TypeError),
                (lambda: tw.run("gemm:8x8x8", verify=3), TypeError),
                (lambda: tw.run("gemm:8x8x8", batch=3), tw.InputError),
                (lambda: tw.run(mlp(), batch=3), tw.InputError),
                (lambda: tw.load("gemm:8x8x8", batch="a"), TypeError),
        ):
            with self.assertRaises(error) as raised:
                wrong()
            self.assertEqual(len(str(raised.exception).splitlines()), 1)

    def test_wrong_values_say_where(self):
        program = tw.compile("gemm:64x64x64")
        edited = tw.Program.parse(program.text.replace("x[0,1] ->", "x[1,1] ->", 1)).of(program.graph)
        with self.assertRaisesRegex(tw.WrongValues, "FAILED: .* elements wrong; first: tensor out") as raised:
            tw.run(edited)
        self.assertEqual(raised.exception.result.verdict, "wrong")
        self.assertEqual(tw.run(tw.Program.parse(program.text)).verdict, "consistent")
        self.assertEqual(tw.run(tw.Program.parse(program.text).of(program.graph)).verdict, "verified")

    def test_the_report_is_of_this_host(self):
        result = tw.run("gemm:8x8x8", timing_only=True)
        self.assertGreater(result["host.wall_seconds"], 0)
        self.assertGreater(result["host.peak_rss_bytes"], 1e6)

    def test_seeds(self):
        first, again, other = (tw.run("gemm:8x8x8", seed=seed).outputs["out"] for seed in (1, 1, 2))
        np.testing.assert_array_equal(first, again)
        self.assertFalse(np.array_equal(first, other))


if __name__ == "__main__":
    unittest.main()
