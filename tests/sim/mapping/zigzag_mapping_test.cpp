// ZigZag's mappings of products: which nest they become, and what cannot be done.
#include "sim/mapping/zigzag_mapping.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sim/mapping/mappings.h"

namespace tilewave {
namespace {

using test::imported;
using test::refused;
using ::testing::HasSubstr;

const std::string kModel = "gemm:128x256x64";  // D=128, C=256, K=64

/// Of one layer with this order of loops.
std::string file(const std::string& ordering, const std::string& more = "",
                 const std::string& name = "default") {
  return "- name: " + name +
         "\n  spatial_mapping:\n    D1:\n      - D, 32\n    D2:\n      - K, 32\n"
         "  memory_operand_links: {O: O, W: I2, I: I1}\n" +
         more + "  temporal_ordering:\n" + ordering;
}

const std::string kOrder =
    "    - [C, 64]\n    - [K, 2]\n    - [D, 2]\n    - [C, 4]\n    - [D, '*']\n";

TEST(ZigzagMapping, LoopsOutsideOfAStepBecomeANest) {
  const Mapping mapping = imported(kModel, file(kOrder));
  ASSERT_EQ(mapping.operators.size(), 1U);
  // 32 of the first 64 are in the step; then k 2, n 2, m 2 inside and k 4, m 2 outside.
  EXPECT_EQ(mapping.operators[0].loops->value,
            (LoopNest{LoopOrder::kNmk, {2, 1, 4}, LoopOrder::kMnk, false}));
  EXPECT_FALSE(mapping.operators[0].tile);  // the config's
}

TEST(ZigzagMapping, ARunWithItIsVerified) {
  const Graph graph = build_builtin("mlp:64x64x64x64");
  const Config config = test::config_with(
      file("    - [C, 64]\n    - [K, 2]\n    - [B, 2]\n", "  core_allocation: [1]\n") +
      "- name: out\n  temporal_ordering: [[B, 64], [C, 64], [K, 64]]\n");
  EXPECT_THAT(test::error_of([&] { compile_work(graph, config); }),
              HasSubstr("m.yaml:14: the innermost loops do not make up a tile, of k=32"));
  const Config right = test::config_with(
      file("    - [C, 64]\n    - [K, 2]\n    - [B, 2]\n", "  core_allocation: [1]\n") +
      "- name: out\n  temporal_ordering: [[B, 32], [C, 32], [K, 64], [B, 2], [C, 2]]\n");
  EXPECT_TRUE(run_work(compile_work(graph, right), right).passed());
  EXPECT_THAT(test::mapping_text(graph, right), HasSubstr("loops: {inner: kmn}"));
}

TEST(ZigzagMapping, WhatCannotBeDoneSaysWhy) {
  struct Case {
    std::string text;
    std::string message;
  };
  const std::vector<Case> cases = {
      {file("    - [C, 32]\n    - [D, 4]\n    - [K, 2]\n"),
       "m.yaml:9: the factors of k multiply to 32; allowed: 256, the extent of 'out'"},
      {file("    - [C, 256]\n    - [D, 4]\n    - [K, 2]\n    - [FX, 3]\n"),
       "m.yaml:12: FX, 3: convolutions and heads are not mapped yet; allowed: FX, 1"},
      {file("    - [C, 256]\n    - [D, 4]\n    - [X, 2]\n"),
       "m.yaml:11: dimension X is none of a matrix product"},
      {file("    - [D, 2]\n    - [C, 256]\n    - [D, 2]\n    - [K, 2]\n"),
       "m.yaml:9: the innermost loops do not make up a tile, of k=32"},
      {file(
           "    - [C, 64]\n    - [D, 2]\n    - [C, 2]\n    - [D, 2]\n    - [C, 2]\n    - [K, 2]\n"),
       "m.yaml:9: loops over tiles of three levels, the third from one over k on"},
      {file("    - [C, '*']\n    - [C, '*']\n    - [D, 4]\n    - [K, 2]\n"),
       "m.yaml:10: a second '*' of the same dimension"},
      {file("    - [C, 96]\n    - [C, '*']\n    - [D, 4]\n    - [K, 2]\n"),
       "m.yaml:10: the factors of k multiply to 96; allowed: a divisor of 256"},
      {file("    - [C, nan]\n"), "m.yaml:9: factor of C: nan"},
      {file("    - C\n"), "m.yaml:9: is no loop"},
      {file(kOrder, "  core_allocation: [1, 2]\n"), "m.yaml:8: core_allocation of 2 cores"},
      {file(kOrder, "  memory_hint: 1\n"), "m.yaml:8: unknown key 'memory_hint'"},
      {file(kOrder, "", "z"), "m.yaml:1: the model has no product 'z'"},
      {file(kOrder) + file(kOrder), "'default' is mapped twice"},
      {"- name: default\n  memory_operand_links: {O: O, W: I1, I: I1}\n",
       "m.yaml:2: memory_operand_links: W: I1; this machine has one SRAM for all; allowed: I2"},
      {"- name: default\n  spatial_mapping: {D1: [[D, 64]]}\n",
       "m.yaml:2: spatial factor m=64 is more than the array has; allowed: 1..32"},
      {"- name: default\n  spatial_mapping: {D1: [[D, '*']]}\n",
       "m.yaml:2: spatial_mapping takes no '*'"},
      {"- name: default\n  spatial_mapping: {D1: [[D, 32]]}\n",
       "m.yaml:2: spatial factor n=1: the array takes as much of a step of 32 as it can"}};
  for (const Case& one : cases) {
    EXPECT_THAT(refused(kModel, one.text), HasSubstr(one.message)) << one.text;
  }
}

}  // namespace
}  // namespace tilewave
