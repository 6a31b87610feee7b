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

/// The parts of a concat, each where it belongs in `whole`.
inline void join_plainly(const Graph& graph, const Operator& oper,
                         const std::vector<std::vector<double>>& values,
                         std::vector<double>& whole) {
  const std::uint64_t cols = graph.tensor(oper.output).shape.cols;
  std::uint64_t first = 0;
  for (const TensorId input : oper.inputs) {
    const Shape& shape = graph.tensor(input).shape;
    for (std::uint64_t i = 0; i < shape.elements(); ++i) {
      whole[first + i / shape.cols * cols + i % shape.cols] = values[input][i];
    }
    first += oper.axis == MatrixAxis::kRows ? shape.elements() : shape.cols;
  }
}

/// What of an operand of an expression meets an element.
inline double element_plainly(const Graph& graph, TensorId operand,
                              const std::vector<std::vector<double>>& values, std::uint64_t row,
                              std::uint64_t col) {
  const Shape& shape = graph.tensor(operand).shape;
  return values[operand][(shape.rows == 1 ? 0 : row) * shape.cols + (shape.cols == 1 ? 0 : col)];
}

inline void fold_plainly(const Graph& graph, const Operator& oper,
                         const std::vector<std::vector<double>>& values,
                         std::vector<double>& folded) {
  Shape work{1, 1};
  for (const TensorId input : oper.inputs) {
    const Shape& shape = graph.tensor(input).shape;
    work = {std::max(work.rows, shape.rows), std::max(work.cols, shape.cols)};
  }
  std::vector<bool> begun(folded.size(), false);
  for (std::uint64_t row = 0; row < work.rows; ++row) {
    for (std::uint64_t col = 0; col < work.cols; ++col) {
      std::vector<double> mapped;
      for (const TensorId input : oper.inputs) {
        mapped.push_back(element_plainly(graph, input, values, row, col));
      }
      const double value = evaluate(oper.map, mapped);
      const std::uint64_t at = oper.reduction.over == FoldAxis::kColumns ? row : col;
      double& result = folded[at];
      if (!begun[at]) {
        result = value;
      } else {
        switch (oper.reduction.fold) {
          case Fold::kSum: result += value; break;
          case Fold::kProduct: result *= value; break;
          case Fold::kMax: result = std::isnan(value) || value > result ? value : result; break;
          case Fold::kMin: result = std::isnan(value) || value < result ? value : result; break;
        }
      }
      begun[at] = true;
    }
  }
}

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
    const Shape left = graph.tensor(oper.inputs.front()).shape;
    const std::uint64_t depth = oper.transposed[0] ? left.rows : left.cols;
    const std::uint64_t cols = tensor.shape.cols;
    c.resize(tensor.shape.elements());
    if (oper.kind == OperatorKind::kConcat) {
      join_plainly(graph, oper, values, c);
      continue;
    }
    if (oper.kind == OperatorKind::kReduce) {
      fold_plainly(graph, oper, values, c);
      continue;
    }
    for (std::uint64_t i = 0; i < c.size(); ++i) {
      std::vector<double> mapped;  // what the operator's expression is of
      if (oper.kind == OperatorKind::kMatMul) {
        c[i] = oper.has_bias ? values[oper.inputs[2]][i % cols] : 0;
        for (std::uint64_t k = 0; k < depth; ++k) {
          c[i] += a[oper.transposed[0] ? k * left.cols + i / cols : i / cols * depth + k] *
                  b[oper.transposed[1] ? i % cols * depth + k : k * cols + i % cols];
        }
        c[i] = oper.relu && c[i] < 0 ? 0 : c[i];
        mapped.push_back(c[i]);
      } else if (oper.kind == OperatorKind::kCopy) {
        c[i] = a[i];
      } else if (oper.kind == OperatorKind::kSlice) {
        c[i] = a[(oper.range.row + i / cols) * left.cols + oper.range.col + i % cols];
      }
      for (const TensorId input : oper.map_inputs()) {
        mapped.push_back(element_plainly(graph, input, values, i / cols, i % cols));
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
