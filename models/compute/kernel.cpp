// The choice of a kernel. This file, unlike kernel_avx2.cpp, runs on every CPU.
#include "models/compute/kernel.h"

#include "compiler/base/error.h"

namespace tilewave {

bool cpu_has_avx2_fma() {
#if defined(__x86_64__) || defined(__i386__)
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
  return false;
#endif
}

const Kernel& select_kernel(KernelKind kind) {
  if (kind == KernelKind::kReference) {
    return reference_kernel();
  }
  if (cpu_has_avx2_fma()) {
    if (const Kernel* avx2 = avx2_kernel()) {
      return *avx2;
    }
  }
  if (kind == KernelKind::kAvx2) {
    throw InputError("kernel 'avx2' needs a CPU with AVX2 and FMA; allowed here: auto, reference");
  }
  return reference_kernel();
}

}  // namespace tilewave
