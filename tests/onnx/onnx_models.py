"""Shorthands for ONNX models of a few nodes. Not a test itself."""
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

FLOAT = TensorProto.FLOAT
INT64 = TensorProto.INT64


def value(name, shape, kind=FLOAT):
    return helper.make_tensor_value_info(name, kind, shape)


def constant(name, array):
    return numpy_helper.from_array(np.asarray(array), name)


def node(operator, inputs, outputs, **attributes):
    """`inputs` and `outputs` are names separated by blanks; '-' leaves an input out."""
    names = ["" if name == "-" else name for name in inputs.split()]
    return helper.make_node(operator, names, outputs.split(), **attributes)


def model(nodes, inputs, outputs, initializers=(), opset=13, ir=7, name="net"):
    """`inputs` and `outputs` map names to shapes, or are ValueInfoProtos."""
    def infos(values):
        return [value(*item) if isinstance(item, tuple) else item
                for item in (values.items() if isinstance(values, dict) else values)]
    graph = helper.make_graph(nodes, name, infos(inputs), infos(outputs), list(initializers))
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=ir,
                             producer_name="tilewave tests")
