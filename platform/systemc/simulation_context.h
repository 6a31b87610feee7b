// A SystemC kernel of one's own: lets one process elaborate and run many platforms, one after
// another.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <systemc>

#include "compiler/base/sanitizer.h"

#if defined(TILEWAVE_ADDRESS_SANITIZER)
#include <pthread.h>
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

namespace tilewave {

/// The kernel announces its switches between process stacks to AddressSanitizer, but not the last
/// one, back to the stack of main(): without this, the next exception there looks like a stack
/// overflow. Does nothing on the stack of a process, which the sanitizer knows.
inline void back_on_main_stack() {
#if defined(TILEWAVE_ADDRESS_SANITIZER)
  pthread_attr_t attributes;
  void* bottom = nullptr;
  std::size_t size = 0;
  pthread_getattr_np(pthread_self(), &attributes);
  pthread_attr_getstack(&attributes, &bottom, &size);
  pthread_attr_destroy(&attributes);
  const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  if (here - reinterpret_cast<std::uintptr_t>(bottom) >= size) {
    return;
  }
  void* fake_stack = nullptr;
  __sanitizer_start_switch_fiber(&fake_stack, bottom, size);
  __sanitizer_finish_switch_fiber(fake_stack, nullptr, nullptr);
#endif
}

/// For the first line of a process with a stack. Where an earlier platform was abandoned in the
/// middle, AddressSanitizer still has marks of its frames on the memory that is a stack again now.
inline void begin_process_stack() {
#if defined(TILEWAVE_ADDRESS_SANITIZER)
  constexpr std::size_t kBytes = std::size_t{128} * 1024;  // half a stack: far more than we use
  char* const here = static_cast<char*>(__builtin_frame_address(0));
  __asan_unpoison_memory_region(here - kBytes, kBytes);
#endif
}

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
    back_on_main_stack();
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
