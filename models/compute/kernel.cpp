// The choice of a kernel. This file, unlike kernel_avx2.cpp, runs on every CPU.
#include "models/compute/kernel.h"

#include <algorithm>
#include <string>

#include "compiler/base/error.h"
#include "models/compute/typed_kernels.h"

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif

namespace tilewave {

bool cpu_has_avx2_fma() {
#if defined(__x86_64__) || defined(__i386__)
  unsigned eax = 0;
  unsigned ebx = 0;
  unsigned ecx = 0;
  unsigned edx = 0;
  const bool f16c = __get_cpuid(1, &eax, &ebx, &ecx, &edx) != 0 && (ecx & bit_F16C) != 0;
  return f16c && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
  return false;
#endif
}

bool kernels::is_signed_factor(ElementType type) {
  switch (type) {
    case ElementType::kI8: return true;
    case ElementType::kU8: return false;
    case ElementType::kF32:
    case ElementType::kBf16:
    case ElementType::kF16:
    case ElementType::kI32: break;
  }
  throw InternalError("no factor of an integer product: " + std::string(to_string(type)));
}

void relu_sums(const Kernel& kernel, ElementType type, void* sums, std::size_t count) {
  if (type == ElementType::kI32) {
    auto* values = static_cast<std::int32_t*>(sums);
    std::transform(values, values + count, values, [](std::int32_t x) { return std::max(x, 0); });
  } else {
    auto* values = static_cast<float*>(sums);
    kernel.relu(values, values, count);
  }
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
    throw InputError(
        "kernel 'avx2' needs a CPU with AVX2, FMA and F16C; allowed here: auto, reference");
  }
  return reference_kernel();
}

}  // namespace tilewave
