// What the installed ONNX library cannot judge is left to the importer, and the model stays as it was.
#include "compiler/onnx/newer_operators.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/onnx/node_import.h"
#include "compiler/onnx/onnx_import.h"
#include "compiler/onnx/protobuf.h"
#include "tests/onnx/models.h"
#include "tests/support/error_of.h"

namespace tilewave {
namespace {

using test::parse_model_text;
using ::testing::HasSubstr;

constexpr std::int64_t kNewestSet = 24;

onnx::NodeProto node_of(std::string_view domain, std::string_view name) {
  onnx::NodeProto node;
  node.set_domain(std::string(domain));
  node.set_op_type(std::string(name));
  return node;
}

TEST(NewerOperators, EachOfOnnxRuntimeHasAForm) {
  const std::string prefix = std::string(kRuntimeDomain) + ".";
  std::string list = supported_operators() + ", ";
  std::size_t count = 0;
  for (std::size_t end = list.find(", "); end != std::string::npos; end = list.find(", ")) {
    const std::string name = list.substr(0, end);
    list = list.substr(end + 2);
    if (name.starts_with(prefix)) {
      ++count;
      EXPECT_NE(unknown_form(node_of(kRuntimeDomain, name.substr(prefix.size())), kNewestSet),
                nullptr)
          << name;
    }
  }
  EXPECT_GT(count, 0U);
}

TEST(NewerOperators, BeginWithAnOperatorSet) {
  EXPECT_EQ(unknown_form(node_of("", "RMSNormalization"), 22), nullptr);
  EXPECT_NE(unknown_form(node_of("", "RMSNormalization"), 23), nullptr);
  EXPECT_NE(unknown_form(node_of("ai.onnx", "RMSNormalization"), 23), nullptr);
  EXPECT_EQ(unknown_form(node_of("", "Add"), kNewestSet), nullptr);
  EXPECT_EQ(unknown_form(node_of("com.example", "Attention"), kNewestSet), nullptr);
}

TEST(NewerOperators, AModelIsCheckedWithoutThemAndStaysAsItIs) {
  onnx::ModelProto model = parse_model_text(
      "net (float[2,3] x, float[3] g) => (float[2,3] y) { y = RMSNormalization(x, g) }");
  model.mutable_opset_import(0)->set_version(23);
  const std::string before = model.graph().SerializeAsString();
  check_model(model);
  EXPECT_EQ(model.graph().SerializeAsString(), before);
  ASSERT_EQ(model.opset_import_size(), 1);
  EXPECT_EQ(model.opset_import(0).version(), 23);
  infer_shapes(model);
  EXPECT_EQ(model.opset_import(0).version(), 23);
}

TEST(NewerOperators, HaveAsManyInputsAndOutputsAsTheyMay) {
  onnx::NodeProto node = node_of(kRuntimeDomain, "QuickGelu");
  node.add_output("y");
  const auto error = [&node] { return test::error_of([&] { require_form(node, kNewestSet); }); };
  EXPECT_THAT(error(), HasSubstr("it has 0 inputs; allowed: 1..1"));
  node.add_input("x");
  require_form(node, kNewestSet);
  node.add_output("z");
  EXPECT_THAT(error(), HasSubstr("it has 2 outputs; allowed: 1..1"));
}

}  // namespace
}  // namespace tilewave
