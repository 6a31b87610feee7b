// The part of the program verifier that looks at tile, SRAM size and tensor table; the ops are
// program_verify.cpp's.
#pragma once

#include "compiler/program/program.h"
#include "compiler/program/verify/program_verify_errors.h"

namespace tilewave {

/// Every field in range, names unique, tensors apart in DRAM. Throws InputError.
void verify_header(const Program& program, const VerifyErrors& errors);

}  // namespace tilewave
