// How a run computes its values and checks them, as the user chooses.
#pragma once

#include <cstdint>

namespace tilewave {

enum class KernelChoice : std::uint8_t { kAuto, kAvx2, kReference };
enum class VerifyChoice : std::uint8_t { kFull, kSampled, kOff };

}  // namespace tilewave
