// Models built from a line of text instead of a file: multi-layer perceptrons and single matrix
// products of any shape. Not a file reader; other prefixes are the caller's business.
#pragma once

#include <string_view>

#include "compiler/graph/graph.h"

namespace tilewave {

/// True if `model` starts with "mlp:" or "gemm:".
bool is_builtin(std::string_view model);

/// The verified graph of a built-in model. Throws InputError naming the model and the form
/// expected.
///
/// `mlp:BATCHxD0xD1x...`: input x (BATCH×D0), parameters w<i> (D<i-1>×D<i>); layer i is the matmul
/// h<i> and its ReLU a<i>; the last layer has no ReLU and is named out.
///
/// `gemm:MxKxN`: input x (M×K), parameter w1 (K×N), out = x·w1.
Graph build_builtin(std::string_view model);

}  // namespace tilewave
