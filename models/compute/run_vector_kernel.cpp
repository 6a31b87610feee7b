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

/// As often as `count` holds it; what is there is copied behind itself.
void repeat_row(const float* row, std::size_t cols, float* to, std::size_t count) {
  std::copy_n(row, cols, to);
  for (std::size_t done = cols; done < count;) {
    const std::size_t more = std::min(done, count - done);
    std::copy_n(to, more, to + done);
    done += more;
  }
}

}  // namespace

PreparedVectorKernel::PreparedVectorKernel(const Kernel& kernel, const VectorKernel& vector)
    : forms_(vector.operands), expanded_(vector.operands.size()) {
  const std::string problem = kernel_problem(vector);
  if (!problem.empty()) {
    throw InternalError("a vector kernel that is not legal is run: " + problem);
  }
  for (std::size_t i = 0; i < forms_.size(); ++i) {
    if (forms_[i] != OperandForm::kTile) {
      expanded_[i] = new_place();
      by_elements_ = by_elements_ && forms_[i] == OperandForm::kValue;
    }
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
      return forms_[argument.index] == OperandForm::kTile ? argument.index
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
                                  const float* values, std::size_t first, std::size_t count) {
  float* to = room(expanded_[operand]);
  switch (forms_[operand]) {
    case OperandForm::kTile: return;
    case OperandForm::kValue:
      if (first == 0) {
        std::fill_n(to, count, values[0]);
      }
      return;
    case OperandForm::kRow:
      if (first == 0) {
        repeat_row(values, result.cols, to, count);
      }
      return;
    case OperandForm::kColumn:
    case OperandForm::kFirstColumn: break;
  }
  const std::size_t pitch = forms_[operand] == OperandForm::kColumn ? 1 : result.cols;
  const float* next = values + first / result.cols * pitch;
  for (std::size_t done = 0; done < count; done += result.cols, next += pitch) {
    std::fill_n(to + done, result.cols, *next);
  }
}

void PreparedVectorKernel::run_steps(std::size_t count, float* dst) {
  for (const Step& step : steps_) {
    float* to = &step == &steps_.back() ? dst : room(step.value);
    step.function(to, read(step.arguments[0]), read(step.arguments[1]), step.parameters.data(),
                  count);
  }
}

void PreparedVectorKernel::run(const TileExtent& result, std::span<const float* const> operands,
                               float* dst) {
  if (operands.size() != forms_.size()) {
    throw InternalError("a vector kernel of " + std::to_string(forms_.size()) + " operands gets " +
                        std::to_string(operands.size()));
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
      if (forms_[i] == OperandForm::kTile) {
        operands_[i] = operands[i] + first;
      } else {
        expand(i, result, operands[i], first, count);
      }
    }
    run_steps(count, dst + first);
  }
}

void run_vector_kernel(const Kernel& kernel, const VectorKernel& vector, const TileExtent& result,
                       std::span<const float* const> operands, float* dst) {
  PreparedVectorKernel(kernel, vector).run(result, operands, dst);
}

}  // namespace tilewave
