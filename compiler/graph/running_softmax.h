// The running softmax: attention over parts of the keys, for rows of scores that the SRAM does not hold.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "compiler/graph/graph.h"

namespace tilewave {

/// A product whose left factor is the exponentials of a softmax, as with_late_normalization() leaves it, and whose
/// scores are a product's.
struct SoftmaxProduct {
  std::string result;
  std::uint64_t rows = 0;
  std::uint64_t keys = 0;
  std::uint64_t widths = 0;  ///< of a key and a value
};
std::vector<SoftmaxProduct> softmax_products(const Graph& graph);

/// A copy of `graph` in which each of those named goes over so many keys at a time. Of part j, with s the scores of the
/// whole rows, it has
///
///   mj = the largest of its scores and of m(j-1), at first of the lowest finite number
///   ej = exp(sj - mj)
///   aj = exp(m(j-1) - mj)
///   lj = l(j-1) · aj + sum of ej
///   oj = o(j-1) · aj + ej · vj
///
/// and the last o divided by the last l is the result (M. Milakov, N. Gimelshein, "Online normalizer calculation for
/// softmax", arXiv:1805.02867, 2018). No more than a part of a row of scores is there at once. Its operators come one
/// after another, called by the result's name. The lowest finite number keeps parts that are masked with -inf from
/// being no numbers. Names that no such product has are left out.
Graph with_running_softmax(const Graph& graph, const std::map<std::string, std::uint64_t>& keys);

/// The first of a result's operators in such a graph; none if it is not one of them.
std::optional<OperatorId> first_of_running_softmax(const Graph& graph, const std::string& result);

}  // namespace tilewave
