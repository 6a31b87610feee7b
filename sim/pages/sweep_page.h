// The report of a sweep as one HTML document: heat map, Pareto front, sensitivity, exceptions and a
// table of all points. docs/reports.md defines what each shows.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tilewave {

/// `export_json` is the text of the sweep's JSON export, which the document holds unchanged;
/// `models` are its models, for the title.
std::string sweep_page(std::string_view export_json, const std::vector<std::string>& models);

}  // namespace tilewave
