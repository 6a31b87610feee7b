// The kernels that this CPU runs, as the parameter of a test.
#pragma once

#include <ostream>
#include <vector>

#include "models/compute/kernel.h"

namespace tilewave {

inline void PrintTo(const Kernel* kernel, std::ostream* out) { *out << kernel->name; }

inline std::vector<const Kernel*> runnable_kernels() {
  std::vector<const Kernel*> kernels{&reference_kernel()};
  if (cpu_has_avx2_fma() && avx2_kernel() != nullptr) {
    kernels.push_back(avx2_kernel());
  }
  return kernels;
}

}  // namespace tilewave
