// The elementwise functions and the folds of the kernels, by FunctionId and Fold, as kernel.h hands them
// out. Made of the registers' lists; none is named here.
#pragma once

#include <array>

#include "compiler/program/fold_list.h"
#include "compiler/program/function_list.h"
#include "models/compute/kernel.h"

namespace tilewave::kernels {

using StripTable = std::array<StripFunction, elementwise::Functions::kCount>;

extern const StripTable kReferenceFunctions;
extern const StripTable kAvx2Functions;  ///< where the build is for x86-64

using FoldTable = std::array<StripFold, kFoldCount>;

extern const FoldTable kReferenceFolds;
extern const FoldTable kAvx2Folds;  ///< likewise

}  // namespace tilewave::kernels
