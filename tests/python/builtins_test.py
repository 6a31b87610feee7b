"""Built-in transformers against the same networks written in NumPy, in double."""

import math
import unittest

import numpy as np

import tilewave as tw

TABLES = ("mask", "cosines", "sines")  # which the graph has the values of


def bf16(array):
    """The nearest numbers that bf16 has, of numbers that are not very large."""
    bits = array.astype(np.float32).view(np.uint32)
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000).astype(np.uint32).view(np.float32)


def drawn_values(graph, seed):
    random = np.random.RandomState(seed)
    values = {}
    for tensor in graph.tensors:
        if tensor.role in ("input", "param") and tensor.name not in TABLES:
            rows, cols = tensor.shape
            array = random.randn(rows, cols) / (math.sqrt(rows) if tensor.role == "param" else 1)
            values[tensor.name] = bf16(array) if tensor.type == "bf16" else array.astype(np.float32)
    return values


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def gelu(x):
    return x * 0.5 * (1 + np.vectorize(math.erf)(x / math.sqrt(2)))


def gelu_tanh(x):
    return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


class Network:
    """What the parts share: values by name, heads, and what else comes out."""

    def __init__(self, values, heads, kv=None, causal=False, rotary=False, cache=0):
        self.values = {name: array.astype(np.float64) for name, array in values.items()}
        self.heads, self.kv, self.causal, self.rotary, self.cache = heads, kv or heads, causal, rotary, cache
        self.outputs = {}

    def linear(self, name, x):
        return x @ self.values[name + ".w"] + self.values.get(name + ".b", 0)

    def layer_norm(self, name, x, epsilon):
        centred = x - x.mean(axis=1, keepdims=True)
        return (centred / np.sqrt((centred**2).mean(axis=1, keepdims=True) + epsilon) * self.values[name + ".gain"]
                + self.values[name + ".shift"])

    def rms_norm(self, name, x):
        return x / np.sqrt((x**2).mean(axis=1, keepdims=True) + 1e-5) * self.values[name + ".gain"]

    def turned(self, x):
        """x (heads × tokens × size), each pair of columns i and i + size / 2 as a complex number."""
        half = x.shape[2] // 2
        positions = self.cache + np.arange(x.shape[1])[:, None]
        pairs = (x[..., :half] + 1j * x[..., half:]) * np.exp(1j * positions * 500000.0 ** (-np.arange(half) / half))
        return np.concatenate([pairs.real, pairs.imag], axis=2)

    def attention(self, name, x):
        q, k, v = (self.linear(f"{name}.{what}", x) for what in "qkv")
        size = q.shape[1] // self.heads

        def split(rows):
            return rows.reshape(len(rows), -1, size).transpose(1, 0, 2)

        def joined(heads):
            return heads.transpose(1, 0, 2).reshape(heads.shape[1], -1)
        if self.rotary:
            q, k = joined(self.turned(split(q))), joined(self.turned(split(k)))
        if self.cache:
            self.outputs[name + (".k_turned" if self.rotary else ".k")], self.outputs[name + ".v"] = k, v
            k = np.concatenate([self.values[name + ".k_cache"], k])
            v = np.concatenate([self.values[name + ".v_cache"], v])
        group = self.heads // self.kv
        q, k, v = split(q), np.repeat(split(k), group, axis=0), np.repeat(split(v), group, axis=0)
        scores = q @ k.transpose(0, 2, 1) / math.sqrt(size)
        if self.causal:
            seen = np.arange(k.shape[1]) <= self.cache + np.arange(q.shape[1])[:, None]
            scores = np.where(seen, scores, -np.inf)
        return self.linear(name, joined(softmax(scores) @ v))

    def feed_forward(self, layer, x, function):
        return self.linear(layer + "ffn2", function(self.linear(layer + "ffn1", x)))

    def pre_norm(self, x, layers, function, epsilon):
        for layer in (f"l{i + 1}." for i in range(layers)):
            x = x + self.attention(layer + "attention", self.layer_norm(layer + "norm1", x, epsilon))
            x = x + self.feed_forward(layer, self.layer_norm(layer + "norm2", x, epsilon), function)
        return x


def bert(values, layers, heads):
    network = Network(values, heads)
    x = network.values["x"]
    for i in range(layers):
        layer = f"l{i + 1}."
        x = network.layer_norm(layer + "norm1", x + network.attention(layer + "attention", x), 1e-12)
        x = network.layer_norm("out" if i + 1 == layers else layer + "norm2",
                               x + network.feed_forward(layer, x, gelu), 1e-12)
    return {"out": x}


def gpt2(values, layers, heads, cache=0):
    network = Network(values, heads, causal=True, cache=cache)
    x = network.pre_norm(network.values["x"], layers, gelu_tanh, 1e-5)
    return {"out": network.layer_norm("out", x, 1e-5), **network.outputs}


def vit(values, layers, heads):
    network = Network(values, heads)
    rows = np.concatenate([network.values["class"], network.linear("patches", network.values["x"])])
    x = network.pre_norm(rows + network.values["positions"], layers, gelu, 1e-6)
    return {"out": network.linear("out", network.layer_norm("norm", x, 1e-6)[:1])}


def llama(values, layers, heads, kv, cache=0):
    network = Network(values, heads, kv, causal=True, rotary=True, cache=cache)
    x = network.values["x"]
    for layer in (f"l{i + 1}." for i in range(layers)):
        x = x + network.attention(layer + "attention", network.rms_norm(layer + "norm1", x))
        h = network.rms_norm(layer + "norm2", x)
        gate = network.linear(layer + "gate", h)
        x = x + network.linear(layer + "down", gate / (1 + np.exp(-gate)) * network.linear(layer + "up", h))
    return {"out": network.rms_norm("out", x), **network.outputs}


class BuiltinsTest(unittest.TestCase):
    def check(self, model, network, *sizes, tolerance=2e-5, machine=None, keys={}, **options):
        graph = tw.load(model)
        values = drawn_values(graph, len(model))
        result = tw.run(graph, machine, inputs=values, **keys)
        self.assertEqual(result.verdict, "verified", model)
        expected = network(values, *sizes, **options)
        self.assertEqual(set(result.outputs), set(expected), model)
        for name, array in expected.items():
            self.assertEqual(result.outputs[name].shape, array.shape, f"{model}: {name}")
            error = np.abs(result.outputs[name] - array).max() / np.abs(array).max()
            self.assertLess(error, tolerance, f"{model}: {name}")

    def test_bert(self):
        self.check("bert:layers=2,width=64,heads=2,ffn=96,tokens=33", bert, 2, 2)
        self.check("bert:layers=1,width=30,heads=3,ffn=17,tokens=5", bert, 1, 3)
        self.check("bert:layers=1,width=24,heads=1,ffn=40,tokens=1", bert, 1, 1)

    def test_gpt2(self):
        self.check("gpt2:layers=2,width=64,heads=2,ffn=96,tokens=33", gpt2, 2, 2)
        self.check("gpt2:layers=2,width=64,heads=4,ffn=96,cache=31", gpt2, 2, 4, cache=31)
        self.check("gpt2:layers=1,width=20,heads=2,ffn=30,tokens=3,cache=40", gpt2, 1, 2, cache=40)
        self.check("gpt2:layers=1,width=20,heads=1,ffn=30,tokens=3,cache=4", gpt2, 1, 1, cache=4)

    def test_vit(self):
        self.check("vit:layers=2,width=64,heads=2,ffn=96,image=24,patch=4,classes=10", vit, 2, 2)
        self.check("vit:layers=1,width=15,heads=3,ffn=20,image=5,patch=5,classes=1", vit, 1, 3)

    def test_llama(self):
        self.check("llama:layers=2,width=128,heads=4,kv=2,ffn=96,tokens=40", llama, 2, 4, 2)
        self.check("llama:layers=2,width=128,heads=4,kv=1,ffn=96,cache=63", llama, 2, 4, 1, cache=63)
        self.check("llama:layers=1,width=24,heads=2,ffn=20,tokens=3,cache=50", llama, 1, 2, 2, cache=50)
        self.check("llama:layers=1,width=10,heads=1,ffn=20,tokens=3", llama, 1, 1, 1)

    def test_narrow_types_and_small_machines(self):
        self.check("llama:layers=2,width=128,heads=4,kv=2,ffn=96,tokens=40:bf16", llama, 2, 4, 2, tolerance=4e-2)
        self.check("gpt2:layers=2,width=64,heads=2,ffn=96,cache=20:bf16", gpt2, 2, 2, tolerance=4e-2, cache=20)
        self.check("gpt2:layers=2,width=96,heads=3,ffn=96,tokens=50", gpt2, 2, 3, keys={"sram.size": "16KiB"})
        self.check("vit:layers=1,width=64,heads=2,ffn=96,image=24,patch=4", vit, 1, 2, machine="edge")

    def test_drawn_weights_keep_values_sane(self):
        for model in ("bert:layers=12,width=64,heads=2,ffn=128,tokens=16", "gpt2:layers=12,width=64,heads=2,ffn=128",
                      "llama:layers=12,width=64,heads=2,kv=1,ffn=128,cache=40:bf16",
                      "vit:layers=12,width=64,heads=2,ffn=128,image=32,patch=8:f16"):
            result = tw.run(model)
            self.assertEqual(result.verdict, "verified", model)
            for array in result.outputs.values():
                self.assertLess(np.abs(array).max(), 50, model)
                self.assertGreater(np.abs(array).max(), 0.1, model)

    def test_a_table_in_text(self):
        graph = tw.Graph.parse("input x 2x3\nparam t 2x3 | mul x0 10; add t0 x1\ny = add x t\noutput y\n")
        result = tw.run(graph, inputs={"x": np.zeros((2, 3))})
        np.testing.assert_array_equal(result.outputs["y"], [[0, 1, 2], [10, 11, 12]])
        given = tw.run(graph, inputs={"x": np.zeros((2, 3)), "t": np.full((2, 3), 7)})
        np.testing.assert_array_equal(given.outputs["y"], np.full((2, 3), 7))


if __name__ == "__main__":
    unittest.main()
