// Cells of CSV as RFC 4180 has them.
#pragma once

#include <string>
#include <string_view>

namespace tilewave {

/// A text as a cell: UTF-8, in quotes where it has to be.
std::string csv_field(const std::string& bytes);

/// The head of a column: "sram.size [B]"; the name alone without a unit.
std::string csv_head(std::string_view name, std::string_view unit);

}  // namespace tilewave
