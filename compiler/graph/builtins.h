// Models built from a line of text instead of a file: multi-layer perceptrons, single matrix products
// and transformers of any size. Not a file reader; other prefixes are the caller's business.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/graph/graph.h"

namespace tilewave {

/// What the factors of a built-in model's products may be.
inline constexpr std::array kProductTypes = {ElementType::kF32, ElementType::kBf16,
                                             ElementType::kF16, ElementType::kI8, ElementType::kU8};

/// What built-in models begin with: "mlp", "gemm", "bert", ...
std::vector<std::string> builtin_names();

/// True if `model` starts with one of them and a colon.
bool is_builtin(std::string_view model);

/// Whether a built-in model says its type itself, as "gemm:64x64x64:i8" does.
bool names_type(std::string_view model);

/// The built-in `model`, which names no type, with products of `type`: "gemm:64x64x64:i8".
std::string with_type(std::string_view model, ElementType type);

/// "mlp:BATCHxD0xD1x..., gemm:MxKxN and ..."
std::string builtin_forms(const std::string& joint = "and");

/// For help texts: lines with the form, a summary and an example of each, and what it allows.
std::string builtin_help();

/// The verified graph of a built-in model. Throws InputError naming the model and the form
/// expected.
///
/// `mlp:BATCHxD0xD1x...`: input x (BATCH×D0), parameters w<i> (D<i-1>×D<i>); layer i is the matmul
/// h<i> and its ReLU a<i>; the last layer has no ReLU and is named out.
///
/// `gemm:MxKxN`: input x (M×K), parameter w1 (K×N), out = x·w1.
///
/// `bert:`, `gpt2:`, `vit:` and `llama:` with a size, keys or both, `bert:base,tokens=128`: transformers.h.
///
/// Each may end in a type, `:i8`, of transformers f32, bf16 or f16; without one it is f32.
Graph build_builtin(std::string_view model);

}  // namespace tilewave
