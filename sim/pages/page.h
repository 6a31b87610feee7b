// One self-contained HTML document: shell, style, D3, the page's scripts and its data. It loads
// nothing, and forbids itself to by its content security policy. What is shown is the scripts'
// work.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace tilewave {

/// `title` is plain text; bytes in it that are no UTF-8 are replaced. `scripts` are names of
/// page_sources(), run in this order after D3. `json` is embedded whole, and read back equal
/// whatever strings it holds. Throws InternalError if a source does not exist.
std::string page_document(std::string_view title, const std::vector<std::string_view>& scripts,
                          std::string_view json);

/// In as few bytes as possible; bytes that are no UTF-8 are replaced.
std::string compact_json(const nlohmann::ordered_json& data);

/// JSON text that stays JSON, and the same value, inside an HTML script element.
std::string json_for_html(std::string_view json);

/// `text` as the content of an HTML element.
std::string html_text(std::string_view text);

}  // namespace tilewave
