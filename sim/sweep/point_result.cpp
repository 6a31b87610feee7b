// A row's text form, and reading it back.
#include "sim/sweep/point_result.h"

#include <algorithm>
#include <array>

#include "compiler/base/error.h"
#include "compiler/base/text.h"
#include "sim/base/dump_json.h"

namespace tilewave {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kEndOfField = '\0';  // no text of ours has one

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

Json parse_metrics(const PointResult& result) {
  Json metrics = Json::parse(result.metrics, nullptr, false);
  if (!metrics.is_object()) {
    throw InputError("the metrics of a point are no JSON object: " + printable(result.metrics));
  }
  return metrics;
}

std::string pack(const PointResult& result) {
  std::string packed;
  for (const std::string& field :
       {std::string(to_string(result.status)), result.message, result.bottleneck.value_or(""),
        result.main_stall.value_or("")}) {
    packed += field + kEndOfField;
  }
  return packed + result.metrics;
}

PointResult unpack(const std::string& packed) {
  std::array<std::string, 4> fields;
  std::size_t begin = 0;
  for (std::string& field : fields) {
    const std::size_t end = packed.find(kEndOfField, begin);
    if (end == std::string::npos) {
      throw InternalError("a point's result has lost its fields");
    }
    field = packed.substr(begin, end - begin);
    begin = end + 1;
  }
  const auto named = [](const std::string& text) {
    return text.empty() ? std::nullopt : std::optional(text);
  };
  return {parse_point_status(fields[0]), fields[1], named(fields[2]), named(fields[3]),
          packed.substr(begin)};
}

Json to_json(const PointResult& result) {
  return {{"status", to_string(result.status)},
          {"message", result.message},
          {"bottleneck", or_null(result.bottleneck)},
          {"main_stall", or_null(result.main_stall)},
          {"metrics", parse_metrics(result)}};
}

PointResult point_result(const Json& json) {
  try {
    PointResult result;
    result.status = parse_point_status(json.at("status").get<std::string>());
    result.message = json.at("message").get<std::string>();
    result.bottleneck = text_or_none(json.at("bottleneck"));
    result.main_stall = text_or_none(json.at("main_stall"));
    const Json& metrics = json.at("metrics");
    if (!metrics.is_object() ||
        !std::ranges::all_of(metrics, [](const Json& metric) { return metric.is_primitive(); })) {
      throw InputError("the metrics of a point are no JSON object of numbers");
    }
    result.metrics = dump_json(metrics);
    return result;
  } catch (const nlohmann::json::exception& error) {
    throw InputError("is not a point's result: " + printable(error.what()));
  }
}

}  // namespace tilewave
