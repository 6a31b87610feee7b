// The text form of a graph: one statement a line, '#' starts a comment. Reading and printing are
// inverse: print, parse, print gives the same text. Example with every statement:
//
//   graph mlp                    # optional, first; the default is the file's stem
//   input  x  50x70
//   param  w1 70x70
//   param  b1 1x70
//   h1 = matmul x w1
//   s1 = add h1 b1               # equal shapes, or one of them a row vector
//   a1 = relu s1
//   a2 = matmul+bias+relu a1 w1 b1
//   y  = copy a2
//   output y
//
// Fused operators, as --dump graph shows them, are read too: matmul+bias, matmul+relu,
// matmul+bias+relu, add+relu.
#pragma once

#include <cstddef>
#include <istream>
#include <string>
#include <string_view>

#include "compiler/graph/graph.h"

namespace tilewave {

inline constexpr std::size_t kMaxGraphLineBytes = std::size_t{64} << 10U;
inline constexpr std::size_t kMaxGraphFileBytes = std::size_t{64} << 20U;

/// The verified graph that `text` describes. Names are used after the line that defines them; a
/// tensor may be called like a keyword. Every fault is an InputError "FILE:LINE: ...".
Graph parse_graph(std::string_view text, const std::string& file_name);
Graph parse_graph(std::istream& in, const std::string& file_name);

/// Statements in creation order, so that reading them gives the same ids; outputs come last.
std::string to_text(const Graph& graph);

}  // namespace tilewave
