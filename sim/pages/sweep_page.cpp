// Names the scripts that the page of a sweep is made of.
#include "sim/pages/sweep_page.h"

#include "sim/pages/page.h"

namespace tilewave {

std::string sweep_page(std::string_view export_json, const std::vector<std::string>& models) {
  std::string title = "tilewave sweep: ";
  for (std::size_t i = 0; i < models.size(); ++i) {
    title += (i == 0 ? "" : ", ") + models[i];
  }
  return page_document(title,
                       {"common", "charts", "filter", "sweep_data", "details", "heat_map",
                        "scatter", "pareto", "sensitivity", "points_table", "sweep_page"},
                       export_json);
}

}  // namespace tilewave
