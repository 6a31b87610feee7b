// From the MODEL that the user names to a graph or a program: a built-in, an ONNX model, a text
// graph, or a program file. What a file is follows from its content; only of an ONNX model, which
// has no mark of its own, from its name.
#pragma once

#include <string>
#include <variant>

#include "compiler/graph/graph.h"
#include "compiler/onnx/onnx_import.h"
#include "compiler/program/program.h"
#include "sim/model/onnx_files.h"

namespace tilewave {

using Model = std::variant<Graph, Program, OnnxModel>;

/// Null for a program.
const Graph* graph_of(const Model& model);

/// What is in front of a file's content: whether `model`, which is a built-in or a file name, is an ONNX
/// model. Throws InputError if there is neither, and if there are arguments for an ONNX model and it is
/// none.
bool names_onnx_model(const std::string& model, const OnnxArguments& arguments = {});

/// `model` is a built-in or a file name. The program is not verified yet. Throws InputError, also
/// if there are arguments for an ONNX model and it is none.
Model load_model(const std::string& model, const OnnxArguments& arguments = {});

/// A program file, binary or text, not verified yet. Throws InputError.
Program load_program(const std::string& file);

}  // namespace tilewave
