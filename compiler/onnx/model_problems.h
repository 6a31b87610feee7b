// All that keeps a model from being imported, as one line.
#pragma once

#include <string>

#include "compiler/onnx/onnx_import.h"

namespace tilewave {

/// How many different reasons a line names.
inline constexpr std::size_t kMaxReasons = 20;

/// Why there is no model, without the file's name. One node: its place and its reason. More: how many
/// they are, then each reason with the first node that has it and how many others of its operator do,
/// in the order of the nodes and up to what is readable; and what is wrong besides.
std::string problem_text(const OnnxSurvey& survey);

}  // namespace tilewave
