// The importer for whoever does not link ONNX: loads the module at the first call.
#include <string>

#include "compiler/base/error.h"
#include "compiler/base/module_loader.h"
#include "compiler/onnx/module/onnx_module.h"

namespace tilewave {
namespace {

/// After an error the next call tries again.
const OnnxModule& loaded_module(const std::string& file) {
  try {
    static const auto kModule = load_module<OnnxModule>(
        {"tilewave_onnx.so", kOnnxModuleEntry, "cannot be read", "what reads ONNX"});
    return kModule;
  } catch (const InputError& error) {
    throw InputError(file + ": " + error.what());
  }
}

}  // namespace

OnnxModel import_onnx(std::string_view bytes, const OnnxOptions& options) {
  return loaded_module(options.file).import_onnx(bytes, options);
}

OnnxSurvey survey_onnx(std::string_view bytes, const OnnxOptions& options) {
  return loaded_module(options.file).survey_onnx(bytes, options);
}

OnnxTensor read_onnx_tensor(std::string_view bytes, const std::string& file) {
  return loaded_module(file).read_onnx_tensor(bytes, file);
}

}  // namespace tilewave
