// The DRAM as a TLM target: the bytes, and a DramModel that says when they come.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <systemc>
#include <tlm>
#include <vector>

#include "models/dram/model.h"
#include "platform/memory/burst.h"
#include "platform/memory/dram_request.h"
#include "platform/systemc/core_clock.h"

namespace tilewave {

/// Split transactions: nb_transport_fw(BEGIN_REQ) is accepted at once, nb_transport_bw(BEGIN_RESP)
/// follows when the model completes the burst. Of a burst with a data pointer, written bytes are taken
/// at the request, read bytes are filled in at the response. DMA engines' bursts have none: they move
/// whole tiles through the direct memory interface, and their hazards keep anybody from seeing when.
///
/// A burst reaches the model when its cycle begins, in the first whole unit of the model's time,
/// and a completion is seen in the first cycle that begins at or after it.
///
/// One process wakes at the clock edge after a completion. It goes on to the next without returning
/// to the kernel as long as nothing else in the whole simulation is due before: the order of events
/// is the kernel's own.
class DramModule final : public sc_core::sc_module, private BurstForward {
 public:
  BurstTargetSocket socket{"socket"};

  /// `storage` holds the tensors and outlives the module; empty if no data moves.
  DramModule(sc_core::sc_module_name name, std::unique_ptr<DramModel> model, const CoreClock& clock,
             std::span<std::byte> storage);

  const DramModel& model() const { return *model_; }
  /// Told of every request. It outlives the run; null: nobody is.
  void set_observer(DramRequestObserver* observer) { observer_ = observer; }
  /// At the end of a run: the cycle in which every write has left the controller.
  Cycle drain() { return time_.cycle_at(model_->drain()); }

 private:
  tlm::tlm_sync_enum nb_transport_fw(Burst& burst, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay) override;
  void b_transport(Burst& burst, sc_core::sc_time& delay) override;
  bool get_direct_mem_ptr(Burst& burst, tlm::tlm_dmi& dmi) override;
  unsigned int transport_dbg(Burst& burst) override;

  void tell(const Burst& burst) const;
  void serve();
  void respond(const DramCompletion& completion);
  void wake_by(Cycle cycle);

  std::unique_ptr<DramModel> model_;
  const CoreClock& clock_;
  const ClockPeriod time_;  // a cycle in the model's unit of time
  std::span<std::byte> storage_;
  const sc_core::sc_simcontext* kernel_;
  std::vector<Burst*> known_;  // every burst seen so far, by tag; senders keep and reuse them
  sc_core::sc_event wake_;
  static constexpr Cycle kNoCycle = ~Cycle{0};

  Cycle next_wake_ = kNoCycle;
  bool serving_ = false;
  Cycle served_ = 0;  // the model has been polled at its begin: no request arrives earlier
  DramRequestObserver* observer_ = nullptr;
};

}  // namespace tilewave
