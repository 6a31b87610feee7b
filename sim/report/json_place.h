// Where the JSON result has what is called by a name with dots.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace tilewave {

/// "dram.read_bytes" at /dram/read_bytes.
inline nlohmann::ordered_json::json_pointer json_place(std::string_view name) {
  std::string pointer = "/" + std::string(name);
  std::ranges::replace(pointer, '.', '/');
  return nlohmann::ordered_json::json_pointer(pointer);
}

}  // namespace tilewave
