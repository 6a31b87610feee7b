// Wraps ONNX's library: its limits, its output and its exceptions stay in here.
#include "compiler/onnx/protobuf.h"

#include <algorithm>
#include <exception>
#include <new>
#include <utility>
#include <vector>

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/stubs/logging.h>
#include <onnx/checker.h>
#include <onnx/shape_inference/implementation.h>

#include "compiler/base/error.h"
#include "compiler/onnx/newer_operators.h"
#include "compiler/onnx/onnx_import.h"

namespace tilewave {
namespace {

/// Versions whose changes do not concern our operators: newer types, metadata, and fields that a
/// parser of an older version skips.
constexpr std::int64_t kNewestFormat = 12;
constexpr std::int64_t kNewestOperatorSet = 24;

template <typename Message>
Message parse(std::string_view bytes, const char* what) {
  if (bytes.size() > kMaxOnnxBytes) {
    throw InputError("is larger than 2 GiB, too large for " + std::string(what));
  }
  const google::protobuf::LogSilencer silence;
  Message message;
  google::protobuf::io::ArrayInputStream stream(bytes.data(), static_cast<int>(bytes.size()));
  google::protobuf::io::CodedInputStream coded(&stream);
  coded.SetTotalBytesLimit(static_cast<int>(kMaxOnnxBytes));
  if (!message.ParseFromCodedStream(&coded) || !coded.ConsumedEntireMessage()) {
    throw InputError("is not " + std::string(what) +
                     ": not a protobuf message of that kind, or a damaged or truncated one");
  }
  return message;
}

/// Carries out what may throw anything.
template <typename Call>
void guarded(const char* who, Call&& call) {
  const google::protobuf::LogSilencer silence;
  try {
    call();
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    std::string_view text = error.what();
    text = text.substr(0, text.find("\n\n==> Context"));
    throw InputError(std::string(who) + " refuses the model: " + one_line_of(text));
  }
}

/// The version of the default operator set, or null.
onnx::OperatorSetIdProto* default_operator_set(onnx::ModelProto& model) {
  onnx::OperatorSetIdProto* found = nullptr;
  for (onnx::OperatorSetIdProto& set : *model.mutable_opset_import()) {
    if (set.domain().empty() || set.domain() == "ai.onnx") {
      if (found != nullptr) {
        throw InputError("names the default operator set twice");
      }
      found = &set;
    }
  }
  return found;
}

/// Throws InputError for versions that nobody has seen.
void require_versions(onnx::ModelProto& model) {
  if (model.ir_version() > kNewestFormat) {
    throw InputError("has ONNX format version " + std::to_string(model.ir_version()) +
                     "; allowed: up to " + std::to_string(kNewestFormat));
  }
  const onnx::OperatorSetIdProto* set = default_operator_set(model);
  if (set != nullptr && (set->version() < 1 || set->version() > kNewestOperatorSet)) {
    throw InputError("has operator set version " + std::to_string(set->version()) +
                     "; allowed: 1.." + std::to_string(kNewestOperatorSet));
  }
}

/// Of an operator that nobody has described, which the library takes as it is.
constexpr const char* kUnknownDomain = "tilewave.unknown";

/// A model as the installed library can judge it, as long as this is there: of versions that it knows, and with
/// nodes that it does not know as operators of somebody else.
class KnownModel {
 public:
  explicit KnownModel(onnx::ModelProto& model) : model_(model) {
    model.set_ir_version(std::min<std::int64_t>(model.ir_version(), onnx::Version::IR_VERSION));
    onnx::OperatorSetIdProto* set = default_operator_set(model);
    if (set == nullptr) {
      return;  // which the checker knows to judge
    }
    version_ = set->version();
    for (onnx::NodeProto& node : *model.mutable_graph()->mutable_node()) {
      if (unknown_form(node, version_) != nullptr) {
        hidden_.emplace_back(&node, node.domain());
        node.set_domain(kUnknownDomain);
      }
    }
    const auto& known = onnx::OpSchemaRegistry::DomainToVersionRange::Instance().Map();
    set->set_version(std::min<std::int64_t>(version_, known.at("").second));
    if (!hidden_.empty()) {
      onnx::OperatorSetIdProto& import = *model.add_opset_import();
      import.set_domain(kUnknownDomain);
      import.set_version(1);
    }
  }
  ~KnownModel() {
    for (const auto& [node, domain] : hidden_) {
      node->set_domain(domain);
    }
    if (!hidden_.empty()) {
      model_.mutable_opset_import()->RemoveLast();
    }
    if (onnx::OperatorSetIdProto* set = default_operator_set(model_)) {
      set->set_version(version_);
    }
  }
  KnownModel(const KnownModel&) = delete;
  KnownModel& operator=(const KnownModel&) = delete;

 private:
  onnx::ModelProto& model_;
  std::int64_t version_ = 0;
  std::vector<std::pair<onnx::NodeProto*, std::string>> hidden_;
};

}  // namespace

onnx::ModelProto parse_model(std::string_view bytes) {
  return parse<onnx::ModelProto>(bytes, "an ONNX model");
}

onnx::TensorProto parse_tensor(std::string_view bytes) {
  return parse<onnx::TensorProto>(bytes, "an ONNX tensor");
}

void check_model(onnx::ModelProto& model) {
  require_versions(model);
  const KnownModel known(model);
  guarded("the ONNX checker", [&] { onnx::checker::check_model(model); });
}

void infer_shapes(onnx::ModelProto& model) {
  const KnownModel known(model);
  guarded("ONNX shape inference", [&] {
    const onnx::ShapeInferenceOptions strict(true, 1, false);
    onnx::shape_inference::InferShapes(model, onnx::OpSchemaRegistry::Instance(), strict);
  });
}

std::string one_line_of(std::string_view text) {
  constexpr std::size_t kMost = 300;
  std::string line;
  for (const char c : text) {
    if (line.size() >= kMost) {
      return line + "...";
    }
    const bool blank = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (blank) {
      line += line.empty() || line.back() == ' ' ? "" : " ";
    } else {
      line += c > ' ' && c < 0x7f ? c : '?';
    }
  }
  while (!line.empty() && line.back() == ' ') {
    line.pop_back();
  }
  return line;
}

}  // namespace tilewave
