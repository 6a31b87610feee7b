// Strips are whole rows wherever rows matter, so that a broadcast operand is a strip like any
// other: rows and values are repeated once a run, columns once a strip. Only the last step writes
// to the result, when every operand of its strip has been read or copied: hence the work in place.
#include "models/compute/run_vector_kernel.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>
#include <string>

#include "compiler/base/error.h"

namespace tilewave {
namespace {

constexpr std::size_t kStrip = 512;  // elements: 2 KiB
constexpr std::size_t kNever = std::numeric_limits<std::size_t>::max();

/// By step: the last one that reads its value.
std::vector<std::size_t> last_readers(const Expression& expression) {
  std::vector<std::size_t> readers(expression.steps.size(), kNever);
  for (std::size_t i = 0; i < expression.steps.size(); ++i) {
    for (const Argument& argument : arguments_of(expression.steps[i])) {
      if (argument.kind == Argument::Kind::kStep) {
        readers[argument.index] = i;
      }
    }
  }
  return readers;
}

/// The `cols` values at `to` as often as `count` holds them: what is there is copied behind itself.
void repeat_row(std::size_t cols, float* to, std::size_t count) {
  for (std::size_t done = cols; done < count;) {
    const std::size_t more = std::min(done, count - done);
    std::copy_n(to, more, to + done);
    done += more;
  }
}

bool is_read_in_place(const KernelOperand& operand) {
  return operand.form == OperandForm::kTile && operand.type == ElementType::kF32;
}

}  // namespace

PreparedVectorKernel::PreparedVectorKernel(const Kernel& kernel, const VectorKernel& vector)
    : kernel_(&kernel),
      operands_of_(vector.operands),
      result_type_(vector.result),
      expanded_(vector.operands.size()) {
  const std::string problem = kernel_problem(vector);
  if (!problem.empty()) {
    throw InternalError("a vector kernel that is not legal is run: " + problem);
  }
  for (std::size_t i = 0; i < operands_of_.size(); ++i) {
    const OperandForm form = operands_of_[i].form;
    if (!is_read_in_place(operands_of_[i])) {
      expanded_[i] = new_place();
    }
    by_elements_ = by_elements_ && (form == OperandForm::kTile || form == OperandForm::kValue);
  }
  if (result_type_ != ElementType::kF32) {
    narrowed_ = new_place();
  }
  add_steps(kernel, vector.expression);
}

/// Steps whose value is read no more give their strip to the next, even to the one that reads it.
void PreparedVectorKernel::add_steps(const Kernel& kernel, const Expression& expression) {
  const std::vector<std::size_t> readers = last_readers(expression);
  std::vector<Place> free;
  for (std::size_t i = 0; i < expression.steps.size(); ++i) {
    const ExpressionStep& from = expression.steps[i];
    Step step;
    step.function = kernel.functions[from.function];
    step.parameters = from.parameters;
    const std::size_t arity = function_info(from.function).arity;
    for (std::size_t k = 0; k < arity; ++k) {
      step.arguments[k] = place_of(from.arguments[k]);
    }
    for (std::size_t earlier = 0; earlier < i; ++earlier) {
      if (readers[earlier] == i) {
        free.push_back(steps_[earlier].value);
      }
    }
    const bool last = i + 1 == expression.steps.size();
    if (!last && free.empty()) {
      free.push_back(new_place());
    }
    if (!last) {
      step.value = free.back();
    }
    if (readers[i] != kNever) {
      free.pop_back();
    }
    steps_.push_back(step);
  }
}

PreparedVectorKernel::Place PreparedVectorKernel::place_of(const Argument& argument) {
  switch (argument.kind) {
    case Argument::Kind::kOperand:
      return is_read_in_place(operands_of_[argument.index]) ? argument.index
                                                            : expanded_[argument.index];
    case Argument::Kind::kStep: return steps_[argument.index].value;
    case Argument::Kind::kConstant: break;
  }
  for (const Constant& constant : constants_) {
    if (std::bit_cast<std::uint32_t>(constant.value) ==
        std::bit_cast<std::uint32_t>(argument.constant)) {
      return constant.place;
    }
  }
  constants_.push_back({argument.constant, new_place()});
  return constants_.back().place;
}

/// At least `strip` elements for each strip in room_.
void PreparedVectorKernel::make_room(std::size_t strip) {
  if (strip <= stride_ || strips_ == 0) {
    return;
  }
  stride_ = ceil_div(strip, kLine) * kLine;
  room_.resize(strips_ * stride_ / kLine);
  for (const Constant& constant : constants_) {
    std::fill_n(room(constant.place), stride_, constant.value);
  }
}

float* PreparedVectorKernel::room(Place place) {
  return reinterpret_cast<float*>(room_.data()) + (place - kMaxMapOperands) * stride_;
}

const float* PreparedVectorKernel::read(Place place) {
  return place < kMaxMapOperands ? operands_[place] : room(place);
}

/// Repeats what elements `first` to `first + count` of the result need of an operand.
void PreparedVectorKernel::expand(std::size_t operand, const TileExtent& result,
                                  const std::byte* values, std::size_t first, std::size_t count) {
  float* to = room(expanded_[operand]);
  const OperandForm form = operands_of_[operand].form;
  const ElementType type = operands_of_[operand].type;
  const std::size_t bytes = element_bytes(type);
  const auto widen = [&](float* values_in_f32, std::size_t from, std::size_t elements) {
    kernel_->widen(values_in_f32, values + from * bytes, type, elements);
  };
  switch (form) {
    case OperandForm::kTile: widen(to, first, count); return;
    case OperandForm::kValue:
      if (first == 0) {
        widen(to, 0, 1);
        std::fill_n(to + 1, count - 1, to[0]);
      }
      return;
    case OperandForm::kRow:
      if (first == 0) {
        widen(to, 0, result.cols);
        repeat_row(result.cols, to, count);
      }
      return;
    case OperandForm::kColumn:
    case OperandForm::kFirstColumn: break;
  }
  const std::size_t pitch = form == OperandForm::kColumn ? 1 : result.cols;
  std::size_t next = first / result.cols * pitch;
  for (std::size_t done = 0; done < count; done += result.cols, next += pitch) {
    widen(to + done, next, 1);
    std::fill_n(to + done + 1, result.cols - 1, to[done]);
  }
}

void PreparedVectorKernel::run_steps(std::size_t count, float* dst) {
  for (const Step& step : steps_) {
    float* to = &step == &steps_.back() ? dst : room(step.value);
    step.function(to, read(step.arguments[0]), read(step.arguments[1]), step.parameters.data(),
                  count);
  }
}

void PreparedVectorKernel::run(const TileExtent& result, std::span<const void* const> operands,
                               void* dst) {
  if (operands.size() != operands_of_.size()) {
    throw InternalError("a vector kernel of " + std::to_string(operands_of_.size()) +
                        " operands gets " + std::to_string(operands.size()));
  }
  const std::size_t elements = result.elements();
  if (elements == 0) {
    return;
  }
  std::size_t strip = kStrip;
  if (strips_ == 0) {  // one step on tiles
    strip = elements;
  } else if (!by_elements_) {
    strip = std::max<std::size_t>(kStrip / result.cols, 1) * result.cols;
  }
  make_room(strip);
  for (std::size_t first = 0; first < elements; first += strip) {
    const std::size_t count = std::min(strip, elements - first);
    for (std::size_t i = 0; i < operands.size(); ++i) {
      if (is_read_in_place(operands_of_[i])) {
        operands_[i] = static_cast<const float*>(operands[i]) + first;
      } else {
        expand(i, result, static_cast<const std::byte*>(operands[i]), first, count);
      }
    }
    if (result_type_ == ElementType::kF32) {
      run_steps(count, static_cast<float*>(dst) + first);
    } else {
      run_steps(count, room(narrowed_));
      kernel_->narrow(static_cast<std::byte*>(dst) + first * element_bytes(result_type_),
                      room(narrowed_), result_type_, count);
    }
  }
}

void run_vector_kernel(const Kernel& kernel, const VectorKernel& vector, const TileExtent& result,
                       std::span<const void* const> operands, void* dst) {
  PreparedVectorKernel(kernel, vector).run(result, operands, dst);
}

}  // namespace tilewave
