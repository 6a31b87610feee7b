// What the importer looks like from outside when it is a file of its own: tilewave_onnx.so, which is
// loaded when the first ONNX model is read. ONNX and protobuf register thousands of things as they are
// loaded, and most runs read no such model.
#pragma once

#include <string>
#include <string_view>

#include "compiler/onnx/onnx_import.h"

namespace tilewave {

/// The functions of onnx_import.h, as the module has them.
struct OnnxModule {
  std::string_view build;  ///< identity_text() of the module: structs of two builds may differ
  OnnxModel (*import_onnx)(std::string_view bytes, const OnnxOptions& options);
  OnnxSurvey (*survey_onnx)(std::string_view bytes, const OnnxOptions& options);
  OnnxTensor (*read_onnx_tensor)(std::string_view bytes, const std::string& file);
};

/// The one symbol of the module (compiler/base/module_loader.h).
inline constexpr const char* kOnnxModuleEntry = "tilewave_onnx_module";

}  // namespace tilewave
