// A SystemC kernel of one's own: lets one process elaborate and run many platforms, one after
// another.
#pragma once

#include <memory>
#include <systemc>

namespace tilewave {

/// Declare before the first module of a platform; modules, events and time belong to it until it
/// goes out of scope. Not thread-safe. Contexts nest.
class SimulationContext {
 public:
  SimulationContext()
      : previous_(sc_core::sc_curr_simcontext),
        previous_default_(sc_core::sc_default_global_context),
        context_(std::make_unique<sc_core::sc_simcontext>()) {
    sc_core::sc_curr_simcontext = context_.get();
    sc_core::sc_default_global_context = context_.get();
  }
  ~SimulationContext() {
    sc_core::sc_curr_simcontext = previous_;
    sc_core::sc_default_global_context = previous_default_;
  }
  SimulationContext(const SimulationContext&) = delete;
  SimulationContext& operator=(const SimulationContext&) = delete;

 private:
  sc_core::sc_simcontext* previous_;
  sc_core::sc_simcontext* previous_default_;
  std::unique_ptr<sc_core::sc_simcontext> context_;
};

}  // namespace tilewave
