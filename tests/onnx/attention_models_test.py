#!/usr/bin/env python3
"""Attention, rotary embeddings, norms and activations as ONNX Runtime and newer operator sets have them in one node,
computed by NumPy and by tilewave.

    attention_models_test.py TILEWAVE
"""
import math
import sys

import numpy as np
from onnx import helper

from onnx_models import BOOL, F16, FLOAT, I32, INT64, Draws, constant, model, node, value
from tilewave_runs import Table

TABLE = Table(sys.argv[1])
draw = Draws(41).floats
KINDS = {np.dtype(np.float32): FLOAT, np.dtype(np.float16): F16, np.dtype(np.int32): I32, np.dtype(np.int64): INT64,
         np.dtype(np.bool_): BOOL}


def runtime(operator, inputs, outputs, **attributes):
    """A node of ONNX Runtime's domain."""
    made = node(operator, inputs, outputs, **attributes)
    made.domain = "com.microsoft"
    return made


def net(nodes, inputs, outputs, constants=(), opset=17):
    """Of arrays by name."""
    onnx_model = model(nodes, [value(name, array.shape, KINDS[array.dtype]) for name, array in inputs.items()],
                       [value(name, array.shape, KINDS[array.dtype]) for name, array in outputs.items()],
                       [constant(name, array) for name, array in dict(constants).items()], opset)
    onnx_model.opset_import.append(helper.make_opsetid("com.microsoft", 1))
    return onnx_model


def check(name, nodes, inputs, outputs, constants=(), opset=17, arguments=()):
    outputs = {key: np.asarray(array, dtype=array.dtype if array.dtype in (np.float16, np.bool_) else np.float32)
               for key, array in outputs.items()}
    TABLE.check(name, net(nodes, inputs, outputs, constants, opset), list(inputs.values()), list(outputs.values()),
                *arguments)


def refuse(name, pattern, nodes, inputs, output, constants=(), opset=17, given=False):
    TABLE.refuse(name, "FILE: " + pattern, net(nodes, inputs, {"y": output}, constants, opset),
                 inputs=list(inputs.values()) if given else ())


def computed(name, nodes, x, y_of, constants=(), opset=17, arguments=()):
    """Of x as an input, and of x as a product: h = x·w."""
    check(name + " of an input", nodes, {"h": x}, {"y": y_of(x)}, constants, opset, arguments)
    w = draw(x.shape[-1], x.shape[-1])
    check(name + " of a product", [node("MatMul", "x w", "h"), *nodes], {"x": x}, {"y": y_of(x @ w)},
          {"w": w, **dict(constants)}, opset, arguments)


def ints(*numbers, kind=np.int64):
    return np.array(numbers, dtype=kind)


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def norm(x, axes=(-1,), epsilon=1e-5):
    mean = x.mean(axis=axes, keepdims=True)
    return (x - mean) / np.sqrt(((x - mean) ** 2).mean(axis=axes, keepdims=True) + epsilon)


def rms(x, axes=(-1,), epsilon=1e-5):
    return x / np.sqrt((x * x).mean(axis=axes, keepdims=True) + epsilon)


erf = np.vectorize(math.erf)


def gelu(x):
    return 0.5 * x * (1 + erf(x / math.sqrt(2)))


def gelu_tanh(x):
    return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x ** 3)))


def split(x, heads):
    batch, rows, width = x.shape
    return x.reshape(batch, rows, heads, width // heads).transpose(0, 2, 1, 3)


def merged(x):
    return x.transpose(0, 2, 1, 3).reshape(x.shape[0], x.shape[2], -1)


def causal(rows, columns, before=0, window=None):
    """0 where query i sees key j, else minus infinity."""
    i, j = np.arange(rows)[:, None] + before, np.arange(columns)
    return np.where((j <= i) & (window is None or j > i - (window or 0)), 0, -np.inf)


def attend(q, k, v, mask=0, scale=None, softcap=0):
    groups = q.shape[1] // k.shape[1]
    k, v = np.repeat(k, groups, axis=1), np.repeat(v, groups, axis=1)
    scores = q @ k.transpose(0, 1, 3, 2) * (scale or q.shape[-1] ** -0.5)
    if softcap:
        scores = softcap * np.tanh(scores / softcap)
    return softmax(scores + mask) @ v


def rotate(x, cos, sin, interleaved=False):
    """Of [batch, heads, positions, size]; the angles broadcast to [.., positions, pairs]."""
    pairs = cos.shape[-1]
    y = x.copy()
    first, second = (slice(0, 2 * pairs, 2), slice(1, 2 * pairs, 2)) if interleaved else \
        (slice(0, pairs), slice(pairs, 2 * pairs))
    y[..., first] = x[..., first] * cos - x[..., second] * sin
    y[..., second] = x[..., second] * cos + x[..., first] * sin
    return y


def activations():
    x, b = draw(3, 5, 18) * 3, draw(18)
    computed("BiasGelu", [runtime("BiasGelu", "h b", "y")], x, lambda h: gelu(h + b), {"b": b})
    computed("FastGelu", [runtime("FastGelu", "h", "y")], x, gelu_tanh)
    computed("FastGelu with a bias", [runtime("FastGelu", "h b", "y")], x, lambda h: gelu_tanh(h + b), {"b": b})
    computed("Gelu", [runtime("Gelu", "h", "y")], x, gelu)
    computed("QuickGelu", [runtime("QuickGelu", "h", "y", alpha=1.5)], x, lambda h: h / (1 + np.exp(-1.5 * h)))
    computed("FusedMatMul", [runtime("FusedMatMul", "h m", "y", transB=1, alpha=0.25)], x,
             lambda h: h @ b_rows.T * 0.25, {"m": b_rows})
    computed("FusedMatMul of itself", [runtime("FusedMatMul", "h h", "y", transA=1)], x,
             lambda h: h.transpose(0, 2, 1) @ h)


b_rows = Draws(5).floats(7, 18)


def norms():
    x, skip = draw(2, 7, 24), draw(2, 7, 24)
    g, b, c = draw(24), draw(24), draw(24)
    affine = {"g": g, "b": b, "c": c}
    given = {"s": skip, **affine}
    for domain in ("", "com.microsoft"):
        made = node("LayerNormalization", "h g b", "y", epsilon=1e-3)
        made.domain = domain
        computed(f"layer norm of operator set 12 '{domain}'", [made], x, lambda h: norm(h, epsilon=1e-3) * g + b,
                 {"g": g, "b": b}, 12)
        made = node("SimplifiedLayerNormalization", "h g", "y")
        made.domain = domain
        computed(f"simplified layer norm '{domain}'", [made], x, lambda h: rms(h) * g, {"g": g}, 14)
    computed("skip layer norm", [runtime("SkipLayerNormalization", "h s g b", "y", epsilon=1e-5)], x,
             lambda h: norm(h + skip) * g + b, {"s": skip, "g": g, "b": b})
    computed("skip layer norm with a bias", [runtime("SkipLayerNormalization", "h s g b c", "y", epsilon=1e-5)], x,
             lambda h: norm(h + skip + c) * g + b, given)
    computed("skip layer norm without beta", [runtime("SkipLayerNormalization", "h s g", "y", epsilon=1e-5)], x,
             lambda h: norm(h + skip[0]) * g, {"s": skip[0], "g": g})
    check("skip layer norm and its sum", [runtime("SkipLayerNormalization", "h s g b c", "y m d z", epsilon=1e-5)],
          {"h": x, "s": skip}, {"y": norm(x + skip + c) * g + b, "z": x + skip + c}, affine)
    computed("skip simplified norm", [runtime("SkipSimplifiedLayerNormalization", "h s g c", "y", epsilon=1e-5)], x,
             lambda h: rms(h + skip + c) * g, {"s": skip, "g": g, "c": c})
    check("skip simplified norm and its sum",
          [runtime("SkipSimplifiedLayerNormalization", "h s g", "y m d z", epsilon=1e-5)],
          {"h": x, "s": skip}, {"y": rms(x + skip) * g, "z": x + skip}, {"g": g})
    computed("RMS norm", [node("RMSNormalization", "h g", "y", epsilon=1e-3)], x, lambda h: rms(h, epsilon=1e-3) * g,
             {"g": g}, 23)
    wide = draw(7, 24)
    computed("RMS norm over two axes", [node("RMSNormalization", "h g", "y", axis=-2)], x,
             lambda h: rms(h, (1, 2)) * wide, {"g": wide}, 23)
    x = draw(2, 6, 5, 8)
    of_groups, shifts = draw(3), draw(3)
    grouped = lambda h: norm(h.reshape(2, 3, 2, 5, 8), (2, 3, 4))  # noqa: E731
    computed("group norm, operator set 18", [node("GroupNormalization", "h g b", "y", num_groups=3)], x,
             lambda h: (grouped(h) * of_groups[:, None, None, None] + shifts[:, None, None, None]).reshape(h.shape),
             {"g": of_groups, "b": shifts}, 18)
    of_channels, shifts_21 = draw(6), draw(6)
    computed("group norm, operator set 21", [node("GroupNormalization", "h g b", "y", num_groups=3)], x,
             lambda h: grouped(h).reshape(h.shape) * of_channels[:, None, None] + shifts_21[:, None, None],
             {"g": of_channels, "b": shifts_21}, 21)


def rotary():
    for heads, rows, size, pairs in ((2, 9, 16, 8), (3, 5, 10, 5), (2, 7, 12, 4)):
        x = draw(2, rows, heads * size)
        angles = draw(20, pairs) * 3
        cos, sin = np.cos(angles), np.sin(angles)
        ids = np.stack([np.arange(rows), np.arange(rows) + 3])
        partial = {"num_heads": heads, "rotary_embedding_dim": 2 * pairs} if 2 * pairs < size else {}
        for interleaved in (0, 1):
            title = f"{heads} heads of {size}, {pairs} pairs, {'neighbours' if interleaved else 'halves'}"
            computed(f"rotary, {title}", [runtime("RotaryEmbedding", "h ids cos sin", "y", interleaved=interleaved,
                                                  **partial)], x,
                     lambda h, inter=interleaved: merged(rotate(split(h, heads), cos[ids][:, None], sin[ids][:, None],
                                                                inter)),
                     {"ids": ids, "cos": cos, "sin": sin})
            computed(f"rotary from 4 on, {title}",
                     [runtime("RotaryEmbedding", "h ids cos sin", "y", interleaved=interleaved, **partial)], x,
                     lambda h, inter=interleaved: merged(rotate(split(h, heads), cos[4:4 + rows], sin[4:4 + rows], inter)),
                     {"ids": ints(4), "cos": cos, "sin": sin})
            width = {"rotary_embedding_dim": 2 * pairs} if partial else {}
            computed(f"ONNX's rotary, {title}",
                     [node("RotaryEmbedding", "h cos sin ids", "y", interleaved=interleaved, num_heads=heads, **width)], x,
                     lambda h, inter=interleaved: merged(rotate(split(h, heads), cos[ids][:, None], sin[ids][:, None],
                                                                inter)),
                     {"ids": ids, "cos": cos, "sin": sin}, 23)
            check(f"ONNX's rotary without positions, {title}",
                  [node("RotaryEmbedding", "h cos sin", "y", interleaved=interleaved, **width)],
                  {"h": split(x, heads), "cos": cos[ids], "sin": sin[ids]},
                  {"y": rotate(split(x, heads), cos[ids][:, None], sin[ids][:, None], interleaved)}, opset=23)


def onnx_attention():
    for batch, heads, kv_heads, rows, keys, size in ((1, 2, 2, 32, 32, 16), (2, 3, 3, 7, 7, 5), (2, 6, 2, 9, 13, 8),
                                                     (1, 4, 1, 5, 5, 6)):
        q, k, v = draw(batch, rows, heads * size), draw(batch, keys, kv_heads * size), draw(batch, keys, kv_heads * size)
        q4, k4, v4 = split(q, heads), split(k, kv_heads), split(v, kv_heads)
        counts = {"q_num_heads": heads, "kv_num_heads": kv_heads}
        title = f"{batch} x {heads}/{kv_heads} heads, {rows} of {keys}"
        check(f"attention, {title}", [node("Attention", "q k v", "y", **counts)], {"q": q, "k": k, "v": v},
              {"y": merged(attend(q4, k4, v4))}, opset=23)
        check(f"attention of four dimensions, {title}", [node("Attention", "q k v", "y", scale=0.3)],
              {"q": q4, "k": k4, "v": v4}, {"y": attend(q4, k4, v4, scale=0.3)}, opset=23)
        check(f"causal attention, {title}", [node("Attention", "q k v", "y", is_causal=1, **counts)],
              {"q": q, "k": k, "v": v}, {"y": merged(attend(q4, k4, v4, causal(rows, keys)))}, opset=23)
        mask = draw(rows, keys)
        check(f"attention with a mask, {title}", [node("Attention", "q k v m", "y", is_causal=1, **counts)],
              {"q": q, "k": k, "v": v, "m": mask}, {"y": merged(attend(q4, k4, v4, mask + causal(rows, keys)))}, opset=23)
        seen = draw(batch, 1, rows, keys) > -0.5
        seen[..., 0] = True
        check(f"attention with a mask of BOOL, {title}", [node("Attention", "q k v m", "y", **counts)],
              {"q": q, "k": k, "v": v, "m": seen}, {"y": merged(attend(q4, k4, v4, np.where(seen, 0, -np.inf)))}, opset=23)
        past_k, past_v = draw(batch, kv_heads, 4, size), draw(batch, kv_heads, 4, size)
        all_k, all_v = np.concatenate([past_k, k4], 2), np.concatenate([past_v, v4], 2)
        check(f"attention with a past, {title}", [node("Attention", "q k v - pk pv", "y nk nv", **counts)],
              {"q": q, "k": k, "v": v, "pk": past_k, "pv": past_v},
              {"y": merged(attend(q4, all_k, all_v)), "nk": all_k, "nv": all_v}, opset=23)
        w = draw(heads * size, heads * size)
        projected = split(q @ w, heads)
        own = [node("MatMul", "q w", "p"), node("Attention", "p p p", "a", q_num_heads=heads, kv_num_heads=heads, is_causal=1),
               node("MatMul", "a w", "y")]
        check(f"attention of a product, {title}", own, {"q": q},
              {"y": merged(attend(projected, projected, projected, causal(rows, rows))) @ w}, {"w": w}, 23)


def half():
    """FLOAT16: weights are rounded, and so is what is in between."""
    q, k, v = (draw(1, 6, 16).astype(np.float16) for _ in range(3))
    wide = [split(x.astype(np.float32), 2) for x in (q, k, v)]
    check("attention of FLOAT16", [node("Attention", "q k v", "y", q_num_heads=2, kv_num_heads=2)],
          {"q": q, "k": k, "v": v}, {"y": merged(attend(*wide)).astype(np.float16)}, opset=23)


def packed_attention():
    for batch, heads, rows, size, width in ((1, 2, 32, 16, 32), (2, 3, 7, 5, 11), (2, 4, 33, 8, 32)):
        hidden = heads * size
        x, w, b = draw(batch, rows, width), draw(width, 3 * hidden), draw(3 * hidden)
        q, k, v = (split(part, heads) for part in np.split(x @ w + b, 3, axis=-1))
        constants = {"w": w, "b": b}
        title = f"{batch} x {heads} heads of {size}, {rows} rows"
        for inputs, mask, extra, more in (
                ("x w b", 0, {}, {}),
                ("x w b", causal(rows, rows), {"unidirectional": 1}, {}),
                ("x w b m", np.where(np.arange(rows) < np.arange(batch)[:, None] + 3, 0, -1e4)[:, None, None], {},
                 {"m": (np.arange(rows) < np.arange(batch)[:, None] + 3).astype(np.int32)}),
                ("x w b m", np.where(np.arange(rows) < np.arange(batch)[:, None] + 3, 0, -50)[:, None, None],
                 {"mask_filter_value": -50.0}, {"m": ints(*range(3, 3 + batch), kind=np.int32)}),
                ("x w b m", np.where(np.tril(np.ones((batch, rows, rows))) > 0, 0, -1e4)[:, None], {},
                 {"m": np.tril(np.ones((batch, rows, rows))).astype(np.int32)})):
            check(f"Attention, {title}, {extra} {list(more)}", [runtime("Attention", inputs, "y", num_heads=heads, **extra)],
                  {"x": x, **more}, {"y": merged(attend(q, k, v, mask))}, constants)
        added = draw(1, heads, rows, rows)
        key_mask = (draw(batch, rows) > -0.5).astype(np.int32)
        key_mask[:, 0] = 1
        check(f"Attention with all masks, {title}",
              [runtime("Attention", "x w b m - a", "y", num_heads=heads, unidirectional=1, scale=0.2)],
              {"x": x, "m": key_mask, "a": added},
              {"y": merged(attend(q, k, v, added + causal(rows, rows) + np.where(key_mask, 0, -1e4)[:, None, None], 0.2))},
              constants)
        past = draw(2, batch, heads, 3, size)
        present = np.concatenate([past, np.stack([k, v])], axis=3)
        check(f"Attention with a past, {title}",
              [runtime("Attention", "x w b - past", "y present", num_heads=heads, unidirectional=1)],
              {"x": x, "past": past},
              {"y": merged(attend(q, present[0], present[1], causal(rows, rows + 3, 3))), "present": present}, constants)
        check(f"Attention and a product, {title}", [runtime("Attention", "x w b", "a", num_heads=heads), node("MatMul", "a o", "y")],
              {"x": x}, {"y": merged(attend(q, k, v)) @ w[:, :hidden].T}, {**constants, "o": w[:, :hidden].T.copy()})
        sizes = [hidden, hidden, 2 * hidden]
        w2 = draw(width, sum(sizes))
        q2, k2, v2 = (split(part, heads) for part in np.split(x @ w2, np.cumsum(sizes)[:2], axis=-1))
        check(f"Attention of other values, {title}",
              [runtime("Attention", "x w", "y", num_heads=heads, qkv_hidden_sizes=sizes)], {"x": x},
              {"y": merged(attend(q2, k2, v2))}, {"w": w2})


def multi_head_attention():
    for batch, heads, rows, keys, size in ((1, 2, 32, 32, 16), (2, 3, 7, 9, 5)):
        hidden = heads * size
        q, k, v, b = draw(batch, rows, hidden), draw(batch, keys, hidden), draw(batch, keys, hidden), draw(3 * hidden)
        q4, k4, v4 = split(q, heads), split(k, heads), split(v, heads)
        bq, bk, bv = (split(x + part, heads) for x, part in zip((q, k, v), np.split(b, 3)))
        title = f"{batch} x {heads} heads of {size}, {rows} of {keys}"
        given = {"q": q, "k": k, "v": v}
        check(f"MultiHeadAttention, {title}", [runtime("MultiHeadAttention", "q k v", "y", num_heads=heads)], given,
              {"y": merged(attend(q4, k4, v4))})
        mask, added = (np.arange(keys) < 4 + np.arange(batch)[:, None]).astype(np.int32), draw(1, 1, rows, keys)
        check(f"MultiHeadAttention with bias and masks, {title}",
              [runtime("MultiHeadAttention", "q k v b m a", "y", num_heads=heads)], {**given, "m": mask, "a": added},
              {"y": merged(attend(bq, bk, bv, np.where(mask, 0, -1e4)[:, None, None] + added))}, {"b": b})
        check(f"MultiHeadAttention of heads, {title}", [runtime("MultiHeadAttention", "q k v", "y", num_heads=heads)],
              {"q": q, "k": k4, "v": v4}, {"y": merged(attend(q4, k4, v4))})
        past = draw(2, batch, heads, 3, size)
        all_k, all_v = np.concatenate([past[0], k4], 2), np.concatenate([past[1], v4], 2)
        check(f"MultiHeadAttention with a past, {title}",
              [runtime("MultiHeadAttention", "q k v - - - pk pv", "y nk nv", num_heads=heads, unidirectional=1)],
              {**given, "pk": past[0], "pv": past[1]},
              {"y": merged(attend(q4, all_k, all_v, causal(rows, keys + 3, 3))), "nk": all_k, "nv": all_v})
        packed = np.stack([split(x, heads).transpose(0, 2, 1, 3) for x in (k, v)], axis=3)
        check(f"MultiHeadAttention, keys and values in one, {title}",
              [runtime("MultiHeadAttention", "q kv", "y", num_heads=heads)], {"q": q, "kv": packed},
              {"y": merged(attend(q4, k4, v4))})
        x, w = draw(batch, rows, 6), draw(6, 3 * hidden)
        own = (x @ w).reshape(batch, rows, heads, 3, size).transpose(3, 0, 2, 1, 4)
        biases = b.reshape(3, 1, heads, 1, size)
        nodes = [node("MatMul", "x w", "p"), node("Reshape", "p shape", "qkv")]
        constants = {"w": w, "shape": ints(0, 0, heads, 3, size)}
        check(f"MultiHeadAttention, all in one, {title}",
              [*nodes, runtime("MultiHeadAttention", "qkv", "y", num_heads=heads, scale=0.4)], {"x": x},
              {"y": merged(attend(*own, scale=0.4))}, constants)
        check(f"MultiHeadAttention, all in one with a bias, {title}",
              [*nodes, runtime("MultiHeadAttention", "qkv - - b", "y", num_heads=heads)], {"x": x},
              {"y": merged(attend(*(own + biases)))}, {**constants, "b": b})


def group_query_attention():
    for batch, heads, kv_heads, rows, size in ((1, 4, 2, 16, 8), (2, 6, 2, 7, 10), (1, 3, 3, 5, 4)):
        q, k, v = draw(batch, rows, heads * size), draw(batch, rows, kv_heads * size), draw(batch, rows, kv_heads * size)
        q4, k4, v4 = split(q, heads), split(k, kv_heads), split(v, kv_heads)
        counts = {"num_heads": heads, "kv_num_heads": kv_heads}
        lengths = {"l": np.full(batch, rows - 1, np.int32), "t": np.int32(rows)}
        given = {"q": q, "k": k, "v": v}
        title = f"{batch} x {heads}/{kv_heads} heads of {size}, {rows} rows"
        check(f"GroupQueryAttention, {title}", [runtime("GroupQueryAttention", "q k v - - l t", "y", **counts)], given,
              {"y": merged(attend(q4, k4, v4, causal(rows, rows)))}, lengths)
        check(f"GroupQueryAttention in a window, {title}",
              [runtime("GroupQueryAttention", "q k v - - l t", "y", local_window_size=3, softcap=2.0, **counts)], given,
              {"y": merged(attend(q4, k4, v4, causal(rows, rows, window=3), softcap=2.0))}, lengths)
        check(f"GroupQueryAttention, packed, {title}", [runtime("GroupQueryAttention", "p - - - - l t", "y", **counts)],
              {"p": np.concatenate([q, k, v], axis=-1)}, {"y": merged(attend(q4, k4, v4, causal(rows, rows)))}, lengths)
        angles = draw(40, size // 2) * 3
        cos, sin = np.cos(angles), np.sin(angles)
        before = 4
        past_k, past_v = draw(batch, kv_heads, before, size), draw(batch, kv_heads, before, size)
        after = {"l": np.full(batch, before + rows - 1, np.int32), "t": np.int32(before + rows)}
        for interleaved in (0, 1):
            turn = lambda x, at: rotate(x, cos[at:at + rows], sin[at:at + rows], interleaved)  # noqa: B023,E731
            rotary_word = {"do_rotary": 1, "rotary_interleaved": interleaved}
            check(f"GroupQueryAttention, rotary {interleaved}, {title}",
                  [runtime("GroupQueryAttention", "q k v - - l t c s", "y nk nv", **rotary_word, **counts)], given,
                  {"y": merged(attend(turn(q4, 0), turn(k4, 0), v4, causal(rows, rows))), "nk": turn(k4, 0), "nv": v4},
                  {**lengths, "c": cos, "s": sin})
            all_k = np.concatenate([past_k, turn(k4, before)], 2)
            all_v = np.concatenate([past_v, v4], 2)
            check(f"GroupQueryAttention with a past, rotary {interleaved}, {title}",
                  [runtime("GroupQueryAttention", "q k v pk pv l t c s", "y nk nv", **rotary_word, **counts)],
                  {**given, "pk": past_k, "pv": past_v},
                  {"y": merged(attend(turn(q4, before), all_k, all_v, causal(rows, rows + before, before))), "nk": all_k,
                   "nv": all_v}, {**after, "c": cos, "s": sin})


def encoder():
    """As ONNX Runtime's optimizer leaves BERT."""
    batch, rows, heads, width, wide = 2, 9, 3, 24, 40
    words, places, kinds = draw(30, width), draw(12, width), draw(2, width)
    ids = (np.arange(18, dtype=np.int32) * 7 % 30).reshape(batch, rows)
    segments = (np.arange(18, dtype=np.int32) % 2).reshape(batch, rows)
    mask = (np.arange(rows) < np.array([[9], [5]])).astype(np.int32)
    c = {"words": words, "places": places, "kinds": kinds, "wqkv": draw(width, 3 * width), "bqkv": draw(3 * width),
         "wo": draw(width, width), "bo": draw(width), "wi": draw(width, wide), "bi": draw(wide), "wf": draw(wide, width),
         "bf": draw(width), **{name: draw(width) for name in ("g0", "b0", "g1", "b1", "g2", "b2")}}
    nodes = [runtime("EmbedLayerNormalization", "ids segments words places kinds g0 b0 mask", "e counts", epsilon=1e-12),
             runtime("Attention", "e wqkv bqkv counts", "a", num_heads=heads), node("MatMul", "a wo", "o"),
             runtime("SkipLayerNormalization", "o e g1 b1 bo", "n", epsilon=1e-12), node("MatMul", "n wi", "i"),
             runtime("BiasGelu", "i bi", "u"), node("MatMul", "u wf", "f"),
             runtime("SkipLayerNormalization", "f n g2 b2 bf", "y", epsilon=1e-12)]
    e = norm(words[ids] + places[:rows] + kinds[segments], epsilon=1e-12) * c["g0"] + c["b0"]
    q, k, v = (split(part, heads) for part in np.split(e @ c["wqkv"] + c["bqkv"], 3, axis=-1))
    a = merged(attend(q, k, v, np.where(mask, 0, -1e4)[:, None, None]))
    n = norm(a @ c["wo"] + c["bo"] + e, epsilon=1e-12) * c["g1"] + c["b1"]
    u = gelu(n @ c["wi"] + c["bi"])
    y = norm(u @ c["wf"] + c["bf"] + n, epsilon=1e-12) * c["g2"] + c["b2"]
    given = {"ids": ids, "segments": segments, "mask": mask}
    check("an encoder of ONNX Runtime", nodes, given, {"y": y}, c)
    node_text = r"node #1 \(EmbedLayerNormalization\): "
    refuse("words that are not known", node_text + "input 0 is not known integers: .*", nodes, given, y.astype(np.float32), c)
    for word in (30, -1):
        bad = ids.copy()
        bad[1, 2] = word
        refuse(f"word {word}", node_text + f"row {word} is beyond the 30 of input 2", nodes, {**given, "ids": bad},
               y.astype(np.float32), c, given=True)


def broken():
    x, y = draw(2, 6, 12), draw(2, 6, 12)
    three = {"q": x, "k": x, "v": x}
    q4 = split(x, 2)
    for heads in (0, 5, -1, 1 << 40, -(1 << 63)):
        why = {0: "attribute 'q_num_heads' is missing or 0",
               5: r"shape \[2,6,12\] is not batch, positions and 5 heads of one size"}.get(
                   heads, rf"attribute 'q_num_heads' is {heads}; allowed: 0..\d+")
        refuse(f"{heads} heads", r"node #1 \(Attention\): " + why,
               [node("Attention", "q k v", "y", q_num_heads=heads, kv_num_heads=2)], three, y, opset=23)
        why = {0: "attribute 'num_heads' is missing or 0", 5: ".* 5 heads.*"}.get(
            heads, rf"attribute 'num_heads' is {heads}; allowed: 0..\d+")
        refuse(f"{heads} heads of MultiHeadAttention", r"node #1 \(MultiHeadAttention\): " + why,
               [runtime("MultiHeadAttention", "q k v", "y", num_heads=heads)], three, y)
        refuse(f"{heads} heads of Attention", r"node #1 \(Attention\): " + why.replace("of one size", "each"),
               [runtime("Attention", "x w", "y", num_heads=heads)], {"x": x}, y, {"w": draw(12, 36)})
        refuse(f"{heads} key heads", r"node #1 \(GroupQueryAttention\): .*(kv_num_heads|heads of one size).*",
               [runtime("GroupQueryAttention", "q k v - - l t", "y", num_heads=4, kv_num_heads=heads)], three, y,
               {"l": ints(5, 5, kind=np.int32), "t": np.int32(6)})
    refuse("no attribute", r"node #1 \(Attention\): attribute 'q_num_heads' is missing or 0", [node("Attention", "q k v", "y")],
           three, y, opset=23)
    refuse("too few inputs", r"node #1 \(Attention\): it has 2 inputs; allowed: 3..6", [node("Attention", "q k", "y")],
           {"q": x, "k": x}, y, opset=23)
    refuse("too many inputs", r"node #1 \(RMSNormalization\): it has 3 inputs; allowed: 2..2",
           [node("RMSNormalization", "q k v", "y")], three, y, opset=23)
    refuse("too many outputs", r"node #1 \(QuickGelu\): it has 2 outputs; allowed: 1..1", [runtime("QuickGelu", "q", "y z")],
           {"q": x}, y)
    refuse("a missing input", r"node #1 \(Attention\): input 1 is missing", [node("Attention", "q - v", "y")],
           {"q": q4, "v": q4}, y, opset=23)
    refuse("before its operator set", r"(node #1 \(RMSNormalization\): .*|the ONNX checker refuses the model: .*)",
           [node("RMSNormalization", "q g", "y")], {"q": x}, y, {"g": draw(12)}, 17)
    refuse("an attribute of another", r"node #1 \(Attention\): attribute 'num_heads' is not supported; supported are .*",
           [node("Attention", "q k v", "y", num_heads=2)], {"q": q4, "k": q4, "v": q4}, q4, opset=23)
    refuse("softcap", r"node #1 \(Attention\): attribute 'softcap' is not 0, which is not supported",
           [node("Attention", "q k v", "y", softcap=3.0)], {"q": q4, "k": q4, "v": q4}, q4, opset=23)
    refuse("other sizes of heads", r"node #1 \(Attention\): queries \[2,2,6,6\], keys \[2,3,6,4\] and values .* do not fit .*",
           [node("Attention", "q k v", "y", q_num_heads=2, kv_num_heads=3)], three, y, opset=23)
    refuse("a mask of another shape", r"node #1 \(Attention\): (a mask of shape \[5,6\] does not broadcast|shapes ).*",
           [node("Attention", "q k v m", "y")], {"q": q4, "k": q4, "v": q4, "m": draw(5, 6)}, q4, opset=23)
    refuse("a past of another rank", r"node #1 \(Attention\): its past has the shape \[3\]; it has to be of batch, .*",
           [node("Attention", "q k v - p p", "y")], {"q": q4, "k": q4, "v": q4, "p": draw(3)}, q4, opset=23)
    refuse("an unknown operator of a known domain", r"node #1 \(LongformerAttention\): the operator is not supported "
           r"\(domain 'com.microsoft'\); supported are .*", [runtime("LongformerAttention", "q k v", "y")], three, y)
    refuse("lengths that are not known", r"node #1 \(GroupQueryAttention\): its seqlens_k and total_sequence_length .* not known.*",
           [runtime("GroupQueryAttention", "q k v - - l t", "y", num_heads=2, kv_num_heads=2)],
           {**three, "l": ints(5, 5, kind=np.int32)}, y, {"t": np.int32(6)})
    refuse("rows that are not full", r"node #1 \(GroupQueryAttention\): .* do not say that each of 2 rows .* has 6 keys.*",
           [runtime("GroupQueryAttention", "q k v - - l t", "y", num_heads=2, kv_num_heads=2)], three, y,
           {"l": ints(5, 3, kind=np.int32), "t": np.int32(6)})
    for sizes in ([12, 12], [12, 12, -12], [1 << 62, 1 << 62, 1 << 62], [0, 12, 24]):
        refuse(f"sizes {sizes}", r"node #1 \(Attention\): its 36 columns are not queries, keys and values of 2 heads each",
               [runtime("Attention", "x w", "y", num_heads=2, qkv_hidden_sizes=sizes)], {"x": x}, y, {"w": draw(12, 36)})
    angles = {"c": draw(8, 3), "s": draw(8, 3)}
    for ids in (8, -1, 1 << 62, -(1 << 63)):
        refuse(f"position {ids}", r"node #1 \(RotaryEmbedding\): position -?\d+ is beyond the 8 of its cache",
               [runtime("RotaryEmbedding", "x ids c s", "y")], {"x": x}, y, {**angles, "ids": ints(ids)})
    refuse("too many pairs", r"node #1 \(RotaryEmbedding\): angles of shape .* do not fit heads of .*",
           [runtime("RotaryEmbedding", "x ids c s", "y", num_heads=4)], {"x": x}, y, {**angles, "ids": ints(0)})
    refuse("caches of two shapes", r"node #1 \(RotaryEmbedding\): its caches have the shapes \[8,3\] and \[7,3\]; .*",
           [runtime("RotaryEmbedding", "x ids c s", "y")], {"x": x}, y, {"c": draw(8, 3), "s": draw(7, 3), "ids": ints(0)})
    for groups in (0, 5, -3, 1 << 62):
        refuse(f"{groups} groups", r"node #1 \(GroupNormalization\): attribute 'num_groups' is -?\d+; it has to divide the 6 channels",
               [node("GroupNormalization", "x g g", "y", num_groups=groups)], {"x": x}, y, {"g": draw(6)}, 21)
    refuse("a scale of another shape", r"node #1 \(RMSNormalization\): its scale or bias has the shape \[3,1,1,12\], .*",
           [node("RMSNormalization", "x g", "y")], {"x": x}, y, {"g": draw(3, 1, 1, 12)}, 23)
    refuse("a bias of another shape", r"node #1 \(BiasGelu\): its bias has the shape \[6\], which is not .*",
           [runtime("BiasGelu", "x b", "y")], {"x": x}, y, {"b": draw(6)})
    refuse("integers", r"node #1 \(SkipLayerNormalization\): its operand is of type INT32; supported: .*",
           [runtime("SkipLayerNormalization", "x x g", "y")], {"x": x.astype(np.int32)}, y, {"g": draw(12)})


for group in (activations, norms, rotary, onnx_attention, half, packed_attention, multi_head_attention,
              group_query_attention, encoder, broken):
    group()
TABLE.finish()
