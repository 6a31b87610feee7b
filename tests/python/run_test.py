"""Runs: values in and out, figures, tables, files."""

import csv
import json
import os
import tempfile
import unittest

import numpy as np

import tilewave as tw
from support import mlp, mlp_reference, mlp_values


def contents(folder):
    texts = {}
    for name in os.listdir(folder):
        with open(os.path.join(folder, name), encoding="utf-8") as stream:
            texts[name] = stream.read()
    return texts


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
                ({"x": np.full((128, 128), 1e300)}, "no f32"),
                ({"x": np.ma.masked_array(values["x"], values["x"] > 0)}, "masked"),
        ):
            with self.assertRaisesRegex(tw.InputError, message):
                tw.run(graph, inputs=given)
        with self.assertRaisesRegex(TypeError, "a name is a int"):
            tw.run(graph, inputs={3: values["x"]})
        for type, array, text in (
                ("i8", np.full((8, 8), 128), "128"),
                ("i8", np.full((8, 8), 1 + np.longdouble(2) ** -60), "1.0"),
                ("f32", np.full((8, 8), 2 ** 24 + 1), "16777217"),
                ("f32", np.full((8, 8), np.longdouble("1e400")), "1e.400"),
                ("bf16", np.full((8, 8), 2 ** 60 + 1), "1152921504606846977"),
                ("bf16", np.full((8, 8), 2 ** 63 + 2 ** 9, dtype=np.uint64), "9223372036854776320"),
        ):
            with self.assertRaisesRegex(tw.InputError, f"^value 0 for 'x' is {text}[^ ]*, which is no {type}$"):
                tw.run("gemm:8x8x8:" + type, inputs={"x": array})
        with self.assertRaisesRegex(tw.InputError, "no i8"):
            tw.run("gemm:8x8x8:i8", inputs={"x": np.full((8, 8), np.nan)})
        with self.assertRaisesRegex(tw.InputError, "timing only"):
            tw.run(graph, inputs=values, timing_only=True)

    def test_what_an_object_throws_is_not_lost(self):
        class Lazy:
            def __init__(self, error):
                self.error = error

            def __array__(self, *_, **__):
                raise self.error

        for error in (KeyboardInterrupt(), SystemExit(), MemoryError()):
            with self.assertRaises(type(error)):
                tw.run("gemm:8x8x8", inputs={"x": Lazy(error)})
        with self.assertRaisesRegex(tw.InputError, "is no array"):
            tw.run("gemm:8x8x8", inputs={"x": Lazy(ValueError())})

    def test_a_memory_that_nothing_happens_in_for_long(self):
        result = tw.run("gemm:32x32x32", timing_only=True, **{"dram.bandwidth": "1MB/s"})
        self.assertGreater(result.cycles, 10 ** 6)

    def test_outputs_are_none_of_the_inputs(self):
        with tempfile.TemporaryDirectory() as folder:
            def file(name, text):
                with open(os.path.join(folder, name), "w", encoding="ascii") as stream:
                    stream.write(text)
                return stream.name

            model = file("g.graph", "graph g\ninput x 8x8\ny = relu x\noutput y\n")
            mapping = file("m.yaml", tw.mapping(model))
            machine = file("m.ini", "[sram]\nsize = 128KiB\n")
            for call in (lambda: tw.run(model, json=model),
                         lambda: tw.run(tw.load(model), json=model),
                         lambda: tw.run(model, mapping=mapping, json=mapping),
                         lambda: tw.run(model, machine, trace=machine)):
                before = contents(folder)
                with self.assertRaises(tw.InputError):
                    call()
                self.assertEqual(contents(folder), before)
            program = tw.compile(model)
            program.save(os.path.join(folder, "p.twp"))
            with self.assertRaises(tw.InputError):
                tw.run(tw.load(os.path.join(folder, "p.twp")), json=os.path.join(folder, "p.twp"))

    def test_what_has_no_effect_is_said(self):
        program = tw.compile("gemm:8x8x8")
        with self.assertRaisesRegex(tw.InputError, "^tile.m has no effect on a program"):
            tw.run(program, **{"tile.m": 16})
        with self.assertRaisesRegex(tw.InputError, "^verify='full' has no effect with timing_only"):
            tw.run("gemm:8x8x8", timing_only=True, verify="full")
        with self.assertRaisesRegex(TypeError, "^timing_only is a str; allowed: bool$"):
            tw.run("gemm:8x8x8", timing_only="off")
        with self.assertRaisesRegex(tw.InputError, "^ops='-': it cannot go to standard output$"):
            tw.run("gemm:8x8x8", ops="-")
        with self.assertRaisesRegex(tw.InputError, "a NUL in it"):
            tw.run("gemm:8x8x8", json="a\0b")

    def test_tables_have_every_digit_and_any_name(self):
        graph = tw.Graph("nan")
        w = graph.parameter("NA", (40, 50))
        graph.output(graph.relu(graph.matmul(graph.input("null", (30, 40)), w, name="nan"), name="None"))
        result = tw.run(graph)
        self.assertEqual(set(result.ops["tensor"]), {"NA", "null", "None"})
        self.assertEqual([name for name in result.layers["layer"] if isinstance(name, str)][0], "None")
        with tempfile.TemporaryDirectory() as folder:
            tw.run(graph, layers=os.path.join(folder, "layers.csv"))
            rows = list(csv.reader(contents(folder)["layers.csv"].splitlines()))
        for number, column in enumerate(rows[0]):
            for row, value in zip(rows[1:], result.layers[column]):
                if row[number] and isinstance(value, float):
                    self.assertEqual(float(row[number]), value)
        self.assertIn("cycles", result)
        self.assertNotIn("no.such", result)

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
