// Expressions as text: "add x0 x1; leakyrelu t0 alpha=0.1". The parser looks at a byte a bounded
// number of times and gives up at the first step too many.
#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "compiler/base/error.h"
#include "compiler/base/nearest.h"
#include "compiler/base/number_text.h"
#include "compiler/base/text.h"
#include "compiler/program/expression.h"

namespace tilewave {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::string_view kOddNan = "nan:";  // followed by the bits, where they are not the usual

constexpr std::uint32_t usual_nan() {
  return std::bit_cast<std::uint32_t>(std::numeric_limits<float>::quiet_NaN());
}

void append_number(std::string& text, float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if (std::isnan(value)) {
    text += bits == usual_nan() ? "nan" : kOddNan;
    if (bits != usual_nan()) {
      append_hex(text, bits);
    }
    return;
  }
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  text.append(digits.data(), end);  // "inf" and "-inf" too
}

}  // namespace

std::string to_text(float number) {
  std::string text;
  append_number(text, number);
  return text;
}

namespace {

void append_argument(std::string& text, const Argument& argument) {
  switch (argument.kind) {
    case Argument::Kind::kOperand: text += 'x'; break;
    case Argument::Kind::kStep: text += 't'; break;
    case Argument::Kind::kConstant: return append_number(text, argument.constant);
  }
  append_decimal(text, argument.index);
}

void append_step(std::string& text, const ExpressionStep& step) {
  const FunctionInfo& info = function_info(step.function);
  text += info.word;
  for (std::size_t i = 0; i < info.arity; ++i) {
    text += ' ';
    append_argument(text, step.arguments[i]);
  }
  for (std::size_t i = 0; i < info.parameters.size(); ++i) {
    const float value = step.parameters[i];
    if (std::bit_cast<std::uint32_t>(value) !=
        std::bit_cast<std::uint32_t>(info.parameters[i].otherwise)) {
      text += ' ';
      text += info.parameters[i].name;
      text += '=';
      append_number(text, value);
    }
  }
}

/// Takes the next word off `rest`; empty at its end.
std::string_view take_word(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(kBlanks), rest.size()));
  const std::string_view word = rest.substr(0, rest.find_first_of(kBlanks));
  rest.remove_prefix(word.size());
  return word;
}

/// "7" of "x7"; nothing if it is no such name, 255 if the number is out of all bounds.
std::optional<std::size_t> index_of(std::string_view word, char letter) {
  if (word.size() < 2 || word[0] != letter ||
      word.find_first_not_of("0123456789", 1) != std::string_view::npos) {
    return std::nullopt;
  }
  std::uint8_t index = 0;
  const auto [end, error] = std::from_chars(word.data() + 1, word.data() + word.size(), index);
  const bool canonical = word[1] != '0' || word.size() == 2;
  return error == std::errc() && canonical ? index : std::numeric_limits<std::uint8_t>::max();
}

class StepParser {
 public:
  StepParser(std::string_view text, std::size_t index) : rest_(text), index_(index) {}

  ExpressionStep parse() {
    ExpressionStep step;
    const std::string_view word = take_word(rest_);
    if (word.empty()) {
      fail("empty; a step is a function and its arguments, such as 'relu x0'");
    }
    const std::optional<FunctionId> function = find_function(word);
    if (!function) {
      fail_unknown("function", word, function_words());
    }
    step.function = *function;
    const FunctionInfo& info = function_info(step.function);
    for (std::size_t i = 0; i < info.parameters.size(); ++i) {
      step.parameters[i] = info.parameters[i].otherwise;
    }
    std::size_t arguments = 0;
    std::array<bool, kMaxParameters> given{};
    for (std::string_view next = take_word(rest_); !next.empty(); next = take_word(rest_)) {
      if (const std::size_t equals = next.find('='); equals != std::string_view::npos) {
        take_parameter(info, next.substr(0, equals), next.substr(equals + 1), step, given);
      } else if (arguments == info.arity) {
        fail("unexpected " + in_quotes(next) + " after the " + count_of_arguments(info));
      } else {
        step.arguments[arguments++] = argument(next, info);
      }
    }
    if (arguments < info.arity) {
      fail(in_quotes(info.word) + " takes " + count_of_arguments(info) + ", not " +
           std::to_string(arguments));
    }
    return step;
  }

 private:
  static std::vector<std::string> function_words() {
    std::vector<std::string> words;
    for (const FunctionInfo& info : functions()) {
      words.emplace_back(info.word);
    }
    return words;
  }

  static std::string count_of_arguments(const FunctionInfo& info) {
    return std::to_string(info.arity) + (info.arity == 1 ? " argument" : " arguments");
  }

  [[noreturn]] void fail(const std::string& message) const {
    throw InputError("step t" + std::to_string(index_) + ": " + message);
  }

  [[noreturn]] void fail_unknown(const std::string& what, std::string_view word,
                                 const std::vector<std::string>& allowed) const {
    fail("unknown " + what + " " + in_quotes(word) + "; allowed: " + joined(allowed) +
         did_you_mean(word, allowed));
  }

  void take_parameter(const FunctionInfo& info, std::string_view name, std::string_view value,
                      ExpressionStep& step, std::array<bool, kMaxParameters>& given) const {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < info.parameters.size(); ++i) {
      if (info.parameters[i].name != name) {
        names.emplace_back(info.parameters[i].name);
        continue;
      }
      if (given[i]) {
        fail(in_quotes(name) + " is given twice");
      }
      given[i] = true;
      const std::optional<float> parsed = number(value, info);
      if (!parsed) {
        fail(in_quotes(name) + " is no number: " + in_quotes(value));
      }
      step.parameters[i] = *parsed;
      return;
    }
    if (names.empty()) {
      fail(in_quotes(info.word) + " has no parameters, not " + in_quotes(name));
    }
    fail_unknown("parameter", name, names);
  }

  Argument argument(std::string_view word, const FunctionInfo& info) const {
    if (const std::optional<std::size_t> operand = index_of(word, 'x')) {
      if (*operand >= kMaxMapOperands) {
        fail("there is no operand " + in_quotes(word) + "; allowed: " + allowed_arguments());
      }
      return Argument::operand(*operand);
    }
    if (const std::optional<std::size_t> step = index_of(word, 't')) {
      if (*step >= index_) {
        fail(in_quotes(word) + " is not an earlier step; allowed: " + allowed_arguments());
      }
      return Argument::step(*step);
    }
    if (const std::optional<float> constant = number(word, info)) {
      return Argument::number(*constant);
    }
    fail("bad argument " + in_quotes(word) + "; allowed: " + allowed_arguments());
  }

  std::string allowed_arguments() const {
    std::string text = "operands x0 to x" + std::to_string(kMaxMapOperands - 1) + ", numbers";
    if (index_ > 0) {
      text += ", earlier steps t0 to t" + std::to_string(index_ - 1);
    }
    return text;
  }

  /// Nothing if it is no number. Functions of integers take no whole number for another.
  std::optional<float> number(std::string_view word, const FunctionInfo& info) const {
    const std::optional<float> value = number(word);
    const bool whole = word.find_first_not_of("0123456789+-") == std::string_view::npos;
    if (info.of_integers && value && whole) {
      double exact = 0;
      std::from_chars(word.data(), word.data() + word.size(), exact);
      if (exact != static_cast<double>(*value)) {
        fail(in_quotes(info.word) + " of the number " + in_quotes(word) +
             ", which is no fp32; allowed: whole numbers that are, and others as operands of i32");
      }
    }
    return value;
  }

  std::optional<float> number(std::string_view word) const {
    if (word == "nan") {
      return std::numeric_limits<float>::quiet_NaN();
    }
    if (word.starts_with("nan:0x")) {
      return odd_nan(word.substr(std::string_view("nan:0x").size()));
    }
    if (word != "inf" && word != "-inf" &&
        word.find_first_not_of("0123456789+-.eE") != std::string_view::npos) {
      return std::nullopt;
    }
    float value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (error == std::errc::invalid_argument || end != word.data() + word.size()) {
      return std::nullopt;
    }
    if (error != std::errc()) {
      fail("the number " + in_quotes(word) + " does not fit 32 bits; allowed: 0, 1e-45 to" +
           " 3.4028235e38 and their negatives, inf, -inf, nan");
    }
    return value;
  }

  static std::optional<float> odd_nan(std::string_view digits) {
    std::uint32_t bits = 0;
    const char* last = digits.data() + digits.size();
    const auto [end, error] = std::from_chars(digits.data(), last, bits, 16);
    const auto value = std::bit_cast<float>(bits);
    return error == std::errc() && end == last && std::isnan(value) ? std::optional(value)
                                                                    : std::nullopt;
  }

  std::string_view rest_;
  std::size_t index_;
};

}  // namespace

std::string to_text(const Expression& expression) {
  std::string text;
  for (const ExpressionStep& step : expression.steps) {
    if (!text.empty()) {
      text += "; ";
    }
    append_step(text, step);
  }
  return text;
}

Expression parse_expression(std::string_view text) {
  Expression expression;
  while (true) {
    if (expression.steps.size() == kMaxExpressionSteps) {
      throw InputError("an expression of more than " + std::to_string(kMaxExpressionSteps) +
                       " steps; allowed: 1 to " + std::to_string(kMaxExpressionSteps));
    }
    const std::size_t end = text.find(';');
    expression.steps.push_back(StepParser(text.substr(0, end), expression.steps.size()).parse());
    if (end == std::string_view::npos) {
      return expression;
    }
    text.remove_prefix(end + 1);
  }
}

}  // namespace tilewave
