// For who has the platform linked: it is there.
#include "platform/simulator.h"

namespace tilewave {

void load_simulator() {}

}  // namespace tilewave
