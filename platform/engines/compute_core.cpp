#include "platform/engines/compute_core.h"

#include <algorithm>

#include "platform/systemc/simulation_context.h"

namespace tilewave {
namespace {

constexpr Phase kPhase = Phase::kCompute;

}  // namespace

ComputeCore::ComputeCore(sc_core::sc_module_name name, const EngineContext& context, OpQueue& queue,
                         CycleLedger& ledger)
    : sc_module(name),
      context_(context),
      queue_(queue),
      ledger_(ledger),
      timing_(context.config.compute, context.program.tile) {
  stream_.set_command(tlm::TLM_IGNORE_COMMAND);
  ops_left_ = static_cast<std::uint32_t>(
      std::count_if(context.program.ops.begin(), context.program.ops.end(),
                    [](const Op& op) { return engine_of(op.opcode) == Engine::kCompute; }));
  sram_socket.bind(*this);
  SC_HAS_PROCESS(ComputeCore);
  SC_THREAD(run);
}

void ComputeCore::run() {
  begin_process_stack();
  const CoreClock& clock = context_.clock;
  if (context_.kernel != nullptr) {
    tlm::tlm_dmi dmi;
    sram_socket->get_direct_mem_ptr(stream_, dmi);
    sram_ = reinterpret_cast<std::byte*>(dmi.get_dmi_ptr());
  }
  for (; ops_left_ > 0; --ops_left_) {
    const std::uint32_t index = take_op();
    const Op& op = context_.program.ops[index];
    wait_for_hazards(index);
    const bool chained = previous_ != nullptr && timing_.chains(*previous_, op);
    Cycle earliest = timing_.overlaps(chained) ? 0 : complete_;
    if (!chained) {
      earliest = std::max(earliest, chain_start_ + preload_);
    }
    if (context_.feed != nullptr && previous_index_ != kNoOp) {
      context_.feed->released(previous_index_, std::max(released_, earliest));
    }
    if (earliest > clock.now()) {
      wait(clock.until(earliest, kPhase));
    }
    account(EngineState::kIdle, clock.now());
    context_.scoreboard.check_start(index, context_.hazards[index]);
    queue_.pop();

    const StepTime time = timing_.step(op);
    const Cycle start = clock.now();
    if (context_.feed != nullptr) {
      context_.feed->started(index, start);
    }
    if (!chained) {
      chain_start_ = start;
      preload_ = timing_.preload(op);
    }
    context_.overlap.begin(Engine::kCompute, start);
    if (context_.kernel != nullptr) {
      compute(op);
    }
    const Op* next = next_step(index);
    const Cycle streamed = stream_operands(op, start + time.interval, chained,
                                           next != nullptr && timing_.chains(op, *next));
    const Cycle ideal = start + time.interval;
    released_ = std::max(ideal, streamed);
    ledger_.advance(EngineState::kBusy, ideal);
    ledger_.advance(EngineState::kWaitSram, released_);
    complete_ = std::max(complete_, start + time.duration + (released_ - ideal));
    context_.scoreboard.complete(index, complete_);
    context_.overlap.end(Engine::kCompute, complete_);
    previous_ = &op;
    previous_index_ = index;
    if (context_.feed != nullptr) {
      context_.feed->completed(index, complete_);
      if (next == nullptr) {
        context_.feed->released(index, complete_);
      }
    }

    ++steps_;
    bound_ += timing_.initiation_interval(op);
    if (op.opcode == Opcode::kMatmul) {
      const TileShape& tile = context_.program.tile;
      macs_ += std::uint64_t{tile.m} * tile.n * tile.k;
    }
  }
}

std::uint32_t ComputeCore::take_op() {
  while (queue_.empty()) {
    wait(queue_.pushed());
  }
  const QueuedOp head = queue_.front();
  if (head.ready > context_.clock.now()) {
    wait(context_.clock.until(head.ready, kPhase));
  }
  const Cycle now = context_.clock.now();
  account(EngineState::kWaitQueue, std::min(now, head.held_until));
  account(EngineState::kIdle, now);
  return head.op;
}

void ComputeCore::wait_for_hazards(std::uint32_t op) {
  const auto wait_for = [&](bool read_after_write, EngineState cause) {
    for (const Hazard& hazard : context_.hazards[op]) {
      if (hazard.exists() && (hazard.kind == HazardKind::kReadAfterWrite) == read_after_write) {
        context_.scoreboard.wait_for(hazard.op, kPhase);
      }
    }
    account(cause, context_.clock.now());
  };
  wait_for(true, EngineState::kWaitData);
  wait_for(false, EngineState::kWaitSpace);
}

void ComputeCore::account(EngineState state, Cycle until) {
  ledger_.advance(EngineState::kBusy, std::min(until, complete_));
  ledger_.advance(state, until);
}

/// Returns the cycle in which the last operand has been read, after waiting for it or for the end
/// of the step's interval, whichever is later.
Cycle ComputeCore::stream_operands(const Op& op, Cycle ideal, bool chained, bool chain_continues) {
  const CoreClock& clock = context_.clock;
  stream_.ranges.clear();
  timing_.visit_streams(op, chained, chain_continues,
                        [this](std::uint32_t address, std::uint64_t bytes) {
                          stream_.ranges.push_back({address, bytes});
                        });

  Cycle end = ask_stream_end(true);
  for (;;) {
    const Cycle until = std::max(ideal, end);
    if (until <= clock.now()) {
      return end;
    }
    wait(clock.until(until, kPhase));
    end = ask_stream_end(false);
  }
}

Cycle ComputeCore::ask_stream_end(bool begin) {
  sc_core::sc_time delay;
  stream_.begin = begin;
  stream_.time = context_.clock.now();
  sram_socket->b_transport(stream_, delay);
  return stream_.time;
}

void ComputeCore::compute(const Op& op) {
  const auto tile = [this](std::uint32_t address) {
    return reinterpret_cast<float*>(sram_ + address);
  };
  const Kernel& kernel = *context_.kernel;
  const TileShape& shape = context_.program.tile;
  const std::size_t elements = shape.result().elements();
  float* dst = tile(op.dst);
  switch (op.opcode) {
    case Opcode::kMatmul:
      if (op.biased) {
        kernel.matmul_bias(dst, tile(op.a), tile(op.b), tile(op.bias), shape);
      } else {
        kernel.matmul(dst, tile(op.a), tile(op.b), shape, op.clear);
      }
      break;
    case Opcode::kAdd:
      if (op.broadcast) {
        kernel.add_row(dst, tile(op.a), tile(op.b), shape.result());
      } else {
        kernel.add(dst, tile(op.a), tile(op.b), elements);
      }
      break;
    case Opcode::kRelu: kernel.relu(dst, tile(op.a), elements); break;
    case Opcode::kLoad:
    case Opcode::kStore: return;
  }
  if (op.relu) {
    kernel.relu(dst, dst, elements);
  }
  clear_padding(op, dst);
}

/// Padding stays zero whatever the operands hold: a row vector is added to the rows of the padding
/// too, and an infinity times a zero of the padding would leave a NaN there, and the next layer
/// would add it into real results.
void ComputeCore::clear_padding(const Op& op, float* values) const {
  const Shape& shape = context_.program.tensors[op.tensor].shape;
  const TileExtent tile = context_.program.tile.result();
  const std::uint64_t rows =
      std::min<std::uint64_t>(tile.rows, shape.rows - std::uint64_t{op.row} * tile.rows);
  const std::uint64_t cols =
      std::min<std::uint64_t>(tile.cols, shape.cols - std::uint64_t{op.col} * tile.cols);
  if (cols < tile.cols) {
    for (std::uint64_t row = 0; row < rows; ++row) {
      std::fill_n(values + row * tile.cols + cols, tile.cols - cols, 0.0F);
    }
  }
  std::fill_n(values + rows * tile.cols, (tile.rows - rows) * tile.cols, 0.0F);
}

const Op* ComputeCore::next_step(std::uint32_t after) const {
  const std::vector<Op>& ops = context_.program.ops;
  const auto next = std::find_if(ops.begin() + after + 1, ops.end(), [](const Op& op) {
    return engine_of(op.opcode) == Engine::kCompute;
  });
  return next == ops.end() ? nullptr : &*next;
}

void ComputeCore::finish(Cycle end) { account(EngineState::kDrained, end); }

// Streams answer at once; nothing comes back.
tlm::tlm_sync_enum ComputeCore::nb_transport_bw(OperandStream&, tlm::tlm_phase&,
                                                sc_core::sc_time&) {
  return tlm::TLM_COMPLETED;
}

void ComputeCore::invalidate_direct_mem_ptr(sc_dt::uint64, sc_dt::uint64) {}

}  // namespace tilewave
