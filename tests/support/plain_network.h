// A network computed element by element in double precision: no tiles, no padding, no machine.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "compiler/graph/graph.h"
#include "tests/support/runs.h"

namespace tilewave::test {

/// Every tensor of the graph, by id.
inline std::vector<std::vector<double>> compute_plainly(const Graph& graph, const Values& sources) {
  std::vector<std::vector<double>> values(graph.tensors().size());
  for (TensorId id = 0; id < values.size(); ++id) {
    const Tensor& tensor = graph.tensor(id);
    std::vector<double>& c = values[id];
    if (!tensor.producer) {
      const std::vector<float>& source = sources.at(tensor.name);
      c.assign(source.begin(), source.end());
      continue;
    }
    const Operator& oper = graph.operators()[*tensor.producer];
    const std::vector<double>& a = values[oper.inputs.front()];
    const std::vector<double>& b = values[oper.inputs[oper.inputs.size() > 1 ? 1 : 0]];
    const std::uint64_t depth = graph.tensor(oper.inputs.front()).shape.cols;
    const std::uint64_t cols = tensor.shape.cols;
    c.resize(tensor.shape.elements());
    for (std::uint64_t i = 0; i < c.size(); ++i) {
      std::vector<double> mapped;  // what the operator's expression is of
      if (oper.kind == OperatorKind::kMatMul) {
        c[i] = oper.has_bias ? values[oper.inputs[2]][i % cols] : 0;
        for (std::uint64_t k = 0; k < depth; ++k) {
          c[i] += a[i / cols * depth + k] * b[k * cols + i % cols];
        }
        c[i] = oper.relu && c[i] < 0 ? 0 : c[i];
        mapped.push_back(c[i]);
      } else if (oper.kind == OperatorKind::kCopy) {
        c[i] = a[i];
      }
      for (const TensorId input : oper.map_inputs()) {
        const Shape& shape = graph.tensor(input).shape;
        const std::uint64_t row = shape.rows == 1 ? 0 : i / cols;
        mapped.push_back(values[input][row * shape.cols + (shape.cols == 1 ? 0 : i % cols)]);
      }
      if (oper.has_map()) {
        c[i] = evaluate(oper.map, mapped);
      }
    }
  }
  return values;
}

/// Outputs within 1e-4 of the largest magnitude; NaN and infinity exactly where they should be.
inline void expect_computed(const Graph& graph, const Values& sources, const Values& outputs) {
  const std::vector<std::vector<double>> expected = compute_plainly(graph, sources);
  for (TensorId id = 0; id < expected.size(); ++id) {
    const Tensor& tensor = graph.tensor(id);
    if (tensor.role != TensorRole::kOutput) {
      continue;
    }
    const std::vector<float>& found = outputs.at(tensor.name);
    ASSERT_EQ(found.size(), expected[id].size());
    double largest = 0;
    for (const double value : expected[id]) {
      largest = std::isfinite(value) ? std::max(largest, std::abs(value)) : largest;
    }
    for (std::size_t i = 0; i < found.size(); ++i) {
      const double want = expected[id][i];
      const double got = found[i];
      const bool same = std::isnan(want)   ? std::isnan(got)
                        : std::isinf(want) ? want == got
                                           : std::abs(want - got) <= 1e-5 + 1e-4 * largest;
      ASSERT_TRUE(same) << tensor.name << " element " << i / tensor.shape.cols << ","
                        << i % tensor.shape.cols << ": " << got << ", not " << want;
    }
  }
}

}  // namespace tilewave::test
