// All that is wrong with a model: what a line says of it, what a survey finds, and how long that takes.
#include "compiler/onnx/model_problems.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/onnx/models.h"
#include "tests/support/error_of.h"

namespace tilewave {
namespace {

using test::add_integers;
using test::add_weight;
using test::parse_model_text;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

OnnxSurvey survey(const onnx::ModelProto& model) {
  return survey_onnx(model.SerializeAsString(), {});
}

std::string error_of(const onnx::ModelProto& model) {
  return test::error_of([&] { import_onnx(model.SerializeAsString(), {}); });
}

/// "5 reason" of each.
std::vector<std::string> found(const OnnxSurvey& survey) {
  std::vector<std::string> texts;
  for (const OnnxNodeProblem& problem : survey.problems) {
    texts.push_back(std::to_string(problem.number) + " " + problem.reason);
  }
  return texts;
}

OnnxNodeProblem problem(std::size_t number, const std::string& operator_name,
                        const std::string& reason, bool unknown = false) {
  return {number,        "",
          operator_name, "node #" + std::to_string(number) + " (" + operator_name + ")",
          reason,        unknown};
}

TEST(ModelProblems, OneIsNamedAsItIs) {
  OnnxSurvey one;
  one.problems = {problem(3, "MatMul", "shapes differ")};
  EXPECT_EQ(problem_text(one), "node #3 (MatMul): shapes differ");
  one.problems = {problem(3, "Hardmax", "the operator is not supported", true)};
  EXPECT_THAT(
      problem_text(one),
      AllOf(StartsWith("node #3 (Hardmax): the operator is not supported; supported are Abs, "),
            HasSubstr(", Xor, com.microsoft.Attention, ")));
  one.other = "dimension 'N' is symbolic";
  EXPECT_THAT(problem_text(one), EndsWith("Normalization; besides, dimension 'N' is symbolic"));
  one.problems = {};
  EXPECT_EQ(problem_text(one), "dimension 'N' is symbolic");
}

TEST(ModelProblems, EqualReasonsOfAnOperatorAreOne) {
  OnnxSurvey several;
  several.problems = {problem(2, "MatMul", "shapes differ"), problem(3, "Gemm", "shapes differ"),
                      problem(5, "MatMul", "shapes differ"), problem(6, "MatMul", "too large"),
                      problem(9, "MatMul", "shapes differ")};
  EXPECT_EQ(problem_text(several),
            "5 nodes cannot be imported: node #2 (MatMul) and 2 like it: shapes differ; "
            "node #3 (Gemm): shapes differ; node #6 (MatMul): too large");
  several.problems.push_back(problem(10, "Hardmax", "the operator is not supported", true));
  several.other = "has no output";
  EXPECT_THAT(
      problem_text(several),
      EndsWith("; node #6 (MatMul): too large; node #10 (Hardmax): the operator is not supported; "
               "docs/formats.md has the operators that are supported; besides, has no output"));
}

TEST(ModelProblems, ALineStaysReadable) {
  OnnxSurvey many;
  for (std::size_t i = 1; i <= kMaxReasons + 1; ++i) {
    many.problems.push_back(problem(i, "Op" + std::to_string(i), "no"));
  }
  EXPECT_THAT(problem_text(many), AllOf(HasSubstr("; node #20 (Op20): no; and 1 more reason, "),
                                        Not(HasSubstr("Op21"))));
  many.problems.push_back(problem(22, "Op22", "no"));
  EXPECT_THAT(problem_text(many),
              EndsWith("; and 2 more reasons, all of which 'tilewave model' lists"));
  many.problems.clear();
  for (std::size_t i = 1; i <= 5; ++i) {
    many.problems.push_back(problem(i, "Op", std::to_string(i) + std::string(1000, 'x')));
  }
  EXPECT_LT(problem_text(many).size(), 2600U);
  EXPECT_THAT(problem_text(many), HasSubstr("; and 3 more reasons"));
  many.problems[0].reason = std::string(5000, 'x');  // one is always named
  EXPECT_THAT(problem_text(many), AllOf(HasSubstr(": node #1 (Op): xxx"), HasSubstr("and 4 more")));
}

TEST(ModelProblems, OfOperatorsAndOfTheWalkAtOnce) {
  onnx::ModelProto model = parse_model_text(
      "net (float[2,3] x, float[4,5] w) => (float[2,5] y, float[2,3] z) {"
      "  p = MatMul(x, w)"   // fails
      "  q = Relu(p)"        // cannot be known
      "  s = Hardmax(x)"     // not supported
      "  y = Add(q, s)"      // cannot be known
      "  t = MatMul(x, w)"   // nobody needs it
      "  n = Neg(x)"         // is fine
      "  m = MatMul(n, n)"   // fails
      "  a = Neg(m)"         // cannot be known
      "  r = Reshape(n, k)"  // fails
      "  z = Sum(a, r) }");  // cannot be known
  add_integers(model, "k", {7});
  const OnnxSurvey result = survey(model);
  EXPECT_FALSE(result.model);
  EXPECT_EQ(result.other, "");
  EXPECT_EQ(result.nodes, 10U);
  EXPECT_THAT(
      found(result),
      ElementsAre("1 shapes [2,3] and [4,5]: the inner dimensions 3 and 4 differ",
                  "3 the operator is not supported",
                  "7 shapes [2,3] and [2,3]: the inner dimensions 3 and 2 differ",
                  "9 shape [7] for a value of shape [2,3]: the number of elements differs"));
  EXPECT_EQ(error_of(model).find("model.onnx: 4 nodes cannot be imported: node #1 (MatMul): "), 0U)
      << error_of(model);
}

TEST(ModelProblems, WhatIsGivenIsCountedAndDeclared) {
  onnx::ModelProto model = parse_model_text(
      "net (float[N,3] x, int64[2] s) => (float[N,3] y, int32 i) {"
      "  a = Relu(x) b = Relu(a) y = Hardmax(b) c = Neg(x) i = Foo(c) }");
  model.mutable_graph()->mutable_node(3)->set_domain("com.example");
  const OnnxSurvey result = survey(model);
  std::vector<std::string> counts;
  for (const OnnxOperatorCount& count : result.operators) {
    counts.push_back(std::to_string(count.nodes) + " " + count.name + (count.supported ? "" : "!"));
  }
  EXPECT_THAT(counts, ElementsAre("2 Relu", "1 Foo!", "1 Hardmax!", "1 com.example.Neg!"));
  ASSERT_EQ(result.inputs.size(), 2U);
  EXPECT_EQ(result.inputs[0].name, "x");
  EXPECT_EQ(result.inputs[0].type, "FLOAT");
  EXPECT_EQ(result.inputs[0].dims->at(0).name, "N");
  EXPECT_EQ(result.inputs[0].dims->at(1).number, 3U);
  EXPECT_FALSE(result.inputs[0].bytes);
  EXPECT_EQ(result.inputs[1].type, "INT64");
  ASSERT_EQ(result.outputs.size(), 2U);
  EXPECT_EQ(result.outputs[1].type, "INT32");
  EXPECT_EQ(
      result.other,
      "dimension 'N' is symbolic; give its number with --batch or --size, or data with --inputs");
  OnnxOptions options;
  options.batch = 4;
  const OnnxSurvey with_batch = survey_onnx(model.SerializeAsString(), options);
  EXPECT_EQ(with_batch.other, "");
  EXPECT_EQ(with_batch.inputs[0].dims->at(0).number, 4U);
}

TEST(ModelProblems, AModelThatIsImportedHasNone) {
  onnx::ModelProto model =
      parse_model_text("net (float[2,3] x, int64[1] s) => (float[2,4] y) { y = MatMul(x, w) }");
  add_weight(model, "w", {3, 4});
  const OnnxSurvey result = survey(model);
  ASSERT_TRUE(result.model);
  EXPECT_THAT(result.problems, IsEmpty());
  EXPECT_EQ(result.other, "");
  EXPECT_EQ(result.inputs[0].bytes, 24U);  // 2 * 3 * 4
  EXPECT_EQ(result.inputs[1].bytes, 8U);
  EXPECT_EQ(result.outputs[0].bytes, 32U);  // 2 * 4 * 4
}

// The name of what is left out is nobody's.
TEST(ModelProblems, OutputsAndInputsThatAreLeftOutDoNotMeet) {
  onnx::ModelProto model = parse_model_text(
      "net (float[2,3] x) => (float[2,3] y, float[3,3] z) { y = Foo(x) c = Clip(x, x, x) z = "
      "MatMul(c, c) }");
  onnx::GraphProto& graph = *model.mutable_graph();
  graph.mutable_node(0)->add_output("");
  graph.mutable_node(1)->set_input(1, "");
  graph.mutable_node(1)->set_input(2, "");
  EXPECT_THAT(found(survey(model)),
              ElementsAre(StartsWith("1 the operator"), StartsWith("3 shapes [2,3]")));
}

TEST(ModelProblems, ADeclaredDimensionMayBeNonsense) {
  onnx::ModelProto model = parse_model_text("net (float[2,3] x) => (float[2,3] y) { y = Foo(x) }");
  model.mutable_graph()
      ->mutable_output(0)
      ->mutable_type()
      ->mutable_tensor_type()
      ->mutable_shape()
      ->mutable_dim(0)
      ->set_dim_value(-1);
  model.mutable_graph()
      ->mutable_input(0)
      ->mutable_type()
      ->mutable_tensor_type()
      ->mutable_shape()
      ->mutable_dim(0)
      ->set_dim_value(-7);
  const OnnxSurvey result = survey(model);
  EXPECT_EQ(result.outputs[0].dims->at(0).name, "-1");
  EXPECT_FALSE(result.outputs[0].dims->at(0).number);
  EXPECT_THAT(result.other, StartsWith("input 'x' has the shape [-7,3]; a dimension is "));
}

TEST(ModelProblems, AnOutputOfAnotherTypeIsNamedBesides) {
  const onnx::ModelProto model = parse_model_text(
      "net (float[2,3] x) => (float[2,3] y, int8[2,3] z) { y = Hardmax(x) z = Relu(x) }");
  EXPECT_THAT(error_of(model),
              EndsWith("; besides, output 'z': is declared with type INT8, but is of "
                       "type FLOAT"));
}

TEST(ModelProblems, WhatIsRefusedDoesNotReachTheChecker) {
  onnx::ModelProto model = parse_model_text(
      "net (float[2,3] x) => (float[2,3] y, float[2,3] z) { y = Foo(x) z = Relu(x) }");
  onnx::AttributeProto& body = *model.mutable_graph()->mutable_node(0)->add_attribute();
  body.set_name("body");
  body.set_type(onnx::AttributeProto::GRAPH);
  body.mutable_g()->add_node()->set_op_type("Nothing");
  *model.mutable_graph()->mutable_node(1)->add_attribute() = body;
  EXPECT_EQ(
      error_of(model),
      "model.onnx: 2 nodes cannot be imported: node #1 (Foo): the operator is not supported; node "
      "#2 (Relu): attribute 'body' is a graph, which is not supported; docs/formats.md has the "
      "operators that are supported");
  // Of a version before there were operator sets.
  model.clear_opset_import();
  model.set_ir_version(2);
  EXPECT_THAT(found(survey(model)),
              ElementsAre(StartsWith("1 the operator"), StartsWith("2 attr")));
  EXPECT_EQ(survey(model).other, "");
  // What the checker finds elsewhere is said, too.
  model.mutable_graph()->mutable_output(0)->clear_type();
  EXPECT_THAT(survey(model).other, StartsWith("the ONNX checker refuses the model: "));
}

TEST(ModelProblems, AreFoundInAModelThatHasOthers) {
  onnx::ModelProto model =
      parse_model_text("net (float[2,3] x) => (float[2,3] y) { a = Foo(x) y = Bar(a) }");
  model.add_functions()->set_name("f");
  EXPECT_EQ(survey(model).problems.size(), 2U);
  EXPECT_THAT(error_of(model),
              EndsWith("; besides, has functions of its own, which are not supported"));
  model.clear_functions();
  model.clear_graph();
  EXPECT_EQ(test::error_of([&] { survey(model); }),
            "model.onnx: is not an ONNX model: there is no graph in it");
}

TEST(ModelProblems, NamesOfAnyKindStayOnOneLine) {
  onnx::ModelProto model =
      parse_model_text("net (float[2,3] x) => (float[2,3] y) { a = Foo(x) y = Bar(a) }");
  for (onnx::NodeProto& node : *model.mutable_graph()->mutable_node()) {
    node.set_name(std::string("\n\x1b[31m'\xff") + std::string(100'000, 'n'));
    node.set_op_type("A\nB" + std::string(100'000, 'o'));
    node.set_domain("c\rd" + std::string(100'000, 'd'));
  }
  const std::string error = error_of(model);
  EXPECT_TRUE(std::ranges::all_of(error, [](char c) { return c >= ' ' && c < 0x7f; })) << error;
  EXPECT_LT(error.size(), 2000U);
}

/// As many nodes as a model may have: `text` for each, of input xN and output x(N+1).
onnx::ModelProto largest(const std::string& operator_type, bool chain) {
  onnx::ModelProto model =
      parse_model_text("net (float[2,3] x0) => (float[2,3] y) { y = Relu(x0) }");
  onnx::GraphProto& graph = *model.mutable_graph();
  graph.clear_node();
  graph.clear_output();
  for (std::size_t i = 0; i < kMaxOnnxNodes; ++i) {
    onnx::NodeProto& node = *graph.add_node();
    node.set_op_type(operator_type);
    node.add_input("x" + std::to_string(chain ? i : 0));
    node.add_input("x0");
    node.add_output("x" + std::to_string(i + 1));
  }
  for (std::size_t i = chain ? kMaxOnnxNodes : 1; i <= kMaxOnnxNodes; ++i) {
    onnx::ValueInfoProto& output = *graph.add_output();
    output.set_name("x" + std::to_string(i));
    output.mutable_type()->mutable_tensor_type()->set_elem_type(onnx::TensorProto::FLOAT);
    output.mutable_type()->mutable_tensor_type()->mutable_shape();
  }
  return model;
}

// Were any of it quadratic, these would take minutes.
TEST(ModelProblems, TheLargestModelTakesNoLongerForIt) {
  EXPECT_THAT(
      error_of(largest("Foo", true)),
      StartsWith("model.onnx: 65536 nodes cannot be imported: node #1 (Foo) and 65535 like it: "
                 "the operator is not supported; docs/"));
  EXPECT_THAT(error_of(largest("MatMul", true)),
              StartsWith("model.onnx: node #1 (MatMul): shapes [2,3] and [2,3]: "));
  const OnnxSurvey wide = survey(largest("MatMul", false));
  EXPECT_EQ(wide.problems.size(), kMaxOnnxNodes);
  EXPECT_EQ(wide.other, "");
}

// Each node asks for a matrix of x for each of a batch before it finds that p is none.
TEST(ModelProblems, NodesThatAllFailLateEndTheWalk) {
  onnx::ModelProto model = parse_model_text(
      "net (float[30000,1,1] x, float[2,15000] a) => (float[30000,1,1] y) {"
      "  n = Neg(a) m = MatMul(v, n) p = Reshape(m, s) y = MatMul(x, p) }");
  add_weight(model, "v", {2, 2});
  add_integers(model, "s", {30000, 1, 1});
  onnx::GraphProto& graph = *model.mutable_graph();
  const onnx::NodeProto last = graph.node(3);
  for (int i = 0; i < 20'000; ++i) {
    *graph.add_node() = last;
    graph.mutable_node(graph.node_size() - 1)->set_output(0, "y" + std::to_string(i));
    *graph.add_output() = graph.output(0);
    graph.mutable_output(graph.output_size() - 1)->set_name("y" + std::to_string(i));
  }
  const OnnxSurvey result = survey(model);
  EXPECT_EQ(result.problems.size(), 35U);  // 16 * 65536 / 30000, rounded up
  EXPECT_EQ(result.other, "the nodes behind node #38 were not looked at: it would take too long");
}

}  // namespace
}  // namespace tilewave
