// Stands in for the importer where tilewave is built without ONNX's library.
#include "compiler/base/error.h"
#include "compiler/onnx/onnx_import.h"

namespace tilewave {
namespace {

[[noreturn]] void refuse(const std::string& file) {
  throw InputError(file +
                   ": this tilewave is built without ONNX (TILEWAVE_ONNX=OFF); it reads no .onnx "
                   "models and .pb tensors");
}

}  // namespace

OnnxModel import_onnx(std::string_view, const OnnxOptions& options) { refuse(options.file); }

OnnxSurvey survey_onnx(std::string_view, const OnnxOptions& options) { refuse(options.file); }

OnnxTensor read_onnx_tensor(std::string_view, const std::string& file) { refuse(file); }

}  // namespace tilewave
