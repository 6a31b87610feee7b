#include "sim/sweep/point_result.h"

#include <array>

#include "compiler/error.h"
#include "compiler/text.h"

namespace tilewave {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array kStatuses = {PointStatus::kDone, PointStatus::kWrong, PointStatus::kInvalid,
                                  PointStatus::kTimeout, PointStatus::kCrashed};

Json or_null(const std::optional<std::string>& text) { return text ? Json(*text) : Json(nullptr); }

std::optional<std::string> text_or_none(const Json& json) {
  return json.is_null() ? std::nullopt : std::optional(json.get<std::string>());
}

}  // namespace

const char* to_string(PointStatus status) {
  switch (status) {
    case PointStatus::kDone: return "done";
    case PointStatus::kWrong: return "wrong";
    case PointStatus::kInvalid: return "invalid";
    case PointStatus::kTimeout: return "timeout";
    case PointStatus::kCrashed: return "crashed";
  }
  return "?";
}

PointStatus parse_point_status(std::string_view text) {
  for (const PointStatus status : kStatuses) {
    if (text == to_string(status)) {
      return status;
    }
  }
  throw InputError("there is no status " + in_quotes(text));
}

Json to_json(const PointResult& result) {
  return {{"status", to_string(result.status)},
          {"message", result.message},
          {"bottleneck", or_null(result.bottleneck)},
          {"main_stall", or_null(result.main_stall)},
          {"metrics", result.metrics}};
}

PointResult point_result(const Json& json) {
  try {
    PointResult result;
    result.status = parse_point_status(json.at("status").get<std::string>());
    result.message = json.at("message").get<std::string>();
    result.bottleneck = text_or_none(json.at("bottleneck"));
    result.main_stall = text_or_none(json.at("main_stall"));
    result.metrics = json.at("metrics");
    if (!result.metrics.is_object()) {
      throw InputError("its metrics are no object");
    }
    return result;
  } catch (const nlohmann::json::exception& error) {
    throw InputError("is not a point's result: " + printable(error.what()));
  }
}

}  // namespace tilewave
