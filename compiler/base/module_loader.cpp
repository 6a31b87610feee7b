// Where a module may be, and how it gets into the process.
#include "compiler/base/module_loader.h"

#include <array>
#include <cstddef>
#include <filesystem>
#include <new>
#include <system_error>

#include <dlfcn.h>
#include <link.h>
#include <sys/mman.h>

namespace fs = std::filesystem;

namespace tilewave {
namespace {

/// Where it may be, seen from the folder of whoever contains this code: beside it, as in a Python
/// package; below the installed library; beside bin/; below the library of a build tree.
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
std::string path_of(const char* file) {
  const fs::path folder = own_folder();
  for (const char* place : kPlaces) {
    const fs::path path = folder / place / file;
    std::error_code error;
    if (!folder.empty() && fs::exists(path, error)) {
      return path.lexically_normal().string();
    }
  }
  return file;
}

/// Of addresses, for a module and what it links. The loader's messages say it in the user's language.
bool is_room_left() {
  constexpr std::size_t kBytes = std::size_t{32} << 20U;
  void* room =
      ::mmap(nullptr, kBytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return room != MAP_FAILED && ::munmap(room, kBytes) == 0;
}

}  // namespace

void* module_entry(const ModuleFile& module) {
  const std::string path = path_of(module.file);
  const std::string cannot = module.cannot;
  // Its symbols are nobody else's: a Python process may have an ONNX of its own.
  void* library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (library == nullptr) {
    if (!is_room_left()) {
      throw std::bad_alloc();
    }
    const std::string why = ::dlerror();
    if (path == module.file) {
      throw InputError(cannot + " without " + path + ", which is neither near " +
                       own_folder().string() + " nor where the system has libraries (" + why + ")");
    }
    throw InputError(cannot + ": " + module.what + " does not load: " + why);
  }
  void* entry = ::dlsym(library, module.entry);
  if (entry == nullptr) {
    throw InputError(cannot + ": " + path + " is not tilewave's: " + module.what);
  }
  return entry;
}

}  // namespace tilewave
