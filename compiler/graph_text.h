// The text form of a graph: one statement a line, '#' starts a comment. Reading and printing are
// inverse: print, parse, print gives the same text. Example with every statement:
//
//   graph mlp                    # optional, first; the default is the file's stem
//   input  x  50x70
//   param  w1 70x70
//   h1 = matmul+relu x w1        # operators: matmul, matmul+relu, add, relu
//   y  = add h1 x
//   output y
#pragma once

#include <cstddef>
#include <istream>
#include <string>
#include <string_view>

#include "compiler/graph.h"

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
