// ONNX models in: from the bytes of a model to a graph, the values of its weights, and how the
// graph's tensors are made from, or compared with, the values that the model speaks of. No ONNX or
// protobuf type gets past this header. It reads no files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "compiler/graph/graph.h"
#include "compiler/onnx/arrangement.h"
#include "compiler/onnx/onnx_type.h"

namespace tilewave {

/// A message of protobuf, and so a model or a tensor, has at most that.
inline constexpr std::size_t kMaxOnnxBytes = (std::size_t{1} << 31U) - 1;
inline constexpr std::size_t kMaxOnnxNodes = 65536;

/// Row-major elements: of INT32, INT64 and BOOL integers, of all other types floats, which hold them
/// exactly.
using OnnxNumbers = std::variant<std::vector<float>, std::vector<std::int64_t>>;

/// A dense tensor.
struct OnnxTensor {
  std::string name;  ///< may be empty
  Dims dims = {};
  OnnxType type = OnnxType::kFloat;
  OnnxNumbers values = {};
};

/// Numbers of another format than ONNX's, read when it is known what they are for.
struct OnnxArray {
  std::string name;            ///< of the input that they are for; may be empty
  bool is_named_only = false;  ///< `name` has to be that of an input
  Dims dims = {};
  /// As values of this type. Throws InputError for a number that it does not hold.
  std::function<OnnxNumbers(OnnxType)> read = {};
};

/// Values for one of the model's inputs: a serialized TensorProto, or an array. The input is the one
/// that the tensor is named after, else the one at `index`, initializers not counted.
struct OnnxInput {
  std::string bytes;
  std::string file;  ///< for messages
  std::size_t index = 0;
  std::optional<OnnxArray> array = {};  ///< instead of bytes
};

/// The extent of the dimensions of this name.
struct OnnxSize {
  std::string name;
  std::uint64_t extent = 0;
};

/// What a model keeps beside itself, by the names that it has for the files. Whoever implements this
/// decides what may be read. Both throw InputError, to go on behind a tensor's name: "has its data in
/// ...".
class OnnxDataFiles {
 public:
  OnnxDataFiles() = default;
  OnnxDataFiles(const OnnxDataFiles&) = delete;
  OnnxDataFiles& operator=(const OnnxDataFiles&) = delete;
  virtual ~OnnxDataFiles() = default;

  /// In bytes; none if there is no such file.
  virtual std::optional<std::uint64_t> size(const std::string& location) = 0;
  /// Fills `bytes` with what the file has from `offset` on, which is as much at least.
  virtual void read(const std::string& location, std::uint64_t offset, std::span<char> bytes) = 0;
};

/// Weights of INT32 that are drawn are at least minus that, and below it.
inline constexpr int kMostDrawnInt32 = 1024;

/// Which of the weights in other files are read. Those whose values decide what the graph is always are.
enum class OnnxWeights : std::uint8_t {
  kRead,      ///< all, so their files have to be there
  kAsNeeded,  ///< no others, but if the files are there, the graph is that of kRead
  kDrawn      ///< no others, and the graph is the one for values that are drawn
};

struct OnnxOptions {
  std::string file = "model.onnx";     ///< for messages
  std::optional<std::uint64_t> batch;  ///< the extent of the one dimension that has no number else
  std::vector<OnnxInput> inputs;       ///< need not be all
  std::vector<OnnxSize> sizes;         ///< need not be all
  OnnxDataFiles* files = nullptr;      ///< null: a model that needs some is refused
  OnnxWeights weights = OnnxWeights::kRead;
};

/// An input or a constant of the model.
struct OnnxSource {
  std::string name;
  Dims dims;
  TensorRole role = TensorRole::kInput;  ///< or kParameter
  ElementType type = ElementType::kF32;
  bool is_external = false;           ///< a weight in another file
  std::optional<OnnxNumbers> values;  ///< none: an input that was not given, a weight not read
  bool is_truth = false;              ///< BOOL: of UINT8, 1 or 0
};

/// A graph input or parameter: a source's values, arranged and scaled.
struct OnnxBinding {
  std::string tensor;  ///< of the graph
  std::size_t source = 0;
  Arrangement arrangement;
  float scale = 1;  ///< of f32 only
};

/// An output of the model: the values of the graph's tensors, each row-major, one after another.
struct OnnxOutput {
  std::string name;
  Dims dims;
  ElementType type = ElementType::kF32;
  OnnxType declared = OnnxType::kFloat;  ///< BOOL has tensors of UINT8: 1 or 0
  std::vector<std::string> tensors;
};

struct OnnxModel {
  Graph graph;
  std::vector<OnnxSource> sources;
  std::vector<OnnxBinding> bindings;  ///< one for each input and parameter of the graph
  std::vector<OnnxOutput> outputs;
  std::vector<std::string> files;  ///< that hold data of it; for whoever reads them to fill in
};

/// How often a model has an operator.
struct OnnxOperatorCount {
  std::string name;  ///< "MatMul"; of another domain than ONNX's own, "com.example.MatMul"
  std::size_t nodes = 0;
  bool supported = true;  ///< by name: a node of it may still have what is not
};

/// A node that cannot be imported, and why.
struct OnnxNodeProblem {
  std::size_t number = 0;         ///< counted from 1
  std::string name;               ///< the node's; may be empty
  std::string operator_name;      ///< as OnnxOperatorCount has it
  std::string place;              ///< for messages: "node #5 'fc1' (MatMul)"
  std::string reason;             ///< for messages
  bool unknown_operator = false;  ///< that is the reason
};

struct OnnxDimension {
  std::optional<std::uint64_t> number;
  std::string name;  ///< of a dimension without a number; may be empty
};

/// An input, initializers not counted, or an output, as the model declares it; of a model that could be
/// imported, as it is.
struct OnnxDeclaration {
  std::string name;
  std::string type;                                ///< "FLOAT"; empty if it is no tensor
  std::optional<std::vector<OnnxDimension>> dims;  ///< none: not declared
  std::optional<std::uint64_t> bytes = {};         ///< of its values, if it was imported
};

/// What there is in a model, whether it can be imported or not.
struct OnnxSurvey {
  /// The most frequent first; not those inside of subgraphs.
  std::vector<OnnxOperatorCount> operators;
  std::size_t nodes = 0;
  std::vector<OnnxDeclaration> inputs;
  std::vector<OnnxDeclaration> outputs;
  std::vector<OnnxNodeProblem> problems;  ///< in the order of the nodes
  std::string other;               ///< what is wrong besides, which ended the import; else empty
  std::optional<OnnxModel> model;  ///< if nothing is wrong
};

/// What is in a serialized ModelProto. A node that cannot be imported is a problem, and those that need
/// what it computes are not looked at; one problem more ends the import if it is not one of a node.
/// Throws InputError, as import_onnx(), if `bytes` are no model at all.
OnnxSurvey survey_onnx(std::string_view bytes, const OnnxOptions& options);

/// The verified graph of a serialized ModelProto. docs/formats.md has operators and rules. Throws
/// InputError, one line that begins with the file's name, for anything that is wrong with `bytes`
/// or with the options: all reasons for which nodes cannot be imported, equal ones together, as far as
/// a line can be read.
OnnxModel import_onnx(std::string_view bytes, const OnnxOptions& options);

/// A serialized TensorProto, as in ONNX's test data. Throws InputError likewise.
OnnxTensor read_onnx_tensor(std::string_view bytes, const std::string& file);

}  // namespace tilewave
