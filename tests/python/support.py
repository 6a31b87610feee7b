"""What the tests of the Python package share."""

import numpy as np

import tilewave as tw

MLP_SHAPES = {"x": (128, 128), "w1": (128, 64), "w2": (64, 32), "w3": (32, 32)}


def mlp():
    """The seed project's network."""
    graph = tw.Graph("mlp")
    x = graph.input("x", MLP_SHAPES["x"])
    w1, w2, w3 = (graph.parameter(name, MLP_SHAPES[name]) for name in ("w1", "w2", "w3"))
    a1 = graph.relu(graph.matmul(x, w1, name="h1"), name="a1")
    a2 = graph.relu(graph.matmul(a1, w2, name="h2"), name="a2")
    graph.output(graph.matmul(a2, w3, name="out"))
    return graph


def mlp_values(seed=42):
    random = np.random.RandomState(seed)
    return {name: (random.randn(*shape) * 0.1).astype(np.float32) for name, shape in MLP_SHAPES.items()}


def mlp_reference(values):
    x, w1, w2, w3 = (values[name].astype(np.float64) for name in MLP_SHAPES)
    return np.maximum(np.maximum(x @ w1, 0) @ w2, 0) @ w3
