// A table of functions of integers, broadcast as NumPy does it; what is elementwise of one type is one entry.
#include "compiler/onnx/known_integers.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/base/error.h"
#include "compiler/onnx/operators.h"

namespace tilewave {
namespace {

using Integers = std::array<std::int64_t, 3>;

/// Modulo 2^64.
std::int64_t wrapped(std::uint64_t number) { return static_cast<std::int64_t>(number); }

std::uint64_t bits(std::int64_t number) { return static_cast<std::uint64_t>(number); }

/// Truncated; of the least number by -1, itself.
std::int64_t quotient(std::int64_t a, std::int64_t b) {
  if (b == 0) {
    throw InputError("a division of INT64 by 0");
  }
  return b == -1 ? wrapped(0 - bits(a)) : a / b;
}

struct Function {
  std::string_view name;
  std::size_t arity;
  bool gives_bool;
  std::int64_t (*apply)(const Integers&);
};

constexpr std::array<Function, 18> kFunctions = {{
    {"Abs", 1, false, [](const Integers& x) { return x[0] < 0 ? wrapped(0 - bits(x[0])) : x[0]; }},
    {"Add", 2, false, [](const Integers& x) { return wrapped(bits(x[0]) + bits(x[1])); }},
    {"And", 2, true, [](const Integers& x) { return x[0] & x[1]; }},
    {"Div", 2, false, [](const Integers& x) { return quotient(x[0], x[1]); }},
    {"Equal", 2, true, [](const Integers& x) -> std::int64_t { return x[0] == x[1] ? 1 : 0; }},
    {"Greater", 2, true, [](const Integers& x) -> std::int64_t { return x[0] > x[1] ? 1 : 0; }},
    {"GreaterOrEqual", 2, true,
     [](const Integers& x) -> std::int64_t { return x[0] >= x[1] ? 1 : 0; }},
    {"Less", 2, true, [](const Integers& x) -> std::int64_t { return x[0] < x[1] ? 1 : 0; }},
    {"LessOrEqual", 2, true,
     [](const Integers& x) -> std::int64_t { return x[0] <= x[1] ? 1 : 0; }},
    {"Max", 2, false, [](const Integers& x) { return std::max(x[0], x[1]); }},
    {"Min", 2, false, [](const Integers& x) { return std::min(x[0], x[1]); }},
    {"Mul", 2, false, [](const Integers& x) { return wrapped(bits(x[0]) * bits(x[1])); }},
    {"Neg", 1, false, [](const Integers& x) { return wrapped(0 - bits(x[0])); }},
    {"Not", 1, true, [](const Integers& x) { return 1 - x[0]; }},
    {"Or", 2, true, [](const Integers& x) { return x[0] | x[1]; }},
    {"Sub", 2, false, [](const Integers& x) { return wrapped(bits(x[0]) - bits(x[1])); }},
    {"Where", 3, false, [](const Integers& x) { return x[0] != 0 ? x[1] : x[2]; }},
    {"Xor", 2, true, [](const Integers& x) { return x[0] ^ x[1]; }},
}};

/// What is longer is no shape, and has no place in a graph.
constexpr std::uint64_t kMostIntegers = 1U << 20U;

void require_few(std::uint64_t count) {
  if (count > kMostIntegers) {
    throw InputError("its result has " + std::to_string(count) + " INT64; at most " +
                     std::to_string(kMostIntegers) + " are allowed");
  }
}

/// Dimensions of known integers may be 0.
Dims broadcast_dims(const std::vector<const IntegerValue*>& operands) {
  Dims dims;
  for (const IntegerValue* operand : operands) {
    const bool empty = operand->values->empty();
    dims = empty || dims == Dims{0} ? Dims{0} : broadcast(dims, operand->dims);
  }
  return dims;
}

Value mapped(const Function& function, const std::vector<const IntegerValue*>& operands) {
  const Dims dims = broadcast_dims(operands);
  const std::uint64_t count = element_count(dims);
  require_few(count);
  std::vector<std::vector<std::int64_t>> columns;
  for (const IntegerValue* operand : operands) {
    columns.push_back(count == 0 ? std::vector<std::int64_t>{}
                                 : Arrangement(operand->dims).expand(dims).apply(*operand->values));
  }
  std::vector<std::int64_t> numbers;
  for (std::uint64_t i = 0; i < count; ++i) {
    Integers arguments{};
    for (std::size_t k = 0; k < columns.size(); ++k) {
      arguments[k] = columns[k][i];
    }
    numbers.push_back(function.apply(arguments));
  }
  return integer_value(dims, std::move(numbers),
                       function.gives_bool ? OnnxType::kBool : operands.back()->type);
}

/// The first and each that is `step` further, up to the end and without it.
Value range(const std::vector<const IntegerValue*>& operands) {
  for (const IntegerValue* operand : operands) {
    if (operand->values->size() != 1) {
      throw InputError("its operands are not single values");
    }
  }
  const std::int64_t first = operands[0]->values->front();
  const std::int64_t end = operands[1]->values->front();
  const std::int64_t step = operands[2]->values->front();
  if (step == 0) {
    throw InputError("a step of 0");
  }
  std::vector<std::int64_t> numbers;
  const std::uint64_t span = step > 0 ? bits(end) - bits(first) : bits(first) - bits(end);
  const std::uint64_t each = step > 0 ? bits(step) : 0 - bits(step);
  const bool any = step > 0 ? end > first : end < first;
  const std::uint64_t count = any ? (span - 1) / each + 1 : 0;
  require_few(count);
  for (std::uint64_t i = 0; i < count; ++i) {
    numbers.push_back(wrapped(bits(first) + i * bits(step)));
  }
  return integer_value({count}, std::move(numbers), OnnxType::kInt64);
}

Value expanded_integers(const IntegerValue& value, const IntegerValue& shape) {
  Dims wanted;
  for (const std::int64_t extent : *shape.values) {
    wanted.push_back(bits(extent));
  }
  const Dims dims = broadcast(value.dims, checked_result(std::move(wanted)));
  require_few(element_count(dims));
  return integer_value(dims, Arrangement(value.dims).expand(dims).apply(*value.values), value.type);
}

}  // namespace

std::optional<Value> known_result(Node& node) {
  constexpr std::int64_t kBroadcasts = 7;
  std::vector<const IntegerValue*> operands;
  for (std::size_t i = 0; i < node.input_count(); ++i) {
    const auto* known = node.has_input(i) ? std::get_if<IntegerValue>(&node.any_input(i)) : nullptr;
    if (known == nullptr || known->values == nullptr) {
      return std::nullopt;
    }
    operands.push_back(known);
  }
  const std::string& name = node.operator_name();
  if (name == "Range" && operands.size() == 3) {
    return range(operands);
  }
  if (name == "Expand" && operands.size() == 2 && !operands[0]->values->empty()) {
    return expanded_integers(*operands[0], *operands[1]);
  }
  const auto* function = std::ranges::find(kFunctions, name, &Function::name);
  const bool known = function != kFunctions.end() && function->arity == operands.size() &&
                     node.operator_set() >= kBroadcasts;
  return known ? std::optional(mapped(*function, operands)) : std::nullopt;
}

}  // namespace tilewave
