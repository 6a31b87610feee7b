"""ONNX models: by their own names and shapes."""

import os
import tempfile
import unittest

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import tilewave as tw


def saved(folder, nodes, inputs, outputs, weights):
    model = helper.make_model(helper.make_graph(nodes, "net", inputs, outputs, weights),
                              opset_imports=[helper.make_opsetid("", 13)])
    file = os.path.join(folder, "model.onnx")
    onnx.save(model, file)
    return file


class OnnxTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.weights = np.random.RandomState(1).randn(20, 7).astype(np.float32)
        self.file = saved(
            self.folder.name,
            [helper.make_node("MatMul", ["x", "w"], ["h"]), helper.make_node("Relu", ["h"], ["y"])],
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, [2, 3, 20])],
            [helper.make_tensor_value_info("y", TensorProto.FLOAT, [2, 3, 7])],
            [helper.make_tensor("w", TensorProto.FLOAT, [20, 7], self.weights.ravel())])

    def test_values_have_the_models_shapes(self):
        x = np.random.RandomState(2).randn(2, 3, 20).astype(np.float32)
        model = tw.load(self.file)
        result = tw.run(model, inputs={"x": x})
        self.assertEqual((result.verdict, result.outputs["y"].shape), ("verified", (2, 3, 7)))
        np.testing.assert_allclose(result.outputs["y"], np.maximum(x @ self.weights, 0), rtol=1e-5, atol=1e-5)
        program = tw.compile(model)
        program.ops["tag"][0] = 1  # without effect; the weights are still the model's
        np.testing.assert_array_equal(tw.run(program, inputs={"x": x}).outputs["y"], result.outputs["y"])
        self.assertEqual(tw.run(self.file, timing_only=True).cycles, result.cycles)

    def test_refuses(self):
        model = tw.load(self.file)
        for given, message in (({"z": np.zeros((2, 3, 20))}, "no input called 'z'"),
                               ({"x": np.zeros((6, 20))}, r"shape \(6, 20\), the model's is \(2, 3, 20\)"),
                               ({"x": "abc"}, "dtype")):
            with self.assertRaisesRegex(tw.InputError, message):
                tw.run(model, inputs=given)
        for type, wrong in ((TensorProto.INT8, (300, 0.5, np.nan)), (TensorProto.INT32, (0.5, 2.0 ** 40, np.nan)),
                            (TensorProto.FLOAT16, (0.1, 7e4)), (TensorProto.FLOAT, (1e300,))):
            file = saved(self.folder.name, [helper.make_node("Identity", ["x"], ["h"]),
                                            helper.make_node("Identity", ["h"], ["y"])],
                         [helper.make_tensor_value_info("x", type, [2, 3])],
                         [helper.make_tensor_value_info("y", type, [2, 3])], [])
            for value in wrong:
                with self.assertRaisesRegex(tw.InputError, "value 0 for 'x' is .*, which is no "):
                    tw.run(file, inputs={"x": np.full((2, 3), value)})
            self.assertEqual(tw.run(file, inputs={"x": np.full((2, 3), 2)}).outputs["y"].max(), 2)
        with self.assertRaisesRegex(tw.InputError, "none.onnx"):
            tw.load("none.onnx")
        with self.assertRaises(tw.InputError):
            tw.load(self.file, batch=3)

    def test_weights_in_another_file(self):
        model = onnx.load(self.file)
        model.graph.initializer[0].CopyFrom(numpy_helper.from_array(self.weights, "w"))
        data = os.path.join(self.folder.name, "weights.bin")
        onnx.save_model(model, self.file, save_as_external_data=True, location="weights.bin", size_threshold=0)
        x = np.random.RandomState(2).randn(2, 3, 20).astype(np.float32)
        result = tw.run(self.file, inputs={"x": x})
        np.testing.assert_allclose(result.outputs["y"], np.maximum(x @ self.weights, 0), rtol=1e-5, atol=1e-5)
        self.assertEqual(result["unread_weights"], 0)
        os.remove(data)
        self.assertEqual(tw.run(self.file, timing_only=True).cycles, result.cycles)
        with self.assertRaisesRegex(tw.InputError, "'weights.bin', which does not exist"):
            tw.run(self.file)
        drawn = tw.run(self.file, weights="drawn", seed=3)
        self.assertEqual((drawn.verdict, drawn["unread_weights"]), ("verified", 1))
        again = tw.run(tw.load(self.file, weights="drawn"), seed=3)
        np.testing.assert_array_equal(again.outputs["y"], drawn.outputs["y"])
        given = tw.run(tw.load(self.file, weights="drawn"), inputs={"x": x, "w": self.weights})
        np.testing.assert_array_equal(given.outputs["y"], result.outputs["y"])
        for wrong, error in (("draw", tw.InputError), (3, TypeError)):
            with self.assertRaises(error):
                tw.load(self.file, weights=wrong)

    def test_sizes_by_name(self):
        file = saved(self.folder.name, [helper.make_node("Relu", ["x"], ["y"])],
                     [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", "seq", 4])],
                     [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", "seq", 4])], [])
        shape = (2, 3, 4)
        for options in ({"sizes": {"seq": 3, "batch": 2}}, {"sizes": {"seq": np.int64(3)}, "batch": 2}):
            self.assertEqual(tw.run(tw.load(file, **options)).outputs["y"].shape, shape)
            self.assertEqual(tw.run(file, **options).outputs["y"].shape, shape)
        for wrong, error, message in (({}, tw.InputError, "'batch' and dimension 'seq' are symbolic"),
                                      ({"batch": 2}, tw.InputError, "'batch' and dimension 'seq' are symbolic"),
                                      ({"sizes": {"sec": 3}, "batch": 2}, tw.InputError, "did you mean 'seq'"),
                                      ({"sizes": {"seq": 0}}, tw.InputError, r"sizes\['seq'\]=0; allowed: 1 to"),
                                      ({"sizes": {"seq": "a"}}, TypeError, "whole numbers"),
                                      ({"sizes": {3: 3}}, TypeError, "a name of sizes"),
                                      ({"sizes": 3}, TypeError, "allowed: a mapping")):
            with self.assertRaisesRegex(error, message):
                tw.load(file, **wrong)
        with self.assertRaisesRegex(tw.InputError, "sizes has no effect on a model that is loaded"):
            tw.run(tw.load(file, sizes={"seq": 3, "batch": 2}), sizes={"seq": 3})


    def test_a_models_graph_is_complete(self):
        graph = tw.load(os.path.join(os.path.dirname(__file__), "../../configs/models/perceptron.onnx"), batch=4)
        for add in (lambda: graph.input("z", (4, 4)), lambda: graph.relu(graph.tensors[0]),
                    lambda: graph.output(graph.tensors[-1])):
            with self.assertRaisesRegex(tw.InputError, "is that of an ONNX model, which is complete"):
                add()


if __name__ == "__main__":
    unittest.main()
