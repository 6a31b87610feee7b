// The forms of a row: JSON for shards, packed for pipes.
#include "sim/sweep/point_result.h"

#include <gtest/gtest.h>

#include "compiler/base/error.h"

namespace tilewave {
namespace {

TEST(PointResult, BothFormsReadBackUnchanged) {
  for (const PointStatus status : {PointStatus::kDone, PointStatus::kWrong, PointStatus::kInvalid,
                                   PointStatus::kTimeout, PointStatus::kCrashed}) {
    PointResult result;
    result.status = status;
    result.message = "a \"message\", with\ttabs";
    result.main_stall = "wait_data";
    result.metrics = R"({"cycles":18446744073709551615,"seconds":1e-09,"max_abs_error":null})";
    EXPECT_EQ(unpack(pack(result)), result);
    EXPECT_EQ(point_result(nlohmann::ordered_json::parse(to_json(result).dump())), result);
  }
  EXPECT_EQ(unpack(pack({})), PointResult{});
}

TEST(PointResult, RefusesWhatIsNone) {
  const auto refuses = [](const char* text) {
    EXPECT_THROW(point_result(nlohmann::ordered_json::parse(text)), InputError) << text;
  };
  refuses("{}");
  refuses("[1]");
  refuses(R"({"status":"good","message":"","bottleneck":null,"main_stall":null,"metrics":{}})");
  refuses(R"({"status":"done","message":3,"bottleneck":null,"main_stall":null,"metrics":{}})");
  refuses(R"({"status":"done","message":"","bottleneck":null,"main_stall":null,"metrics":[]})");
  refuses(
      R"({"status":"done","message":"","bottleneck":null,"main_stall":null,"metrics":{"a":[]}})");
  EXPECT_THROW(unpack("done"), InternalError);
}

}  // namespace
}  // namespace tilewave
