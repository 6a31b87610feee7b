// The elementwise functions of the kernels, by FunctionId, as kernel.h hands them out. Made of the
// register's list; no function is named here.
#pragma once

#include <array>

#include "compiler/program/function_list.h"
#include "models/compute/kernel.h"

namespace tilewave::kernels {

using StripTable = std::array<StripFunction, elementwise::Functions::kCount>;

extern const StripTable kReferenceFunctions;
extern const StripTable kAvx2Functions;  ///< where the build is for x86-64

}  // namespace tilewave::kernels
