// A model's summary as text and as a document.
#include "sim/report/model_report.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tilewave {
namespace {

using ::testing::ElementsAre;

ModelSummary known() {
  ModelSummary summary;
  summary.model = "net.graph";
  summary.operators = 1003;
  summary.operator_counts = {{"matmul", 1000}, {"relu", 3}};
  summary.figures = {12'345'678, 1000, 4000, 24, 32, 0};
  summary.inputs = {{"x", "f32", std::vector<OnnxDimension>{{2, {}}, {3, {}}}, 24}};
  summary.outputs = {{"y", "f32", std::vector<OnnxDimension>{{2, {}}, {4, {}}}, 32}};
  return summary;
}

ModelSummary unknown() {
  ModelSummary summary;
  summary.model = "net\n.onnx";
  summary.kind = ModelKind::kOnnx;
  summary.operators = 2;
  summary.operator_counts = {{"Relu", 1}, {"com.example.Foo", 1, false}};
  summary.inputs = {{"x", "FLOAT", std::vector<OnnxDimension>{{{}, "N"}, {{}, ""}, {3, {}}}},
                    {"s\x01", "", std::nullopt}};
  summary.outputs = {{"y", "FLOAT", std::vector<OnnxDimension>{}}};
  summary.problems = {{2, "f", "com.example.Foo", "node #2 'f' (Foo)", "it is not", true}};
  summary.error = "net.onnx: 1 of 2 nodes cannot be imported";
  return summary;
}

TEST(ModelReport, WholeText) {
  EXPECT_EQ(model_text(known()),
            "model      net.graph\n"
            "operators  1,003 operators\n"
            "  matmul  1,000\n"
            "  relu        3\n"
            "work       12,345,678 multiply-accumulates\n"
            "parameters 1,000 elements, 4,000 B\n"
            "inputs     24 B\n"
            "  x  [2,3]  f32\n"
            "outputs    32 B\n"
            "  y  [2,4]  f32\n"
            "peak       0 B of intermediate tensors at once\n");
}

TEST(ModelReport, WhatIsUnknownSaysSo) {
  EXPECT_EQ(model_text(unknown()),
            "model      net?.onnx\n"
            "operators  2 nodes\n"
            "  Relu             1\n"
            "  com.example.Foo  1  not supported\n"
            "work       unknown\n"
            "parameters unknown\n"
            "inputs     unknown\n"
            "  x            [N,?,3]      FLOAT\n"
            "  s?  of unknown shape  no tensor\n"
            "outputs    unknown\n"
            "  y  []  FLOAT\n"
            "peak       unknown\n"
            "problems   1 node\n"
            "  node #2 'f' (Foo): it is not\n");
}

TEST(ModelReport, Document) {
  const auto json = model_json(known());
  std::vector<std::string> names;
  for (const auto& [name, value] : json.items()) {
    names.push_back(name);
  }
  EXPECT_THAT(
      names, ElementsAre("schema", "version", "tilewave", "build", "model", "kind", "operators",
                         "operator_counts", "multiply_accumulates", "parameters", "parameter_bytes",
                         "input_bytes", "output_bytes", "peak_intermediate_bytes", "inputs",
                         "outputs", "problems", "error"));
  EXPECT_EQ(json["schema"], "tilewave-model");
  EXPECT_EQ(json["kind"], "graph");
  EXPECT_EQ(json["operator_counts"][1].dump(), R"({"name":"relu","count":3,"supported":true})");
  EXPECT_EQ(json["multiply_accumulates"], 12'345'678);
  EXPECT_EQ(json["inputs"][0].dump(), R"({"name":"x","type":"f32","dims":[2,3],"bytes":24})");
  EXPECT_TRUE(json["problems"].empty());
  EXPECT_TRUE(json["error"].is_null());
}

TEST(ModelReport, DocumentOfAModelThatIsNotImported) {
  const auto json = model_json(unknown());
  for (const char* name : {"multiply_accumulates", "parameters", "parameter_bytes", "input_bytes",
                           "output_bytes", "peak_intermediate_bytes"}) {
    EXPECT_TRUE(json[name].is_null()) << name;
  }
  EXPECT_EQ(json["inputs"].dump(), R"([{"name":"x","type":"FLOAT","dims":["N","",3],"bytes":null},)"
                                   R"({"name":"s\u0001","type":null,"dims":null,"bytes":null}])");
  EXPECT_EQ(json["problems"].dump(),
            R"([{"node":2,"name":"f","operator":"com.example.Foo","reason":"it is not"}])");
  EXPECT_EQ(json["error"], "net.onnx: 1 of 2 nodes cannot be imported");
}

}  // namespace
}  // namespace tilewave
