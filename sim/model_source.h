// From the MODEL that the user names to a graph or a program: a built-in, a text graph, or a
// program file. What a file is follows from its content, not from its name.
#pragma once

#include <string>
#include <variant>

#include "compiler/graph.h"
#include "compiler/program.h"

namespace tilewave {

using Model = std::variant<Graph, Program>;

/// `model` is a built-in or a file name. The program is not verified yet. Throws InputError.
Model load_model(const std::string& model);

/// A program file, binary or text, not verified yet. Throws InputError.
Program load_program(const std::string& file);

}  // namespace tilewave
