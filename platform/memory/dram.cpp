// Submits bursts to the model, wakes at its next event, and moves the bytes.
#include "platform/memory/dram.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "compiler/base/error.h"
#include "platform/memory/direct_memory.h"

namespace tilewave {

DramModule::DramModule(sc_core::sc_module_name name, std::unique_ptr<DramModel> model,
                       const CoreClock& clock, std::span<std::byte> storage)
    : sc_module(name),
      model_(std::move(model)),
      clock_(clock),
      time_(clock.period().scaled(model_->ticks_per_picosecond())),
      storage_(storage),
      kernel_(sc_core::sc_get_curr_simcontext()) {
  socket.bind(*this);
  SC_HAS_PROCESS(DramModule);
  SC_METHOD(serve);
  sensitive << wake_;
  dont_initialize();
}

tlm::tlm_sync_enum DramModule::nb_transport_fw(Burst& burst, tlm::tlm_phase&, sc_core::sc_time&) {
  if (burst.is_write()) {
    transport_dbg(burst);
  }
  if (observer_ != nullptr) {
    tell(burst);
  }
  if (burst.tag == Burst::kNoTag) {
    burst.tag = static_cast<std::uint32_t>(known_.size());
    known_.push_back(&burst);
  }
  model_->submit({burst.get_address(), burst.get_data_length(), burst.tag, burst.is_write()},
                 time_.begin_rounded_up(burst.time));
  if (!serving_) {
    wake_by(time_.cycle_at(model_->next_event()));
  }
  return tlm::TLM_ACCEPTED;
}

/// While it serves it is ahead of the kernel's time, and so is who answers a response with a request.
void DramModule::tell(const Burst& burst) const {
  observer_->on_request(
      {burst.get_address(), burst.get_data_length(), burst.is_write(), burst.time},
      std::max(served_, clock_.now()));
}

void DramModule::serve() {
  const Cycle kernel_cycle = clock_.now();
  Cycle now = kernel_cycle;
  Picoseconds others = 0;  // from the kernel's time to the next activity of anybody else
  std::uint64_t others_as_of = ~std::uint64_t{0};
  next_wake_ = kNoCycle;
  serving_ = true;
  for (;;) {
    const Picoseconds next = model_->next_event();
    if (next > time_.begin(now)) {
      if (next == kNever) {
        break;
      }
      const Cycle edge = time_.cycle_at(next);
      if (others_as_of != clock_.notifications()) {
        others_as_of = clock_.notifications();
        others = sc_core::sc_time_to_pending_activity(kernel_).value();
      }
      if (clock_.kernel_time(edge - kernel_cycle) >= others) {
        wake_by(edge);
        break;
      }
      now = edge;
    }
    served_ = now;
    if (DramCompletion completion; model_->poll(time_.begin(now), completion)) {
      respond(completion);
    } else if (model_->next_event() <= time_.begin(now)) {
      throw InternalError("the DRAM announces an event at " + std::to_string(model_->next_event()) +
                          " and has none");
    }
  }
  serving_ = false;
}

void DramModule::respond(const DramCompletion& completion) {
  Burst& burst = *known_[completion.tag];
  if (burst.is_read()) {
    transport_dbg(burst);
  }
  tlm::tlm_phase phase = tlm::BEGIN_RESP;
  sc_core::sc_time delay;
  burst.now = burst.time = time_.cycle_at(completion.time);
  socket->nb_transport_bw(burst, phase, delay);
}

void DramModule::wake_by(Cycle cycle) {
  if (cycle < next_wake_) {
    next_wake_ = cycle;
    clock_.notify(wake_, cycle, Phase::kDram);
  }
}

/// Moves the bytes without time; only an address error if they are not all in the storage.
unsigned int DramModule::transport_dbg(Burst& burst) {
  burst.set_response_status(tlm::TLM_OK_RESPONSE);
  unsigned char* data = burst.get_data_ptr();
  if (data == nullptr) {
    return 0;
  }
  const std::uint64_t address = burst.get_address();
  const unsigned int length = burst.get_data_length();
  if (address > storage_.size() || length > storage_.size() - address) {
    burst.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    return 0;
  }
  if (burst.is_write()) {
    std::memcpy(storage_.data() + address, data, length);
  } else {
    std::memcpy(data, storage_.data() + address, length);
  }
  return length;
}

// Bursts are split transactions; nobody blocks on the DRAM.
void DramModule::b_transport(Burst& burst, sc_core::sc_time&) {
  burst.set_response_status(tlm::TLM_COMMAND_ERROR_RESPONSE);
}

bool DramModule::get_direct_mem_ptr(Burst&, tlm::tlm_dmi& dmi) {
  return allow_direct_memory(dmi, storage_);
}

}  // namespace tilewave
