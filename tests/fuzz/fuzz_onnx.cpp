// Any bytes as an ONNX model: a graph that verifies and fuses, or one InputError.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "compiler/base/error.h"
#include "compiler/graph/fusion.h"
#include "compiler/onnx/onnx_import.h"
#include "tests/fuzz/fuzz.h"

namespace {

/// One file beside the model, for whatever location but "none".
struct OneFile : tilewave::OnnxDataFiles {
  static constexpr std::uint64_t kBytes = 4096;
  std::optional<std::uint64_t> size(const std::string& location) override {
    return location == "none" ? std::nullopt : std::optional(kBytes);
  }
  void read(const std::string&, std::uint64_t offset, std::span<char> bytes) override {
    tilewave::fuzz::require(offset <= kBytes && bytes.size() <= kBytes - offset,
                            "read beyond the end of a file");
    std::ranges::fill(bytes, '\1');
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tilewave;
  try {
    OnnxOptions options;
    options.batch = 3;
    OneFile file;
    options.files = &file;
    options.weights = static_cast<OnnxWeights>(size % 3);
    const OnnxModel model =
        import_onnx(std::string_view(reinterpret_cast<const char*>(data), size), options);
    model.graph.verify();
    fuse(model.graph);
  } catch (const InputError& error) {
    fuzz::require_one_line(error);
  }
  return 0;
}
