// The order of an import: parse, refuse, check, fix the inputs, go through nodes, name outputs. What is
// wrong with a node is kept, and the way goes on around it.
#include "compiler/onnx/onnx_import.h"

#include <algorithm>
#include <filesystem>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "compiler/base/error.h"
#include "compiler/onnx/external_data.h"
#include "compiler/onnx/graph_builder.h"
#include "compiler/onnx/model_contents.h"
#include "compiler/onnx/model_inputs.h"
#include "compiler/onnx/model_problems.h"
#include "compiler/onnx/model_rules.h"
#include "compiler/onnx/node_import.h"
#include "compiler/onnx/protobuf.h"
#include "compiler/onnx/tensor_values.h"
#include "compiler/onnx/typed_values.h"
#include "compiler/program/program.h"

namespace tilewave {
namespace {

std::int64_t operator_set_of(const onnx::ModelProto& model) {
  for (const onnx::OperatorSetIdProto& set : model.opset_import()) {
    if (set.domain().empty() || set.domain() == "ai.onnx") {
      return set.version();
    }
  }
  return 1;  // before there were versions
}

std::string graph_name(const onnx::GraphProto& graph, const std::string& file) {
  return graph.name().empty() ? std::filesystem::path(file).stem().string() : graph.name();
}

/// A model that can be imported asks for a few of each of its operators. Of one that cannot, every node may
/// ask for as many as a graph has tensors before it fails.
constexpr std::size_t kMostBindings = 16 * kMaxTensors;

/// The walk over a model that the checker has accepted.
class ModelImport {
 public:
  using Weights = std::vector<std::shared_ptr<ExternalWeight>>;

  /// `problems` are those of nodes that have been refused before, and become all.
  ModelImport(onnx::ModelProto& model, Weights weights, const OnnxOptions& options,
              std::vector<OnnxNodeProblem>& problems)
      : model_(model),
        graph_(*model.mutable_graph()),
        weights_(std::move(weights)),
        options_(options),
        builder_(graph_name(graph_, options.file)),
        problems_(problems),
        refused_(static_cast<std::size_t>(graph_.node_size()), false) {
    for (const OnnxNodeProblem& problem : problems) {
      refused_[problem.number - 1] = true;
    }
  }

  /// None if any node has a problem.
  std::optional<OnnxModel> run() {
    add_inputs();
    add_initializers();
    const std::vector<bool> needed = needed_nodes();
    for (std::size_t i = 0; i < needed.size(); ++i) {
      if (needed[i]) {
        try_node(i);
      }
    }
    for (const onnx::ValueInfoProto& output : graph_.output()) {
      if (!unknown_.contains(output.name())) {
        add_output(output);
      }
    }
    if (!problems_.empty()) {
      return std::nullopt;
    }
    infer_shapes(model_);
    for (const onnx::ValueInfoProto& value : graph_.value_info()) {
      require_shape(value);
    }
    return builder_.take(options_.weights);
  }

 private:
  void add_inputs() {
    for (ModelInput& input : resolve_inputs(graph_, options_)) {
      const std::optional<ElementType> element = info_of(input.type).element;
      Value value = IntegerValue{input.dims, nullptr, input.type};
      if (input.type == OnnxType::kBool) {
        value = builder_.add_truth_input(input.name, input.dims, input.given);
      } else if (!element && input.given) {
        value = builder_.add_constant(*std::move(input.given));
      } else if (element) {
        std::optional<OnnxNumbers> given;
        if (input.given) {
          given = std::move(input.given->values);
        }
        value = builder_.add_input(input.name, input.dims, *element, std::move(given));
      }
      values_.emplace(input.name, std::move(value));
    }
  }

  void add_initializers() {
    for (std::size_t i = 0; i < weights_.size(); ++i) {
      onnx::TensorProto& tensor = *graph_.mutable_initializer(static_cast<int>(i));
      if (weights_[i]) {
        tensor.clear_raw_data();
      }
      values_.emplace(tensor.name(), weights_[i] ? builder_.add_weight(weights_[i])
                                                 : builder_.add_constant(tensor_values(tensor)));
    }
  }

  /// Those that an output depends on; the others compute nothing.
  std::vector<bool> needed_nodes() {
    for (const onnx::ValueInfoProto& output : graph_.output()) {
      ++uses_[output.name()];
    }
    std::vector<bool> needed(static_cast<std::size_t>(graph_.node_size()), false);
    for (std::size_t i = needed.size(); i-- > 0;) {
      const onnx::NodeProto& node = graph_.node(static_cast<int>(i));
      for (const std::string& output : node.output()) {
        needed[i] = needed[i] || (!output.empty() && uses_.contains(output));
      }
      for (int k = 0; needed[i] && k < node.input_size(); ++k) {
        ++uses_[node.input(k)];
      }
    }
    return needed;
  }

  /// What a node does not give for a problem of its own, or of one before it, is unknown.
  void try_node(std::size_t index) {
    const onnx::NodeProto& proto = graph_.node(static_cast<int>(index));
    const bool is_possible =
        !refused_[index] && std::ranges::none_of(proto.input(), [this](const std::string& name) {
          return unknown_.contains(name);
        });
    if (is_possible) {
      try {
        add_node(proto);
        return;
      } catch (const InputError& error) {
        problems_.push_back(node_problem(proto, index, error.what()));
      }
      if (builder_.bindings_asked_for() > kMostBindings) {
        throw InputError("the nodes behind node #" + std::to_string(index + 1) +
                         " were not looked at: it would take too long");
      }
    }
    for (const std::string& output : proto.output()) {
      if (!output.empty()) {
        unknown_.insert(output);
      }
    }
  }

  void add_node(const onnx::NodeProto& proto) {
    std::vector<Node::Input> inputs;
    for (const std::string& name : proto.input()) {
      inputs.push_back(name.empty() ? Node::Input{}
                                    : Node::Input{&value(name), uses_.at(name) == 1});
    }
    std::vector<bool> wanted;
    for (const std::string& name : proto.output()) {
      wanted.push_back(!name.empty() && uses_.contains(name));
    }
    Node node(proto, operator_set_of(model_), std::move(inputs), std::move(wanted), builder_);
    Value result = import_node(node);
    require_outputs(proto, node);
    values_.insert_or_assign(proto.output(0), std::move(result));
    for (const auto& [output, value] : node.others()) {
      if (static_cast<int>(output) < proto.output_size()) {
        values_.insert_or_assign(proto.output(static_cast<int>(output)), value);
      }
    }
  }

  /// Outputs that the operator does not give may be named as long as nobody wants them.
  void require_outputs(const onnx::NodeProto& proto, const Node& node) const {
    for (int i = 1; i < proto.output_size(); ++i) {
      const std::string& name = proto.output(i);
      if (!name.empty() && uses_.contains(name) &&
          !node.others().contains(static_cast<std::size_t>(i))) {
        throw InputError("output " + std::to_string(i) + " '" + one_line_of(name) +
                         "' is used; only output 0 is supported");
      }
    }
  }

  void add_output(const onnx::ValueInfoProto& output) {
    const std::string place = "output '" + one_line_of(output.name()) + "': ";
    try {
      const std::int32_t type = output.type().tensor_type().elem_type();
      const Value& result = value(output.name());
      const OnnxType own = type_of(builder_, result);
      if (output.has_type() && onnx_type(type) != own) {
        throw InputError("is declared with type " + type_name(type) + ", but is of type " +
                         to_string(own));
      }
      builder_.add_output(output.name(), result);
    } catch (const InputError& error) {
      throw InputError(place + error.what());
    }
    require_shape(output);
  }

  const Value& value(const std::string& name) const {
    const auto found = values_.find(name);
    if (found == values_.end()) {
      throw InputError("no input, initializer or earlier node gives '" + one_line_of(name) + "'");
    }
    return found->second;
  }

  /// A shape that the model declares, or that ONNX has inferred, has to be ours.
  void require_shape(const onnx::ValueInfoProto& declared) const {
    const auto found = values_.find(declared.name());
    if (found == values_.end() || !declared.type().has_tensor_type() ||
        !declared.type().tensor_type().has_shape()) {
      return;
    }
    const Dims& dims = dims_of(found->second);
    const onnx::TensorShapeProto& shape = declared.type().tensor_type().shape();
    bool same = static_cast<std::size_t>(shape.dim_size()) == dims.size();
    for (std::size_t i = 0; same && i < dims.size(); ++i) {
      const auto& dim = shape.dim(static_cast<int>(i));
      same = !dim.has_dim_value() || static_cast<std::uint64_t>(dim.dim_value()) == dims[i];
    }
    if (!same) {
      throw InputError("value '" + one_line_of(declared.name()) +
                       "' is declared with another shape than the one it has, " + to_string(dims));
    }
  }

  onnx::ModelProto& model_;
  onnx::GraphProto& graph_;
  Weights weights_;  ///< of each initializer; null if its values are in the model
  const OnnxOptions& options_;
  GraphBuilder builder_;
  /// How often nodes that an output depends on, and outputs, name a value.
  std::unordered_map<std::string, std::size_t> uses_;
  std::unordered_map<std::string, Value> values_;
  std::vector<OnnxNodeProblem>& problems_;
  std::vector<bool> refused_;  ///< by node
  /// What cannot be known for a problem of a node; never the empty name, which stands for what is left out.
  std::unordered_set<std::string> unknown_;
};

/// The model is changed on the way.
OnnxSurvey survey_model(onnx::ModelProto& model, const OnnxOptions& options) {
  OnnxSurvey survey;
  const onnx::GraphProto& graph = required_graph(model);
  survey.nodes = static_cast<std::size_t>(graph.node_size());
  survey.operators = count_operators(graph);
  survey.problems = refuse_nodes(model);
  try {
    require_supported(model);
    ModelImport::Weights weights = take_external(model, options);
    check_model(model);
    survey.model = ModelImport(model, std::move(weights), options, survey.problems).run();
  } catch (const InputError& error) {
    survey.other = error.what();
  }
  std::ranges::sort(survey.problems, {}, &OnnxNodeProblem::number);
  survey.inputs = declared_inputs(graph, survey.model.has_value());
  survey.outputs = survey.model ? imported_outputs(*survey.model) : declared_outputs(graph);
  return survey;
}

}  // namespace

OnnxSurvey survey_onnx(std::string_view bytes, const OnnxOptions& options) {
  try {
    onnx::ModelProto model = parse_model(bytes);
    return survey_model(model, options);
  } catch (const InputError& error) {
    throw InputError(options.file + ": " + error.what());
  }
}

OnnxModel import_onnx(std::string_view bytes, const OnnxOptions& options) {
  OnnxSurvey survey = survey_onnx(bytes, options);
  if (!survey.model) {
    throw InputError(options.file + ": " + problem_text(survey));
  }
  return *std::move(survey.model);
}

}  // namespace tilewave
