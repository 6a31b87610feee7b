// Any bytes as an ONNX model: a graph that verifies and fuses, or one InputError.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "compiler/base/error.h"
#include "compiler/graph/fusion.h"
#include "compiler/onnx/onnx_import.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tilewave;
  try {
    OnnxOptions options;
    options.batch = 3;
    const OnnxModel model =
        import_onnx(std::string_view(reinterpret_cast<const char*>(data), size), options);
    model.graph.verify();
    fuse(model.graph);
  } catch (const InputError& error) {
    fuzz::require_one_line(error);
  }
  return 0;
}
