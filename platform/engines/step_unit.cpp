// One step after another: wait, start, compute, stream, and say when it is complete.
#include "platform/engines/step_unit.h"

#include <algorithm>
#include <array>

#include "platform/systemc/simulation_context.h"

namespace tilewave {

StepUnit::StepUnit(sc_core::sc_module_name name, Engine engine, Phase phase,
                   const EngineContext& context, OpQueue& queue, CycleLedger& ledger)
    : sc_module(name),
      engine_(engine),
      phase_(phase),
      context_(context),
      units_(units_of(context.config)),
      front_(context, queue, phase),
      ledger_(ledger),
      timing_(context.config.compute, context.program) {
  ops_left_ = static_cast<std::uint32_t>(
      std::ranges::count_if(context.program.ops, [this](const Op& op) { return is_mine(op); }));
  SC_HAS_PROCESS(StepUnit);
  SC_THREAD(run);
}

void StepUnit::run() {
  begin_process_stack();
  const CoreClock& clock = context_.clock;
  if (context_.kernel != nullptr) {
    sram_ = direct_memory();
    for (const VectorKernel& kernel : context_.program.kernels) {
      vector_kernels_.emplace_back(*context_.kernel, kernel);
    }
  }
  const auto account_for = [this](EngineState state, Cycle until) { account(state, until); };
  for (; ops_left_ > 0; --ops_left_) {
    const std::uint32_t index = front_.head(account_for);
    const Op& op = context_.program.ops[index];
    front_.wait_for_hazards(index, account_for);
    const bool chained = chain_goes_on_;
    if (free_from_ > clock.now()) {
      wait(clock.until(free_from_, phase_));
    }
    account(EngineState::kIdle, clock.now());
    context_.scoreboard.check_start(index, context_.hazards[index]);
    front_.pop();

    const StepTime time = timing_.step(op);
    const Cycle start = clock.now();
    if (context_.feed != nullptr) {
      context_.feed->started(index, start);
    }
    if (!chained) {
      chain_start_ = start;
      preload_ = timing_.preload(op);
      chain_bound_ = 0;
    }
    context_.overlap.begin(engine_, start);
    if (context_.kernel != nullptr) {
      compute(op);
    }
    const Op* next = next_step(index);
    const Cycle ideal = start + time.interval;
    chain_goes_on_ = next != nullptr && timing_.chains(op, *next);
    const Cycle streamed = stream(op, ideal, chained, chain_goes_on_);
    const Cycle passed = std::max(ideal, streamed);
    ledger_.advance(EngineState::kBusy, ideal);
    ledger_.advance(EngineState::kWaitSram, passed);
    complete_ = std::max(complete_, start + time.duration + (passed - ideal));
    context_.scoreboard.complete(index, complete_);
    context_.overlap.end(engine_, complete_);
    free_from_ = std::max(passed, earliest_start(next));
    if (free_from_ >= complete_) {
      // No other step can have these cycles, and who watches need not wait for it to know.
      ledger_.advance(EngineState::kBusy, complete_);
    }
    if (context_.feed != nullptr) {
      context_.feed->completed(index, complete_);
      context_.feed->released(index, free_from_);
    }

    ++counters_.steps;
    bound_ += time.interval;
    chain_bound_ += time.interval;
    if (next != nullptr && !chain_goes_on_) {
      bound_ += std::max(chain_bound_, preload_) - chain_bound_;
    }
    counters_.macs += step_products(op);
    counters_.slots += timing_.slots(op, time);
  }
}

/// Of the next step, null if there is none, as far as the one before has it in hand.
Cycle StepUnit::earliest_start(const Op* next) const {
  if (next == nullptr) {
    return complete_;
  }
  const Cycle earliest = timing_.overlaps(chain_goes_on_) ? 0 : complete_;
  return chain_goes_on_ ? earliest : std::max(earliest, chain_start_ + preload_);
}

void StepUnit::account(EngineState state, Cycle until) {
  ledger_.advance(EngineState::kBusy, std::min(until, complete_));
  ledger_.advance(state, until);
}

void StepUnit::compute(const Op& op) {
  const auto never = [] { throw InternalError("a transfer is no step"); };
  by_opcode(
      op.opcode, never, never, [&] { matmul(op); }, [&] { vector(op); }, [&] { reduce(op); });
  clear_padding(op);
}

void StepUnit::matmul(const Op& op) {
  if (is_integer(op.a_type)) {
    integer_matmul(op, tile<std::int32_t>(op.dst));
  } else {
    float_matmul(op, tile(op.dst));
  }
  if (op.relu) {
    relu_sums(*context_.kernel, sum_type(op.a_type), sram_ + op.dst, std::uint64_t{op.m} * op.n);
  }
}

/// A factor row by row: where it lies, or in `room` if that is transposed.
const void* StepUnit::factor(std::uint32_t address, const TileExtent& stored, bool transposed,
                             FactorRoom& room) const {
  const void* as_it_lies = sram_ + address;
  return transposed ? room.transposed.of(*context_.kernel, as_it_lies, stored) : as_it_lies;
}

/// The same in f32, in `room` if it has to be converted.
const float* StepUnit::float_factor(std::uint32_t address, const TileExtent& stored,
                                    bool transposed, FactorRoom& room) const {
  const void* values = factor(address, stored, transposed, room);
  if (stored.type == ElementType::kF32) {
    return static_cast<const float*>(values);
  }
  room.widened.resize(stored.elements());
  context_.kernel->widen(room.widened.data(), values, stored.type, stored.elements());
  return room.widened.data();
}

void StepUnit::float_matmul(const Op& op, float* dst) {
  const Kernel& kernel = *context_.kernel;
  const TileShape shape = op.shape();
  const Program& program = context_.program;
  const float* a =
      float_factor(op.a, operand_of(program, op, OperandSize::kLeft, 0), op.a_transposed, a_);
  const float* b =
      float_factor(op.b, operand_of(program, op, OperandSize::kRight, 1), op.b_transposed, b_);
  if (op.biased) {
    kernel.matmul_bias(dst, a, b, tile(op.c), shape);
  } else {
    kernel.matmul(dst, a, b, shape, op.clear);
  }
}

void StepUnit::integer_matmul(const Op& op, std::int32_t* dst) {
  const Kernel& kernel = *context_.kernel;
  const TileShape shape = op.shape();
  const Program& program = context_.program;
  const void* a = factor(op.a, operand_of(program, op, OperandSize::kLeft, 0), op.a_transposed, a_);
  const void* b =
      factor(op.b, operand_of(program, op, OperandSize::kRight, 1), op.b_transposed, b_);
  const IntegerFactors factors{.a = a,
                               .b = b,
                               .a_type = op.a_type,
                               .b_type = op.b_type,
                               .a_zero = op.a_zero,
                               .b_zero = op.b_zero};
  if (op.biased) {
    kernel.matmul_integer_bias(dst, factors, tile<std::int32_t>(op.c), shape);
  } else {
    kernel.matmul_integer(dst, factors, shape, op.clear);
  }
}

/// Where they lie, until the next call.
std::span<const void* const> StepUnit::operands_of(const Op& op) {
  std::size_t count = 0;
  visit_operands(context_.program, op,
                 [&](std::size_t, const OperandRule&, std::uint32_t address, const TileExtent&) {
                   operands_[count++] = sram_ + address;
                 });
  return {operands_.data(), count};
}

void StepUnit::vector(const Op& op) {
  vector_kernels_[op.kernel].run({op.m, op.n}, operands_of(op), sram_ + op.dst);
}

void StepUnit::reduce(const Op& op) {
  vector_kernels_[op.kernel].reduce(work_of(context_.program, op), operands_of(op), tile(op.dst),
                                    op.clear);
}

/// Padding stays zero whatever the operands hold: a row vector is added to the rows of the padding
/// too, and an infinity times a zero of the padding would leave a NaN there, and the next layer
/// would add it into real results.
void StepUnit::clear_padding(const Op& op) const {
  const TileExtent whole = result_of(context_.program, op);
  const ElementRange valid = context_.program.elements_at(op);
  if (valid.rows() == whole.rows && valid.cols() == whole.cols) {
    return;
  }
  const std::uint64_t element = element_bytes(whole.type);
  std::byte* values = sram_ + op.dst;
  for (std::uint64_t row = 0; row < valid.rows(); ++row) {
    std::fill_n(values + (row * whole.cols + valid.cols()) * element,
                (whole.cols - valid.cols()) * element, std::byte{0});
  }
  const std::uint64_t end = valid.rows() * whole.cols * element;
  std::fill_n(values + end, whole.bytes() - end, std::byte{0});
}

const Op* StepUnit::next_step(std::uint32_t after) const {
  const std::vector<Op>& ops = context_.program.ops;
  const auto next = std::find_if(ops.begin() + after + 1, ops.end(),
                                 [this](const Op& op) { return is_mine(op); });
  return next == ops.end() ? nullptr : &*next;
}

void StepUnit::finish(Cycle end) { account(EngineState::kDrained, end); }

}  // namespace tilewave
