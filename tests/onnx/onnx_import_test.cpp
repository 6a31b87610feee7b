// The importer: which graph a model becomes, what its tensors are made from, and that nothing but
// an InputError comes of a damaged one.
#include "compiler/onnx/onnx_import.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/base/error.h"
#include "compiler/graph/fusion.h"
#include "compiler/graph/graph_text.h"
#include "tests/onnx/models.h"
#include "tests/support/error_of.h"

namespace tilewave {
namespace {

using test::add_integers;
using test::add_weight;
using test::parse_model_text;
using ::testing::ElementsAre;

OnnxModel import(const onnx::ModelProto& model, const OnnxOptions& options = {}) {
  return import_onnx(model.SerializeAsString(), options);
}

std::string error_of(const onnx::ModelProto& model) {
  return test::error_of([&] { import(model); });
}

/// The values of a parameter as it goes into the machine.
std::vector<float> parameter(const OnnxModel& model, const std::string& tensor) {
  for (const OnnxBinding& binding : model.bindings) {
    if (binding.tensor == tensor) {
      const OnnxNumbers& numbers = *model.sources[binding.source].values;
      return binding.arrangement.apply(std::get<std::vector<float>>(numbers), binding.scale);
    }
  }
  return {};
}

TEST(OnnxImport, APerceptronBecomesMatmulsAndAdds) {
  onnx::ModelProto model = parse_model_text(
      "mlp (float[4,3] x) => (float[4,1] y) {"
      "  h = Gemm<transB = 1>(x, w, b)  r = Relu(h)  y = MatMul(r, v) }");
  add_weight(model, "w", {2, 3});
  add_weight(model, "b", {2});
  add_weight(model, "v", {2, 1});
  const OnnxModel imported = import(model);
  EXPECT_EQ(to_text(imported.graph),
            "graph mlp\n"
            "input x 4x3\n"
            "param w 3x2\n"
            "h.matmul = matmul x w\n"
            "param b 1x2\n"
            "h = add h.matmul b\n"
            "r = relu h\n"
            "param v 2x1\n"
            "y = matmul r v\n"
            "output y\n");
  EXPECT_THAT(parameter(imported, "w"), ElementsAre(1, 4, 2, 5, 3, 6));
  ASSERT_EQ(imported.outputs.size(), 1U);
  EXPECT_EQ(imported.outputs[0].dims, (Dims{4, 1}));
}

TEST(OnnxImport, ABatchOnBothSidesBecomesAMatmulForEach) {
  const OnnxModel imported = import(parse_model_text(
      "net (float[2,3,4] a, float[2,4,5] b) => (float[2,3,5] y) { p = MatMul(a, b) y = Relu(p) }"));
  EXPECT_EQ(to_text(imported.graph),
            "graph net\n"
            "input a 3x4\n"
            "input a_2 3x4\n"
            "input b 4x5\n"
            "input b_2 4x5\n"
            "p.0 = matmul a b\n"
            "p.1 = matmul a_2 b_2\n"
            "y.0 = relu p.0\n"
            "y.1 = relu p.1\n"
            "output y.0 y.1\n");
  EXPECT_THAT(imported.outputs[0].tensors, ElementsAre("y.0", "y.1"));
}

TEST(OnnxImport, ASharedRightOperandTakesAllRows) {
  onnx::ModelProto model =
      parse_model_text("net (float[2,3,4] a) => (float[2,3,5] y) { y = MatMul(a, w) }");
  add_weight(model, "w", {4, 5});
  EXPECT_EQ(to_text(import(model).graph),
            "graph net\n"
            "input a 6x4\n"
            "param w 4x5\n"
            "y = matmul a w\n"
            "output y\n");
}

TEST(OnnxImport, OneTensorForEveryUseOfTheSameValues) {
  onnx::ModelProto model = parse_model_text(
      "net (float[3,3] x) => (float[3,3] y) {"
      "  p = MatMul(x, w) q = MatMul(p, w) t = Transpose(w) y = MatMul(q, t) }");
  add_weight(model, "w", {3, 3});
  const OnnxModel imported = import(model);
  EXPECT_EQ(imported.bindings.size(), 3U);  // x, w, and w transposed
  EXPECT_THAT(parameter(imported, "w_2"), ElementsAre(1, 4, 7, 2, 5, 8, 3, 6, 9));
}

TEST(OnnxImport, AlphaAndBetaScaleWhatIsBound) {
  onnx::ModelProto model = parse_model_text(
      "net (float[1,2] x) => (float[1,2] y) { y = Gemm<alpha = 2.0, beta = -1.0>(x, w, c) }");
  add_weight(model, "w", {2, 2});
  add_weight(model, "c", {2});
  const OnnxModel imported = import(model);
  EXPECT_THAT(parameter(imported, "w"), ElementsAre(2, 4, 6, 8));
  EXPECT_THAT(parameter(imported, "c"), ElementsAre(-1, -2));
}

TEST(OnnxImport, EveryFunctionOfTheRegisterThatOnnxHasIsAnOperator) {
  const std::string refusal =
      error_of(parse_model_text("net (float[2,3] x) => (float[2,3] y) { y = Conv(x, x) }"));
  for (const FunctionInfo& function : functions()) {
    if (function.word == "fmod" || function.word == "gelutanh" || function.word == "rescale") {
      continue;  // forms of Mod and Gelu; no operator of ONNX
    }
    std::string list = refusal;
    std::ranges::transform(list, list.begin(), [](unsigned char c) { return std::tolower(c); });
    EXPECT_THAT(list, ::testing::HasSubstr(" " + std::string(function.word)));
  }
}

TEST(OnnxImport, AMapComesAsTheMatricesThatAreNeeded) {
  EXPECT_EQ(
      to_text(import(parse_model_text("net (float[2,3,4] x, float[3,4] b) => (float[2,3,4] y) {"
                                      " y = Add(x, b) }"))
                  .graph),
      "graph net\n"
      "input x 2x12\n"
      "input b 1x12\n"
      "y = add x b\n"
      "output y\n");
  EXPECT_EQ(
      to_text(import(parse_model_text(
                         "net (float[2,3,4] x, float[3,4] b, float[4,5] w) => (float[2,3,5] y) {"
                         " s = Add(x, b) y = MatMul(s, w) }"))
                  .graph),
      "graph net\n"
      "input x 6x4\n"
      "input b 6x4\n"
      "s = add x b\n"
      "input w 4x5\n"
      "y = matmul s w\n"
      "output y\n");
  EXPECT_EQ(to_text(import(parse_model_text(
                               "net (float[2,3,4,5] x, float[3,1,1] c) => (float[2,3,4,5] y) {"
                               " r = Relu(c) y = Mul(x, r) }"))
                        .graph),
            "graph net\n"
            "input x 6x20\n"
            "input c 6x1\n"
            "r = relu c\n"
            "y = mul x r\n"
            "output y\n");
}

TEST(OnnxImport, ConstantsOfOneElementAreNumbersAndAttributesParameters) {
  onnx::ModelProto model = parse_model_text(
      "net (float[2,3] x) => (float[2,3] y) {"
      "  m = Mul(x, k) l = LeakyRelu<alpha = 0.5>(m) c = Clip(l, k) y = Sub(one, c)"
      "  one = Constant<value_float = 1.0>() }");
  std::swap(*model.mutable_graph()->mutable_node(3), *model.mutable_graph()->mutable_node(4));
  add_weight(model, "k", {});
  const OnnxModel imported = import(model);
  EXPECT_EQ(imported.bindings.size(), 1U);
  EXPECT_THAT(to_text(imported.graph), ::testing::HasSubstr("alpha=0.5"));
}

TEST(OnnxImport, WhatHasConstantsAloneIsComputedAtOnce) {
  onnx::ModelProto model =
      parse_model_text("net (float[2,3] x) => (float[2,3] y) { s = Mul(w, w) y = Add(x, s) }");
  add_weight(model, "w", {3});
  const OnnxModel imported = import(model);
  EXPECT_EQ(to_text(imported.graph),
            "graph net\n"
            "input x 2x3\n"
            "param s 1x3\n"
            "y = add x s\n"
            "output y\n");
  EXPECT_THAT(parameter(imported, "s"), ElementsAre(1, 4, 9));
}

TEST(OnnxImport, NamesBecomeLegalAndStayDifferent) {
  onnx::ModelProto model = parse_model_text(
      "net (float[1,2] x) => (float[1,2] y) { a = Relu(x) b = Relu(a) y = Relu(b) }");
  onnx::GraphProto& graph = *model.mutable_graph();
  graph.mutable_input(0)->set_name("0");
  graph.mutable_node(0)->set_input(0, "0");
  for (const auto& [index, name] : {std::pair(0, "h 1"), std::pair(1, "h+1")}) {
    graph.mutable_node(index)->set_output(0, name);
    graph.mutable_node(index + 1)->set_input(0, name);
  }
  EXPECT_EQ(to_text(import(model).graph),
            "graph net\n"
            "input _0 1x2\n"
            "h_1 = relu _0\n"
            "h_1_2 = relu h_1\n"
            "y = relu h_1_2\n"
            "output y\n");
}

TEST(OnnxImport, OnlyViewsOfAnInputAreCopied) {
  onnx::ModelProto model =
      parse_model_text("net (float[2,3] x) => (float[3,2] y) { y = Reshape(x, s) }");
  add_integers(model, "s", {3, -1});
  const OnnxModel imported = import(model);
  EXPECT_EQ(to_text(imported.graph),
            "graph net\n"
            "input x 3x2\n"
            "y = copy x\n"
            "output y\n");
  EXPECT_FALSE(imported.sources[imported.bindings[0].source].values);
}

TEST(OnnxImport, AnOutputMayBeNamedTwice) {
  const OnnxModel imported = import(parse_model_text(
      "net (float[2,3] x) => (float[2,3] y, float[2,3] z) { y = Relu(x) z = Identity(y) }"));
  EXPECT_THAT(imported.outputs[0].tensors, ElementsAre("y"));
  EXPECT_THAT(imported.outputs[1].tensors, ElementsAre("y"));
}

TEST(OnnxImport, BatchAndDataGiveSymbolicDimensions) {
  const onnx::ModelProto model =
      parse_model_text("net (float[N,3] x) => (float[N,3] y) { y = Relu(x) }");
  OnnxOptions options;
  options.batch = 7;
  EXPECT_EQ(import(model, options).outputs[0].dims, (Dims{7, 3}));
  onnx::TensorProto data;
  data.set_data_type(onnx::TensorProto::FLOAT);
  data.add_dims(2);
  data.add_dims(3);
  data.mutable_float_data()->Resize(6, 1.5F);
  options = {};
  options.inputs.push_back({data.SerializeAsString(), "input_0.pb", 0});
  const OnnxModel imported = import(model, options);
  EXPECT_EQ(imported.outputs[0].dims, (Dims{2, 3}));
  EXPECT_EQ(imported.sources[0].values, OnnxNumbers(std::vector<float>(6, 1.5F)));
}

TEST(OnnxImport, ErrorsNameFileNodeOperatorAndShapes) {
  EXPECT_EQ(error_of(parse_model_text(
                "net (float[2,3] x, float[4,5] w) => (float[2,5] y) { y = MatMul(x, w) }")),
            "model.onnx: node #1 (MatMul): shapes [2,3] and [4,5]: the inner dimensions 3 and 4 "
            "differ");
  EXPECT_THAT(
      error_of(parse_model_text("net (float[2,3] x) => (float[2,3] y) { y = Conv(x, x) }")),
      ::testing::StartsWith("model.onnx: node #1 (Conv): the operator is not supported; supported "
                            "are Abs, Add, And, Attention, BatchNormalization, "));
}

TEST(OnnxImport, TensorsAreReadFromEitherForm) {
  onnx::TensorProto tensor;
  tensor.set_name("t");
  tensor.set_data_type(onnx::TensorProto::INT64);
  tensor.add_dims(2);
  tensor.add_int64_data(-1);
  tensor.add_int64_data(5);
  const OnnxTensor typed = read_onnx_tensor(tensor.SerializeAsString(), "t.pb");
  EXPECT_EQ(std::get<1>(typed.values), (std::vector<std::int64_t>{-1, 5}));
  const std::vector<std::int64_t> values = {-1, 5};
  tensor.clear_int64_data();
  tensor.set_raw_data(values.data(), values.size() * sizeof(std::int64_t));
  EXPECT_EQ(std::get<1>(read_onnx_tensor(tensor.SerializeAsString(), "t.pb").values), values);
}

TEST(OnnxImport, TypesAreCalledAsOnnxCallsThem) {
  for (const OnnxTypeInfo& info : kOnnxTypes) {
    EXPECT_EQ(info.name, onnx::TensorProto_DataType_Name(
                             static_cast<onnx::TensorProto_DataType>(info.number)));
    const std::optional<OnnxType> type = onnx_type(info.number);
    ASSERT_TRUE(type);
    EXPECT_EQ(to_string(*type), info.name);
    if (info.element) {
      EXPECT_EQ(onnx_type(*info.element), *type);
    }
  }
  EXPECT_FALSE(onnx_type(onnx::TensorProto::DOUBLE));
  EXPECT_FALSE(onnx_type(-1));
}

/// Bits of a tensor in raw data and in the field of its type.
OnnxNumbers read_both(int type, const std::string& raw, const std::vector<std::int32_t>& field) {
  onnx::TensorProto tensor;
  tensor.set_data_type(type);
  tensor.add_dims(static_cast<std::int64_t>(field.size()));
  tensor.set_raw_data(raw);
  const OnnxNumbers numbers = read_onnx_tensor(tensor.SerializeAsString(), "t.pb").values;
  tensor.clear_raw_data();
  tensor.mutable_int32_data()->Add(field.begin(), field.end());
  EXPECT_EQ(read_onnx_tensor(tensor.SerializeAsString(), "t.pb").values, numbers);
  return numbers;
}

TEST(OnnxImport, NarrowElementsAreReadExactly) {
  using Floats = std::vector<float>;
  using Integers = std::vector<std::int64_t>;
  // One, the largest, the least normal, the least at all, minus infinity, minus zero.
  EXPECT_EQ(read_both(onnx::TensorProto::FLOAT16,
                      {"\x00\x3c\xff\x7b\x00\x04\x01\x00\x00\xfc\x00\x80", 12},
                      {0x3c00, 0x7bff, 0x0400, 0x0001, 0xfc00, 0x8000}),
            OnnxNumbers(Floats{1, 65504, 0x1p-14F, 0x1p-24F, -HUGE_VALF, -0.0F}));
  EXPECT_EQ(read_both(onnx::TensorProto::BFLOAT16, {"\x80\x3f\x01\x00\x40\xc0", 6},
                      {0x3f80, 0x0001, 0xc040}),
            OnnxNumbers(Floats{1, 0x1p-133F, -3}));
  EXPECT_EQ(read_both(onnx::TensorProto::INT8, {"\x80\xff\x7f", 3}, {-128, -1, 127}),
            OnnxNumbers(Floats{-128, -1, 127}));
  EXPECT_EQ(read_both(onnx::TensorProto::UINT8, {"\x80\xff\x00", 3}, {128, 255, 0}),
            OnnxNumbers(Floats{128, 255, 0}));
  EXPECT_EQ(read_both(onnx::TensorProto::INT32, {"\xff\xff\xff\x7f\xfe\xff\xff\xff", 8},
                      {2147483647, -2}),
            OnnxNumbers(Integers{2147483647, -2}));
  EXPECT_EQ(read_both(onnx::TensorProto::BOOL, {"\x01\x00", 2}, {1, 0}),
            OnnxNumbers(Integers{1, 0}));
}

/// With this scale and, of INT8, these zero points.
void add_quantization(onnx::ModelProto& model, const std::string& name, float scale, int zero) {
  onnx::TensorProto& number = *model.mutable_graph()->add_initializer();
  number.set_name(name + "s");
  number.set_data_type(onnx::TensorProto::FLOAT);
  number.add_float_data(scale);
  onnx::TensorProto& integer = *model.mutable_graph()->add_initializer();
  integer.set_name(name + "z");
  integer.set_data_type(onnx::TensorProto::INT8);
  integer.add_int32_data(zero);
}

/// A product between DequantizeLinear and QuantizeLinear; `more` stands before the last.
onnx::ModelProto quantized_model(const std::string& more, const std::string& last) {
  onnx::ModelProto model = parse_model_text(
      "net (int8[4,3] a, int8[3,2] w) => (int8[4,2] y) {"
      "  x = DequantizeLinear(a, as, az)  v = DequantizeLinear(w, ws, wz)  p = MatMul(x, v) " +
      more + " y = QuantizeLinear(" + last + ", ys, yz) }");
  add_quantization(model, "a", 0.5F, -3);
  add_quantization(model, "w", 0.25F, 0);
  add_quantization(model, "y", 2.0F, 7);
  return model;
}

TEST(OnnxImport, AProductOfDequantizedTensorsIsOneOfIntegers) {
  EXPECT_EQ(to_text(fuse(import(quantized_model("r = Relu(p)", "r")).graph)),
            "graph net\n"
            "input a 4x3 i8\n"
            "input w 3x2 i8\n"
            "y = matmul a w zeros=-3,0 -> i8 | relu x0; mul t0 0.0625; round t1; add t2 7\n"
            "output y\n");
}

TEST(OnnxImport, ABiasOfTheProductsScaleIsAddedToTheSums) {
  onnx::ModelProto model = quantized_model("c = DequantizeLinear(b, bs) h = Add(c, p)", "h");
  onnx::TensorProto& bias = *model.mutable_graph()->add_initializer();
  bias.set_name("b");
  bias.set_data_type(onnx::TensorProto::INT32);
  bias.add_dims(2);
  bias.add_int32_data(40);
  bias.add_int32_data(-50000);
  add_quantization(model, "b", 0.125F, 0);
  EXPECT_EQ(to_text(fuse(import(model).graph)),
            "graph net\n"
            "input a 4x3 i8\n"
            "input w 3x2 i8\n"
            "param b 1x2 i32\n"
            "y = matmul+bias a w b zeros=-3,0 -> i8 | mul x0 0.0625; round t0; add t1 7\n"
            "output y\n");
  // Of another scale it is a summand in fp32.
  model.mutable_graph()->mutable_initializer(7)->set_float_data(0, 0.126F);
  EXPECT_THAT(
      to_text(fuse(import(model).graph)),
      ::testing::HasSubstr("y = matmul a w c zeros=-3,0 -> i8 | mul x0 0.125; add x1 t0; "));
}

TEST(OnnxImport, WhatIsWantedTwiceIsNotRecomputed) {
  const OnnxModel imported = import(quantized_model("r = Relu(p) n = Neg(p) s = Add(r, n)", "s"));
  const auto& operators = imported.graph.operators();
  EXPECT_EQ(std::ranges::count(operators, OperatorKind::kMatMul, &Operator::kind), 1);
}

TEST(OnnxImport, DamagedTensorsAreRefusedOrWhole) {
  onnx::ModelProto model;
  add_weight(model, "w", {2, 3});
  const std::string seed = model.graph().initializer(0).SerializeAsString();
  std::mt19937 random(2);
  for (int round = 0; round < 20000; ++round) {
    std::string bytes = seed;
    bytes[random() % bytes.size()] = static_cast<char>(random());
    bytes.resize(random() % 4 == 0 ? random() % bytes.size() : bytes.size());
    try {
      const OnnxTensor tensor = read_onnx_tensor(bytes, "t.pb");
      const auto* values = std::get_if<std::vector<float>>(&tensor.values);
      EXPECT_TRUE(values == nullptr || values->size() == element_count(tensor.dims));
    } catch (const InputError&) {
    }
  }
}

/// Models that between them use every operator and most ways to write things down.
std::vector<std::string> seeds() {
  std::vector<onnx::ModelProto> models = {
      parse_model_text("net (float[N,3] x) => (float[N,1] y) {"
                       "  h = Gemm<transB = 1, alpha = 0.5>(x, w, b)  r = Relu(h)"
                       "  y = MatMul(r, v) }"),
      parse_model_text("net (float[N,3,4] a, float[N,4,5] b) => (float[M] y) {"
                       "  t = Transpose<perm = [0,2,1]>(b) u = Transpose<perm = [0,2,1]>(t)"
                       "  p = MatMul(a, u) q = Add(p, p) k = Constant<value_float = 1.5>()"
                       "  z = Add(q, k) y = Reshape(z, s) }"),
      parse_model_text("net (float[1,N,3] x, int64[1] axes) => (float[M] y) {"
                       "  q = Squeeze(x) u = Unsqueeze(q, c) f = Flatten<axis = 2>(u)"
                       "  i = Identity(f) y = Reshape(i, s) }"),
      parse_model_text(
          "net (float[N,3,4] x, float[3] k) => (float[N,3,4] y) {"
          "  n = BatchNormalization(x, k, k, k, k) m = Max(n, x) l = Elu<alpha = 2.0>(m)"
          "  h = Shape(x) one = Constant<value_float = 1.0>() e = Expand(one, h)"
          "  d = Dropout(e) p = Pow(d, l) q = ConstantOfShape(h) r = Cast<to = 1>(s)"
          "  t = Clip(p, r) y = Mean(t, q) }"),
      parse_model_text(
          "net (int8[N,3] x, float16[2] h, uint8[2] u) => (int8[N,2] y, int32[N,2] m, uint8[2] g) {"
          "  x1 = DequantizeLinear(x, as, az) w1 = QuantizeLinear(w, as, az)"
          "  w2 = DequantizeLinear(w1, as, az) w3 = Transpose(w2) p = MatMul(x1, w3) r = Relu(p)"
          "  y = QuantizeLinear(r, as, az) w4 = Transpose(w1) m = MatMulInteger(x, w4, az)"
          "  e = Cast<to = 1>(h) k = Cast<to = 2>(e) g = Add(u, k) }",
          14)};
  for (onnx::ModelProto& model : models) {
    add_quantization(model, "a", 0.5F, 1);
    add_weight(model, "w", {2, 3});
    add_weight(model, "b", {2});
    add_weight(model, "v", {2, 1});
    add_integers(model, "s", {-1});
    add_integers(model, "c", {0, -1});
  }
  models[1].mutable_graph()->mutable_initializer(5)->set_name("s");
  models[1].mutable_graph()->mutable_initializer(3)->set_name("unused");
  std::vector<std::string> bytes;
  for (const onnx::ModelProto& model : models) {
    bytes.push_back(model.SerializeAsString());
  }
  return bytes;
}

/// Imports; true if that has worked. Anything but an InputError fails the test.
bool survives(const std::string& bytes) {
  OnnxOptions options;
  options.batch = 4;
  try {
    import_onnx(bytes, options).graph.verify();
    return true;
  } catch (const InputError& error) {
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
    return false;
  }
}

TEST(OnnxImport, EveryTruncationIsRefusedOrLegal) {
  for (const std::string& seed : seeds()) {
    for (std::size_t size = 0; size < seed.size(); ++size) {
      survives(seed.substr(0, size));
    }
  }
}

TEST(OnnxImport, DamagedModelsAreRefusedOrLegal) {
  constexpr int kRounds = 4000;
  std::mt19937 random(1);
  int imported = 0;
  for (const std::string& seed : seeds()) {
    ASSERT_TRUE(survives(seed));
    for (int round = 0; round < kRounds; ++round) {
      std::string bytes = seed;
      for (std::uint32_t i = 0; i <= random() % 4; ++i) {
        const std::size_t at = random() % bytes.size();
        switch (random() % 4) {
          case 0: bytes[at] = static_cast<char>(random()); break;
          case 1: bytes[at] = static_cast<char>(bytes[at] ^ (1 << random() % 8)); break;
          case 2: bytes.erase(at, 1 + random() % 8); break;
          default: bytes.insert(at, bytes.substr(random() % bytes.size(), random() % 16));
        }
        if (bytes.empty()) {
          bytes = seed;
        }
      }
      imported += survives(bytes) ? 1 : 0;
    }
  }
  EXPECT_GT(imported, 0);
}

}  // namespace
}  // namespace tilewave
