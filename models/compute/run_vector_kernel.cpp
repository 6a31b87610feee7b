// Strips are whole rows wherever rows matter, so that a broadcast operand is a strip like any
// other: rows and values are repeated once a run, columns once a strip. Only the last step writes
// to the result, when every operand of its strip has been read or copied: hence the work in place. A
// reduction folds the strip while it is in the cache.
#include "models/compute/run_vector_kernel.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
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

void widen_to_i32(std::int32_t* to, const std::byte* from, ElementType type, std::size_t count) {
  const auto copy = [&]<typename Element>(Element /*kind*/) {
    for (std::size_t i = 0; i < count; ++i) {
      Element element;
      std::memcpy(&element, from + i * sizeof element, sizeof element);
      to[i] = element;  // NOLINT(bugprone-signed-char-misuse): a number, no character
    }
  };
  switch (type) {
    case ElementType::kI8: return copy(std::int8_t{});
    case ElementType::kU8: return copy(std::uint8_t{});
    case ElementType::kI32: return copy(std::int32_t{});
    case ElementType::kF32:
    case ElementType::kBf16:
    case ElementType::kF16: break;
  }
  throw InternalError("integers of type " + std::string(to_string(type)));
}

}  // namespace

PreparedVectorKernel::PreparedVectorKernel(const Kernel& kernel, const VectorKernel& vector)
    : kernel_(&kernel),
      operands_of_(vector.operands),
      result_type_(vector.result),
      reduction_(vector.reduction),
      by_elements_(!vector.reduction) {
  const std::string problem = kernel_problem(vector);
  if (!problem.empty()) {
    throw InternalError("a vector kernel that is not legal is run: " + problem);
  }
  for (std::size_t i = 0; i < operands_of_.size(); ++i) {
    const OperandForm form = operands_of_[i].form;
    by_elements_ = by_elements_ && (form == OperandForm::kTile || form == OperandForm::kValue);
  }
  if (result_type_ != ElementType::kF32 || reduction_) {
    value_ = new_place();
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
    const FunctionInfo& info = function_info(from.function);
    const Reading reading = info.of_integers ? Reading::kAsIntegers : Reading::kInF32;
    for (std::size_t k = 0; k < info.arity; ++k) {
      step.arguments[k] = place_of(from.arguments[k], reading);
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

PreparedVectorKernel::Place PreparedVectorKernel::place_of(const Argument& argument,
                                                           Reading reading) {
  switch (argument.kind) {
    case Argument::Kind::kStep: return steps_[argument.index].value;
    case Argument::Kind::kConstant: return place_of_constant(argument.constant, reading);
    case Argument::Kind::kOperand: break;
  }
  const std::size_t operand = argument.index;
  const auto [form, type] = operands_of_[operand];
  const ElementType read = reading == Reading::kInF32 ? ElementType::kF32 : ElementType::kI32;
  if (form == OperandForm::kTile && type == read) {
    return operand;
  }
  for (const Copy& copy : copies_) {
    if (copy.operand == operand && copy.reading == reading) {
      return copy.place;
    }
  }
  copies_.push_back({operand, reading, new_place()});
  return copies_.back().place;
}

PreparedVectorKernel::Place PreparedVectorKernel::place_of_constant(float value, Reading reading) {
  const auto bits = reading == Reading::kInF32
                        ? std::bit_cast<std::uint32_t>(value)
                        : static_cast<std::uint32_t>(static_cast<std::int32_t>(value));
  for (const Constant& constant : constants_) {
    if (constant.bits == bits) {
      return constant.place;
    }
  }
  constants_.push_back({bits, new_place()});
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
    std::fill_n(room(constant.place), stride_, std::bit_cast<float>(constant.bits));
  }
}

float* PreparedVectorKernel::room(Place place) {
  return reinterpret_cast<float*>(room_.data()) + (place - kMaxMapOperands) * stride_;
}

const float* PreparedVectorKernel::read(Place place) {
  return place < kMaxMapOperands ? operands_[place] : room(place);
}

/// Elements `first` to `first + count` of an operand, in f32 or as integers.
void PreparedVectorKernel::convert(float* to, const Copy& copy, const std::byte* values,
                                   std::size_t first, std::size_t count) const {
  const ElementType type = operands_of_[copy.operand].type;
  const std::byte* from = values + first * element_bytes(type);
  if (copy.reading == Reading::kInF32) {
    kernel_->widen(to, from, type, count);
  } else {
    widen_to_i32(reinterpret_cast<std::int32_t*>(to), from, type, count);
  }
}

/// Repeats what elements `first` to `first + count` of the result need of an operand.
void PreparedVectorKernel::expand(const Copy& copy, const TileExtent& result,
                                  const std::byte* values, std::size_t first, std::size_t count) {
  float* to = room(copy.place);
  const OperandForm form = operands_of_[copy.operand].form;
  const auto widen = [&](float* strip, std::size_t from, std::size_t elements) {
    convert(strip, copy, values, from, elements);
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
    StripArguments arguments;
    std::ranges::transform(step.arguments, arguments.begin(),
                           [this](Place place) { return read(place); });
    step.function(to, arguments, step.parameters.data(), count);
  }
}

void PreparedVectorKernel::require(bool reduces, std::size_t operands) const {
  if (reduces != reduction_.has_value()) {
    throw InternalError(std::string("a vector kernel ") + (reduces ? "without" : "with") +
                        " a reduction does what one " + (reduces ? "with" : "without") + " does");
  }
  if (operands != operands_of_.size()) {
    throw InternalError("a vector kernel of " + std::to_string(operands_of_.size()) +
                        " operands gets " + std::to_string(operands));
  }
}

/// Elements of a strip of a tile that has some.
std::size_t PreparedVectorKernel::strip_of(const TileExtent& tile) const {
  if (strips_ == 0) {  // one step on tiles
    return tile.elements();
  }
  return by_elements_ ? kStrip : std::max<std::size_t>(kStrip / tile.cols, 1) * tile.cols;
}

/// Calls `visit(first, count)` for each strip of the tile, whose operands are in place then.
template <typename Visit>
void PreparedVectorKernel::for_each_strip(const TileExtent& tile,
                                          std::span<const void* const> operands, Visit&& visit) {
  const std::size_t elements = tile.elements();
  if (elements == 0) {
    return;
  }
  const std::size_t strip = strip_of(tile);
  make_room(strip);
  for (std::size_t first = 0; first < elements; first += strip) {
    const std::size_t count = std::min(strip, elements - first);
    for (std::size_t i = 0; i < operands.size(); ++i) {  // those that are read where they lie
      operands_[i] = reinterpret_cast<const float*>(static_cast<const std::byte*>(operands[i]) +
                                                    first * sizeof(float));
    }
    for (const Copy& copy : copies_) {
      expand(copy, tile, static_cast<const std::byte*>(operands[copy.operand]), first, count);
    }
    visit(first, count);
  }
}

void PreparedVectorKernel::run(const TileExtent& result, std::span<const void* const> operands,
                               void* dst) {
  require(false, operands.size());
  for_each_strip(result, operands, [&](std::size_t first, std::size_t count) {
    if (result_type_ == ElementType::kF32) {
      run_steps(count, static_cast<float*>(dst) + first);
    } else {
      run_steps(count, room(value_));
      kernel_->narrow(static_cast<std::byte*>(dst) + first * element_bytes(result_type_),
                      room(value_), result_type_, count);
    }
  });
}

void PreparedVectorKernel::reduce(const TileExtent& work, std::span<const void* const> operands,
                                  float* dst, bool clear) {
  require(true, operands.size());
  const StripFold& fold = kernel_->folds[static_cast<std::size_t>(reduction_->fold)];
  const bool columns = reduction_->over == FoldAxis::kColumns;
  if (clear && !columns) {
    std::fill_n(dst, work.cols, static_cast<float>(fold_info(reduction_->fold).identity));
  }
  for_each_strip(work, operands, [&](std::size_t first, std::size_t count) {  // of whole rows
    float* values = room(value_);
    run_steps(count, values);
    const TileExtent rows{static_cast<std::uint32_t>(count / work.cols), work.cols};
    if (columns) {
      fold.columns(dst + first / work.cols, values, rows, clear);
    } else {
      fold.rows(dst, values, rows);
    }
  });
}

void run_vector_kernel(const Kernel& kernel, const VectorKernel& vector, const TileExtent& result,
                       std::span<const void* const> operands, void* dst) {
  PreparedVectorKernel(kernel, vector).run(result, operands, dst);
}

}  // namespace tilewave
