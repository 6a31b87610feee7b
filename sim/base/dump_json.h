// JSON as text, in the one way in which the program writes it.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace tilewave {

/// On one line if `indent` is negative. What is not UTF-8, such as a part of a file's name, becomes
/// U+FFFD: a result must not be lost to the name of what was run.
template <typename Json>
std::string dump_json(const Json& json, int indent = -1) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace tilewave
