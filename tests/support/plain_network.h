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
    const std::uint64_t b_elements = b.size();  // fewer than c's if a row vector
    const std::uint64_t depth = graph.tensor(oper.inputs.front()).shape.cols;
    const std::uint64_t cols = tensor.shape.cols;
    c.resize(tensor.shape.elements());
    for (std::uint64_t i = 0; i < c.size(); ++i) {
      switch (oper.kind) {
        case OperatorKind::kMatMul:
          c[i] = oper.has_bias() ? values[oper.inputs[2]][i % cols] : 0;
          for (std::uint64_t k = 0; k < depth; ++k) {
            c[i] += a[i / cols * depth + k] * b[k * cols + i % cols];
          }
          break;
        case OperatorKind::kAdd: c[i] = a[i] + b[i % b_elements]; break;
        case OperatorKind::kRelu: c[i] = a[i] < 0 ? 0 : a[i]; break;
        case OperatorKind::kCopy: c[i] = a[i]; break;
      }
      if (oper.relu && c[i] < 0) {
        c[i] = 0;
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
