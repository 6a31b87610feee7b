// A burst on its way to the DRAM's controller, and who may be told of it.
// What is told of it when it is over is platform/watch/run_observer.h's.
#pragma once

#include <cstdint>

#include "models/time.h"

namespace tilewave {

struct DramRequest {
  std::uint64_t address = 0;  ///< in DRAM
  std::uint32_t bytes = 0;
  bool write = false;
  Cycle cycle = 0;  ///< it reaches the controller when this core cycle begins

  bool operator==(const DramRequest&) const = default;
};

class DramRequestObserver {
 public:
  virtual ~DramRequestObserver() = default;
  /// In the order in which the model is told: of two that arrive at once the first goes first. No request
  /// that is told later arrives before `now`, which never falls.
  virtual void on_request(const DramRequest& request, Cycle now) = 0;
};

}  // namespace tilewave
