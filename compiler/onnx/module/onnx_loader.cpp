// The importer for whoever does not link ONNX: finds the module, loads it once and calls it. The module
// stays loaded, for what it throws and what it registered belong to it.
#include <array>
#include <filesystem>
#include <string>
#include <system_error>

#include <dlfcn.h>
#include <link.h>

#include "compiler/base/build_identity.h"
#include "compiler/base/error.h"
#include "compiler/onnx/module/onnx_module.h"

namespace fs = std::filesystem;

namespace tilewave {
namespace {

/// Where the module may be, seen from the folder of whoever contains this code: beside it, as in a
/// Python package; below the installed library; beside bin/; below the library of a build tree.
constexpr std::array kPlaces = {".", "tilewave", "../" TILEWAVE_LIBDIR "/tilewave",
                                TILEWAVE_LIBDIR "/tilewave"};

/// Of the program or the shared library that this is part of; empty if the system does not say.
fs::path own_folder() {
  static const char anchor = 0;
  Dl_info info{};
  void* found = nullptr;
  if (::dladdr1(&anchor, &info, &found, RTLD_DL_LINKMAP) == 0) {
    return {};
  }
  // The program itself has no name there, and may have been called by a link.
  const std::string name = static_cast<const link_map*>(found)->l_name;
  std::error_code error;
  return fs::canonical(name.empty() ? "/proc/self/exe" : name, error).parent_path();
}

/// The first place that has it; else its bare name, which the system looks for in its own places: run
/// paths of the program, LD_LIBRARY_PATH, folders of libraries.
std::string module_path() {
  const fs::path folder = own_folder();
  for (const char* place : kPlaces) {
    const fs::path path = folder / place / kOnnxModuleFile;
    std::error_code error;
    if (!folder.empty() && fs::exists(path, error)) {
      return path.lexically_normal().string();
    }
  }
  return kOnnxModuleFile;
}

/// Throws InputError, without a place.
OnnxModule load_module() {
  const std::string path = module_path();
  // Its symbols are nobody else's: a Python process may have an ONNX of its own.
  void* library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (library == nullptr) {
    const std::string why = ::dlerror();
    if (path == kOnnxModuleFile) {
      throw InputError("cannot be read without " + path + ", which is neither near " +
                       own_folder().string() + " nor where the system has libraries (" + why + ")");
    }
    throw InputError("cannot be read: what reads ONNX does not load: " + why);
  }
  auto* entry = reinterpret_cast<OnnxModuleEntry*>(::dlsym(library, kOnnxModuleEntry));
  if (entry == nullptr) {
    throw InputError("cannot be read: " + path + " is not tilewave's reader of ONNX");
  }
  OnnxModule module{};
  entry(&module);
  if (module.build != identity_text()) {
    throw InputError("cannot be read: " + path + " is of " + std::string(module.build) +
                     ", and this is " + identity_text());
  }
  return module;
}

/// Loaded at the first call; after an error the next call tries again.
const OnnxModule& loaded_module(const std::string& file) {
  try {
    static const OnnxModule kModule = load_module();
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
