// What one point of a sweep came to: the row that workers send, stores and shards keep and exports
// print. It has a text form that reads back unchanged.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace tilewave {

enum class PointStatus : std::uint8_t {
  kDone,
  kWrong,    ///< its outputs are not the reference's
  kInvalid,  ///< its config does not hold together, or the model does not fit it
  kTimeout,  ///< took longer than --timeout
  kCrashed,  ///< its process died
};

const char* to_string(PointStatus status);  ///< "done", "wrong", ...
/// Throws InputError.
PointStatus parse_point_status(std::string_view text);

/// Whether running the point again could come to something else.
inline bool is_final(PointStatus status) {
  return status != PointStatus::kTimeout && status != PointStatus::kCrashed;
}

struct PointResult {
  PointStatus status = PointStatus::kDone;
  std::string message;                    ///< one line; why it is not done
  std::optional<std::string> bottleneck;  ///< resource with the highest bound
  std::optional<std::string> main_stall;  ///< the core's longest state other than busy
  /// A JSON object, by name (metrics.h). It stays a text on its way from a worker to the store and
  /// into the exports: whoever needs a number calls parse_metrics().
  std::string metrics = "{}";

  bool operator==(const PointResult&) const = default;
};

/// Throws InputError if they are no JSON object.
nlohmann::ordered_json parse_metrics(const PointResult& result);

/// For pipes: the same in as little time as possible.
std::string pack(const PointResult& result);
PointResult unpack(const std::string& packed);

nlohmann::ordered_json to_json(const PointResult& result);
/// Throws InputError if it is no such thing.
PointResult point_result(const nlohmann::ordered_json& json);

}  // namespace tilewave
