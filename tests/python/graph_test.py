"""Graphs: operators by their words, shapes and types checked as they come."""

import unittest

import numpy as np

import tilewave as tw


class GraphTest(unittest.TestCase):
    def setUp(self):
        self.graph = tw.Graph("net")
        self.x = self.graph.input("x", (8, 16))

    def test_operators_and_functions(self):
        w = self.graph.parameter("w", (16, 4))
        b = self.graph.parameter("b", (1, 4))
        y = self.graph.leakyrelu(1 - (self.x @ w + b) * 2 / 3, alpha=0.1, name="y")
        self.graph.output(y)
        self.assertEqual((y.shape, y.type, y.role), ((8, 4), "f32", "output"))
        self.assertEqual(tw.Graph.parse(self.graph.text).text, self.graph.text)
        self.assertIn("y = leakyrelu", self.graph.text)

    def test_every_function_is_a_method(self):
        for word in tw.Graph.functions():
            self.assertTrue(callable(getattr(self.graph, word)), word)
        with self.assertRaisesRegex(AttributeError, "did you mean 'relu'"):
            self.graph.rellu(self.x)
        both = self.graph.and_(self.graph.less(self.x, 1), self.graph.not_(self.x))
        self.assertEqual(both.shape, self.x.shape)
        self.assertIn("not_", dir(self.graph))
        self.assertIn("neg", (-self.x).graph.text)
        self.assertIn("pow x 2", (self.x ** 2).graph.text)

    def test_what_is_equal_but_for_rounding_is_no_mistake(self):
        random = np.random.default_rng(1)
        factors = [random.standard_normal(shape).astype(np.float32) for shape in ((9, 200), (200, 8))]

        def product(graph):
            return graph.matmul(*(graph.input(name, array) for name, array in zip("ab", factors)))

        graph = tw.Graph("product")
        graph.output(product(graph))
        rounded = next(iter(tw.run(graph).outputs.values()))
        for word, wanted in (("equal", 1), ("less", 0), ("greaterorequal", 1), ("xor", 0)):
            graph = tw.Graph(word)
            graph.output(getattr(graph, word)(product(graph), graph.input("c", rounded)))
            result = tw.run(graph)
            self.assertEqual(result.verdict, "verified")
            self.assertTrue((next(iter(result.outputs.values())) == wanted).all(), word)

    def test_arrays_give_shape_type_and_values(self):
        weights = np.arange(64, dtype=np.int8).reshape(16, 4)
        tensor = self.graph.parameter("w", weights[:, ::-1])
        weights[:] = 0
        self.assertEqual((tensor.shape, tensor.type), ((16, 4), "i8"))
        self.assertEqual(self.graph.values["w"][0, 0], 3)
        self.assertEqual(self.graph.parameter("b", np.zeros(5, np.float16)).shape, (1, 5))

    def test_integers_with_zeros_and_a_conversion(self):
        q = self.graph.input("q", (8, 16), np.int8)
        v = self.graph.parameter("v", (16, 4), "i8")
        r = self.graph.matmul(q, v, zeros=(-3, 0), expression="mul 0.02 x0; round t0; add t1 5", type="i8", name="r")
        self.assertEqual(r.type, "i8")
        self.assertIn("r = matmul q v zeros=-3,0 -> i8 | mul 0.02 x0; round t0; add t1 5", self.graph.text)

    def test_what_is_wrong_leaves_the_graph_as_it_was(self):
        before = len(self.graph.tensors)
        other = tw.Graph("other").input("x", (16, 16))
        for wrong, error, message in (
                (lambda: self.graph.matmul(self.x, self.x), tw.InputError, "inner dimensions 16 and 8 differ"),
                (lambda: self.graph.input("x", (2, 2)), tw.InputError, "'x'"),
                (lambda: self.graph.input("y", (2,)), tw.InputError, "allowed: .rows, columns."),
                (lambda: self.graph.input("y", (2.5, 1)), tw.InputError, "allowed: .rows, columns."),
                (lambda: self.graph.input("y", (0, 1)), tw.InputError, "extents from 1 on"),
                (lambda: self.graph.input("y", (2, 2), "f33"), tw.InputError, "allowed: f32"),
                (lambda: self.graph.input("a b", (2, 2)), tw.InputError, "a b"),
                (lambda: self.graph.input("y", np.zeros((2, 2, 2))), tw.InputError, "rows, columns"),
                (lambda: self.graph.input("y", np.zeros((0, 2))), tw.InputError, "extents from 1 on"),
                (lambda: self.graph.input("y", np.zeros((2, 2), complex)), tw.InputError, "dtype complex128"),
                (lambda: self.graph.relu(self.x, name="a = b"), tw.InputError, "no name"),
                (lambda: self.graph.relu(self.x, beta=1), tw.InputError, "beta"),
                (lambda: self.graph.matmul(self.x, other), tw.InputError, "another graph"),
                (lambda: self.graph.relu("x"), TypeError, "a str"),
                (lambda: self.graph.map("", self.x), tw.InputError, ""),
                (lambda: self.graph.map("add x0 x7", self.x), tw.InputError, ""),
                (lambda: self.graph.map("relu x0 # c", self.x), tw.InputError, "comments"),
                (lambda: self.graph.matmul(self.x, self.x, zeros=(1,)), tw.InputError, "zeros"),
                (lambda: self.graph.input("y", (float("inf"), 8)), tw.InputError, "rows, columns"),
                (lambda: self.x + 10 ** 400, tw.InputError, "no float"),
                (lambda: self.graph.output(self.x), tw.InputError, "x"),
                (lambda: tw.Graph("a b"), tw.InputError, "a b"),
                (lambda: tw.Graph(3), TypeError, "^name is a int; allowed: str$"),
                (lambda: tw.Graph.parse(3), TypeError, "^text is a int; allowed: str$"),
                (lambda: self.graph.input(3, (2, 2)), TypeError, "^a tensor's name is a int; allowed: str$"),
                (lambda: self.graph.input("\ud800", (2, 2)), tw.InputError, "^a tensor's name '.ud800' has half"),
                (lambda: self.graph.relu(self.x, name="\ud800"), tw.InputError, "half of a surrogate pair"),
                (lambda: tw.Graph("\ud800"), tw.InputError, "^name '.ud800' has half"),
                (lambda: tw.load("\ud800.onnx"), tw.InputError, "^model '.ud800.onnx' has half"),
        ):
            with self.assertRaisesRegex(error, message):
                wrong()
            self.assertEqual(len(self.graph.tensors), before)

    def test_parts_and_what_they_are_put_together_to(self):
        part = self.x[2:6, :8]
        self.assertEqual(part.shape, (4, 8))
        other = tw.Graph("other").input("x", (8, 16))
        self.assertEqual((other[-1:].shape, other[:, 4:].shape), ((1, 16), (8, 12)))
        rows = self.graph.concat([part, self.graph.relu(part)], name="rows")
        columns = self.graph.concat([part, part], axis=1, name="columns")
        self.assertEqual((rows.shape, columns.shape), ((8, 8), (4, 16)))
        self.graph.output(rows, columns)
        values = np.arange(self.x.shape[0] * self.x.shape[1], dtype=np.float32).reshape(self.x.shape) - 20
        result = tw.run(self.graph, inputs={"x": values})
        wanted = values[2:6, :8]
        np.testing.assert_array_equal(result.outputs["rows"], np.concatenate([wanted, np.maximum(wanted, 0)]))
        np.testing.assert_array_equal(result.outputs["columns"], np.concatenate([wanted, wanted], 1))
        for wrong, error, message in (
                (lambda: self.x[0:4:2], tw.InputError, "^rows with a step of 2; allowed: 1$"),
                (lambda: self.x[3], TypeError, "^rows is a int; allowed: slice$"),
                (lambda: self.x[3:3], tw.InputError, "no elements 3:3 "),
                (lambda: self.graph.concat([part]), tw.InputError, "two operands or more"),
                (lambda: self.graph.concat([part, part], axis=2), tw.InputError, "^axis=2; allowed: 0, "),
        ):
            with self.assertRaisesRegex(error, message):
                wrong()

    def test_reductions_and_transposed_factors(self):
        w = self.graph.parameter("w", (4, 16))
        scores = self.graph.matmul(self.x, w, transposed="b", name="scores")
        most = self.graph.reduce("max", scores)
        exponents = self.graph.exp(scores - most)
        rows = self.graph.reduce("sum", scores, most, expression="sub x0 x1; exp t0", name="rows")
        columns = self.graph.reduce("min", scores, axis=0, name="columns")
        self.graph.output(self.graph.apply("div", exponents, rows, name="softmax"), columns)
        self.assertEqual((scores.shape, rows.shape, columns.shape), ((8, 4), (8, 1), (1, 4)))
        random = np.random.default_rng(3)
        x, v = random.normal(size=(8, 16)), random.normal(size=(4, 16))
        result = tw.run(self.graph, inputs={"x": x, "w": v})
        wanted = np.exp(x @ v.T - (x @ v.T).max(1, keepdims=True))
        np.testing.assert_allclose(result.outputs["softmax"], wanted / wanted.sum(1, keepdims=True), rtol=1e-5)
        np.testing.assert_allclose(result.outputs["columns"], (x @ v.T).min(0, keepdims=True), rtol=1e-5)
        for wrong, error, message in (
                (lambda: self.graph.reduce("mean", scores), tw.InputError, "unknown operator 'reduce.mean.columns'"),
                (lambda: self.graph.reduce("sum", scores, axis=2), tw.InputError, "^axis=2; allowed: 0, "),
                (lambda: self.graph.matmul(scores, w, transposed="c"), tw.InputError, "transposed=c; allowed: a, b, ab"),
        ):
            with self.assertRaisesRegex(error, message):
                wrong()

    def test_numbers_are_never_names(self):
        self.graph.input("nan", (8, 16))
        with self.assertRaisesRegex(tw.InputError, "a tensor is called 'nan'"):
            self.x * float("nan")

    def test_a_graph_without_an_output_does_not_compile(self):
        self.graph.relu(self.x)
        with self.assertRaisesRegex(tw.InputError, "output"):
            tw.compile(self.graph)


if __name__ == "__main__":
    unittest.main()
