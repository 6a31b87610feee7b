// Looks at the first bytes of a file, or at a built-in's word, and calls whoever reads that.
#include "sim/model/model_source.h"

#include <array>
#include <filesystem>
#include <optional>
#include <span>
#include <vector>

#include "compiler/base/error.h"
#include "compiler/base/nearest.h"
#include "compiler/base/text.h"
#include "compiler/graph/builtins.h"
#include "compiler/graph/graph_text.h"
#include "compiler/program/forms/program_binary.h"
#include "compiler/program/forms/program_fields.h"
#include "compiler/program/forms/program_text.h"
#include "sim/base/files.h"

namespace tilewave {
namespace {

std::string model_forms() {
  return "a model is an ONNX file, a graph file, a program file, " + builtin_forms("or");
}

/// The longest program that the parsers take.
constexpr std::size_t kMaxRegularFileBytes = (std::size_t{4} << 30U) + (std::size_t{64} << 20U);
/// Of pipes and devices, which do not say where they end.
constexpr std::size_t kMaxStreamBytes = std::size_t{64} << 20U;

std::string read_model_file(const std::string& path, const std::string& kind) {
  std::error_code error;
  const bool regular = std::filesystem::is_regular_file(path, error);
  std::string text = read_file(path, kind, regular ? kMaxRegularFileBytes : kMaxStreamBytes);
  if (text.empty()) {
    throw InputError(input_name(path) + ": is empty, not a " + kind);
  }
  return text;
}

std::optional<Program> parse_program(const std::string& text, const std::string& name) {
  const auto bytes = std::as_bytes(std::span(text));
  if (is_binary_program(bytes)) {
    return parse_binary(bytes, name);
  }
  if (is_text_program(text)) {
    return parse_program_text(text, name);
  }
  return std::nullopt;
}

bool exists(const std::string& path) {
  std::error_code error;
  return std::filesystem::exists(std::filesystem::symlink_status(path, error));
}

[[noreturn]] void fail_unknown(const std::string& model) {
  const std::size_t colon = model.find(':');
  if (colon == std::string::npos || model.find('/') < colon) {
    throw InputError(one_line(model) + ": no such model file; " + model_forms());
  }
  const std::vector<std::string> builtins = builtin_names();
  const std::string prefix = model.substr(0, colon);
  throw InputError("model " + in_quotes(model) + ": there is no such file, and no built-in " +
                   in_quotes(prefix) + did_you_mean(prefix, builtins) + "; " + model_forms());
}

}  // namespace

const Graph* graph_of(const Model& model) {
  if (const auto* onnx = std::get_if<OnnxModel>(&model)) {
    return &onnx->graph;
  }
  return std::get_if<Graph>(&model);
}

bool names_onnx_model(const std::string& model, const OnnxArguments& arguments) {
  const bool is_onnx = !is_builtin(model) && is_onnx_model(model);
  if (const std::string option = arguments.first_option(); !is_onnx && !option.empty()) {
    throw InputError("command line: " + option + " has no effect on " + one_line(model) +
                     ", which is not an ONNX model");
  }
  if (!is_builtin(model) && model != "-" && !exists(model)) {
    fail_unknown(model);
  }
  return is_onnx;
}

Model load_model(const std::string& model, const OnnxArguments& arguments) {
  if (names_onnx_model(model, arguments)) {
    return load_onnx_model(model, arguments);
  }
  if (is_builtin(model)) {
    return build_builtin(model);
  }
  const std::string name = input_name(model);
  const std::string text = read_model_file(model, "model file");
  if (std::optional<Program> program = parse_program(text, name)) {
    return std::move(*program);
  }
  return parse_graph(text, name);
}

Program load_program(const std::string& file) {
  const std::string name = input_name(file);
  std::optional<Program> program = parse_program(read_model_file(file, "program file"), name);
  if (!program) {
    throw InputError(
        name + ": is not a program; a text one begins with the line 'tilewave-program " +
        std::to_string(kProgramFormatVersion) + "', a binary one with the bytes 89 54 57 50");
  }
  return std::move(*program);
}

}  // namespace tilewave
