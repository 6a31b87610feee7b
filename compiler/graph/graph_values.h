// How the text form of a graph spells shapes, ranges and what else stands in a statement beside names.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

#include "compiler/program/tensor.h"

namespace tilewave {

// All throw InputError without a place, with what is expected.

Shape parse_shape(std::string_view text);                                    ///< "128x64"
std::array<std::int16_t, 2> parse_zeros(std::string_view text);              ///< "-3,0"
std::pair<std::uint64_t, std::uint64_t> parse_range(std::string_view text);  ///< "64:128"
std::array<bool, 2> parse_transposed(std::string_view text);                 ///< "a", "b" or "ab"

}  // namespace tilewave
