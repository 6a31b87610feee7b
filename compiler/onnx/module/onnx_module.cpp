// The way into the module; everything else in it is hidden (cmake/module_symbols.map).
#include "compiler/onnx/module/onnx_module.h"

#include "compiler/base/build_identity.h"

extern "C" void tilewave_onnx_module(tilewave::OnnxModule* module) {
  static const std::string kBuild = tilewave::identity_text();
  *module = {kBuild, tilewave::import_onnx, tilewave::survey_onnx, tilewave::read_onnx_tensor};
}
