// The text form of a graph: one statement a line, '#' starts a comment. Reading and printing are
// inverse: print, parse, print gives the same text. Example with every statement:
//
//   graph mlp                    # optional, first; the default is the file's stem
//   input  x  50x70
//   param  w1 70x70
//   param  b1 1x70
//   h1 = matmul x w1
//   s1 = add h1 b1               # a function of tensors: equal extents, or 1 where they are broadcast
//   a1 = leakyrelu s1 alpha=0.1  # parameters by name
//   a2 = matmul+bias+relu a1 w1 b1
//   a3 = mul 0.5 a2              # numbers
//   a4 = add+relu a3 a1          # a function, then others of its result
//   a5 = map a3 a4 | sub 1 x0; mul t0 x1   # steps on the operands x0, x1, ... and earlier steps t0, ...
//   a6 = matmul+bias a5 w1 b1 a1 | add x0 x1; gelu t0   # of the product x0 and more operands x1, ...
//   y  = copy a6
//   output y
//   input  q  50x70 i8           # types: f32 where none is said, bf16, f16, i8, u8, i32
//   param  v  70x70 i8
//   s  = matmul q v zeros=-3,0   # a sum of i32; what stands for zero in each
//   r  = matmul q v -> i8 | mul 0.02 x0; round t0; add t1 5   # a result of another type
//
// These are all forms of fused operators that --dump graph shows.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "compiler/graph/graph.h"

namespace tilewave {

inline constexpr std::size_t kMaxGraphLineBytes = std::size_t{64} << 10U;
inline constexpr std::size_t kMaxGraphFileBytes = std::size_t{64} << 20U;

/// The verified graph that `text` describes. Names are used after the line that defines them; a
/// tensor may be called like a keyword. Every fault is an InputError "FILE:LINE: ...".
Graph parse_graph(std::string_view text, const std::string& file_name);

/// Adds the operator of one such line, "y = add+relu a b", to the graph. Throws InputError without a place; the
/// graph is as it was then.
TensorId add_statement(Graph& graph, std::string_view statement);

/// Statements in creation order, so that reading them gives the same ids; outputs come last.
std::string to_text(const Graph& graph);

}  // namespace tilewave
