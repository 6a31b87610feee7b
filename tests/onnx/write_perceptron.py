#!/usr/bin/env python3
"""Writes the example configs/models/perceptron.onnx: two layers with drawn weights, as PyTorch would
export them, and a batch that is left open.

    write_perceptron.py FILE
"""
import sys

import numpy as np

from onnx_models import constant, model, node


def main():
    random = np.random.default_rng(1)

    def draw(*shape):
        return (random.uniform(-1, 1, shape) * np.sqrt(3 / shape[-1])).astype(np.float32)

    nodes = [node("Gemm", "x fc1.weight fc1.bias", "h", transB=1, name="fc1"),
             node("Relu", "h", "a", name="relu1"),
             node("Gemm", "a fc2.weight fc2.bias", "y", transB=1, name="fc2")]
    weights = [constant("fc1.weight", draw(32, 20)), constant("fc1.bias", draw(32)),
               constant("fc2.weight", draw(10, 32)), constant("fc2.bias", draw(10))]
    perceptron = model(nodes, {"x": ["batch", 20]}, {"y": ["batch", 10]}, weights, name="perceptron")
    with open(sys.argv[1], "wb") as file:
        file.write(perceptron.SerializeToString())


main()
