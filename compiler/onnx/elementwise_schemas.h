// Which of ONNX's operators are functions of the register by their name alone, and what ONNX's own
// descriptions say of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tilewave {

/// The word that an operator of this name would have in the register: "LeakyRelu", "leakyrelu".
std::string function_word(std::string_view operator_name);

/// ONNX's names for functions of the register that take the same number of operands, sorted. The
/// first call tells the ONNX library about those that are newer than it is.
const std::vector<std::string>& elementwise_operators();

/// What an attribute is in this operator set where a node does not give it.
std::optional<float> attribute_default(const std::string& operator_name, std::int64_t operator_set,
                                       const std::string& attribute);

}  // namespace tilewave
