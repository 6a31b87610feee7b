// `tilewave completion`.
#pragma once

#include "sim/commands/command.h"

namespace tilewave {

CommandEntry completion_entry();

}  // namespace tilewave
