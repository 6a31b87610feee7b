// The loader's way to the functions.
#include "models/compute/vector_mathematics.h"

#include <new>
#include <string>

#include <dlfcn.h>

#include "compiler/base/error.h"

namespace tilewave::kernels {
namespace {

constexpr const char* kLibrary = "libmvec.so.1";

/// By VectorFunction: names as the ABI makes them, d for AVX2, N for unmasked, 8 for the lanes.
constexpr const char* kNames[kVectorFunctionCount] = {
    "_ZGVdN8v_expf", "_ZGVdN8v_expm1f", "_ZGVdN8v_logf", "_ZGVdN8v_log1pf", "_ZGVdN8v_sinf",
    "_ZGVdN8v_cosf", "_ZGVdN8v_tanhf",  "_ZGVdN8v_erff", "_ZGVdN8vv_powf"};

[[noreturn]] void fail() {
  const char* const told = dlerror();
  const std::string why = told != nullptr ? told : "for no reason given";
  if (why.find("cannot allocate") != why.npos || why.find("failed to map") != why.npos) {
    throw std::bad_alloc();
  }
  throw InputError(why + "; --kernel=reference does without it");
}

bool load() {
  void* const library = dlopen(kLibrary, RTLD_NOW | RTLD_LOCAL);  // stays for good
  if (library == nullptr) {
    fail();
  }
  for (std::size_t i = 0; i < kVectorFunctionCount; ++i) {
    vector_functions[i] = dlsym(library, kNames[i]);
    if (vector_functions[i] == nullptr) {
      fail();
    }
  }
  return true;
}

}  // namespace

void* vector_functions[kVectorFunctionCount] = {};

void load_vector_mathematics() { [[maybe_unused]] static const bool kLoaded = load(); }

}  // namespace tilewave::kernels
