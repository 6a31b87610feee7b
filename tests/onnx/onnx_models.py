"""Shorthands for ONNX models of a few nodes. Not a test itself."""
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

FLOAT, F16, BF16 = TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.BFLOAT16
I8, U8, I32 = TensorProto.INT8, TensorProto.UINT8, TensorProto.INT32
INT64, BOOL = TensorProto.INT64, TensorProto.BOOL
DTYPES = {FLOAT: np.float32, F16: np.float16, I8: np.int8, U8: np.uint8, I32: np.int32, INT64: np.int64,
          BOOL: np.bool_}
LIMITS = {I8: (-128, 127), U8: (0, 255)}


class Draws:
    """Random tensors, the same for a seed."""

    def __init__(self, seed):
        self.random = np.random.default_rng(seed)

    def floats(self, *shape):
        return self.random.uniform(-1, 1, shape).astype(np.float32)

    def integers(self, kind, *shape):
        """Any of the type's."""
        least, most = LIMITS[kind]
        return self.random.integers(least, most + 1, shape).astype(DTYPES[kind])


def name_of(kind):
    return TensorProto.DataType.Name(kind)


def value(name, shape, kind=FLOAT):
    return helper.make_tensor_value_info(name, kind, shape)


def constant(name, array):
    return numpy_helper.from_array(np.asarray(array), name)


def external(name, array, location, **entries):
    """A constant whose data are elsewhere: in the file `location`, at `offset`, `length` bytes."""
    tensor = onnx.TensorProto(name=name, data_type=numpy_helper.from_array(array).data_type, dims=array.shape,
                              data_location=TensorProto.EXTERNAL)
    for key, text in {"location": location, **entries}.items():
        tensor.external_data.add(key=key, value=str(text))
    return tensor


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
