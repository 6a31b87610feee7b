// Reads what the register of opcodes says that an op has, in its order.
#include "compiler/program/forms/program_text_ops.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <span>
#include <vector>

#include "compiler/base/error.h"
#include "compiler/base/text.h"
#include "compiler/program/forms/program_fields.h"
#include "compiler/program/op_names.h"

namespace tilewave {

namespace {

/// The flags that `op` may still get.
std::vector<FlagRule> free_flags(const Op& op) {
  const OpcodeRule& rule = rule_of(op.opcode);
  std::vector<FlagRule> free;
  for (const FlagRule& flag : std::span(rule.flags).first(rule.flag_count)) {
    if (!(op.*flag.field)) {
      free.push_back(flag);
    }
  }
  return free;
}

/// True if `word` is a flag that `op` may still get; it has it then.
bool take_flag(Op& op, std::string_view word) {
  const OpcodeRule& rule = rule_of(op.opcode);
  for (const FlagRule& flag : std::span(rule.flags).first(rule.flag_count)) {
    if (word == flag.word && !(op.*flag.field)) {
      op.*flag.field = true;
      return true;
    }
  }
  if ((word == "ping" || word == "pong") && op.tag == BufferTag::kNone) {
    op.tag = word == "ping" ? BufferTag::kPing : BufferTag::kPong;
    return true;
  }
  return false;
}

}  // namespace

TileShape usual_shape(const Program& program, const Op& op) {
  TileShape shape = program.tile;
  if (op.region < program.regions()) {
    const TileGrid grid = program.grid(op.region);
    if (op.row < grid.rows && op.col < grid.cols) {
      const TileExtent part = program.tile_at(op);
      shape = {part.rows, part.cols, shape.k};
    }
  }
  shape.k = rule_of(op.opcode).has_step ? shape.k : 0;
  return shape;
}

std::uint32_t find_tensor(const TextCursor& cursor, const Program& program,
                          const TensorIndices& tensors, const std::string& name) {
  const auto found = tensors.find(name);
  if (found != tensors.end()) {
    return found->second;
  }
  std::vector<std::string> names;
  for (const ProgramTensor& tensor : program.tensors) {
    names.push_back(tensor.name);
  }
  cursor.fail_unknown("tensor", name, names);
}

Op OpParser::parse() {
  Op op;
  op.opcode = parse_opcode();
  op.region = parse_region();
  cursor_.expect("[", "the tile row");
  op.row = u32("row");
  cursor_.expect(",", "the tile column");
  op.col = u32("col");
  cursor_.expect("]", "the addresses");
  const OpcodeRule& rule = rule_of(op.opcode);
  if (!rule.moves) {
    parse_extents(op);
  }
  if (rule.has_step) {
    cursor_.expect("k=", "the reduction step");
    op.step = u32("k");
  }
  if (rule.has_kernel) {
    parse_kernel(op);
  }
  for (const OperandRule& operand : operand_rules(program_, op)) {
    parse_operand(op, operand);
  }
  if (rule.has_dst) {
    cursor_.expect("->", "the destination address");
    op.dst = u32("destination");
  }
  parse_flags(op);
  return op;
}

Opcode OpParser::parse_opcode() {
  const std::string_view word = cursor_.word();
  const auto* found = std::ranges::find(kOpcodeRules, word, &OpcodeRule::word);
  if (found != kOpcodeRules.end()) {
    return static_cast<Opcode>(found - kOpcodeRules.begin());
  }
  std::vector<std::string> names;
  for (const OpcodeRule& rule : kOpcodeRules) {
    names.emplace_back(rule.word);
  }
  cursor_.fail_unknown("op", word, names);
}

/// "x", "x@2"
std::uint32_t OpParser::parse_region() {
  name_ = cursor_.word("[");  // a member, so that its memory is reused
  const std::size_t mark = name_.find(kWindowMark);
  std::uint64_t window = 0;
  if (mark != std::string::npos) {
    const char* first = name_.data() + mark + 1;
    const char* last = name_.data() + name_.size();
    const auto [end, error] = std::from_chars(first, last, window);
    if (error != std::errc() || end != last || first == last || window >= program_.windows.size()) {
      cursor_.fail("region = " + in_quotes(name_.substr(mark + 1)) + "; allowed: a number below " +
                   std::to_string(program_.windows.size()) + ", the number of regions");
    }
    name_.resize(mark);
  }
  const std::uint32_t named = find_tensor(cursor_, program_, tensors_, name_);
  if (mark == std::string::npos) {
    return named;
  }
  if (const std::uint32_t tensor = program_.windows[window].tensor; tensor != named) {
    cursor_.fail("region " + std::to_string(window) + " is of " +
                 in_quotes(program_.tensors[tensor].name) + ", not of " + in_quotes(name_));
  }
  return static_cast<std::uint32_t>(program_.tensors.size() + window);
}

/// "18x6x26", "18x6" of a vector op; nothing if they are the usual ones.
void OpParser::parse_extents(Op& op) {
  const std::string_view word = cursor_.peek("=");
  TileShape shape = usual_shape(program_, op);
  if (!word.empty() && word.front() >= '0' && word.front() <= '9') {
    std::vector<std::uint64_t> extents;
    try {
      extents = parse_dimensions(cursor_.word());
    } catch (const InputError& error) {
      cursor_.fail(std::string("extents: ") + error.what());
    }
    const std::size_t wanted = rule_of(op.opcode).has_step ? 3 : 2;
    if (extents.size() != wanted) {
      cursor_.fail("extents = " + in_quotes(word) +
                   "; allowed: " + (wanted == 3 ? "MxNxK, like 32x18x6" : "MxN, like 32x18"));
    }
    constexpr std::uint64_t kMost = std::numeric_limits<std::uint16_t>::max();
    shape = {static_cast<std::uint32_t>(std::min(extents[0], kMost)),
             static_cast<std::uint32_t>(std::min(extents[1], kMost)),
             wanted == 3 ? static_cast<std::uint32_t>(std::min(extents[2], kMost)) : 0};
  }
  op.set_shape(shape);
}

void OpParser::parse_kernel(Op& op) {
  cursor_.expect("kernel=", "the kernel's number");
  const std::uint32_t kernel = u32("kernel");
  if (kernel >= program_.kernels.size()) {
    cursor_.fail("kernel = " + std::to_string(kernel) + "; allowed: an index into the " +
                 std::to_string(program_.kernels.size()) + " kernels");
  }
  op.kernel = static_cast<std::uint16_t>(kernel);
}

/// "a=0x1000", ":i8:-3:transposed" or parts of that behind it; "<- 0x1000" for an operand without a key.
void OpParser::parse_operand(Op& op, const OperandRule& operand) {
  if (operand.only_if != nullptr) {
    if (cursor_.peek("=") != operand.key) {
      return;
    }
    op.*operand.only_if = true;
  }
  token_ = operand.key.empty() ? "<-" : std::string(operand.key) + "=";
  what_ = "the " + std::string(operand.what) + "'s address";
  cursor_.expect(token_, what_.c_str());
  what_ = operand.key.empty() ? operand.what : operand.key;
  op.*operand.address = u32(what_.c_str());
  if (operand.type != nullptr && cursor_.peek().starts_with(':')) {
    std::string_view behind = cursor_.word();
    if (operand.transposed != nullptr && behind.ends_with(kTransposedSuffix)) {
      op.*operand.transposed = true;
      behind.remove_suffix(kTransposedSuffix.size());
    }
    if (!behind.empty()) {
      parse_element(op, operand, behind.substr(1));
    }
  }
}

/// "i8", "i8:-3"
void OpParser::parse_element(Op& op, const OperandRule& operand, std::string_view text) {
  const std::size_t colon = text.find(':');
  const std::string_view word = text.substr(0, colon);
  const std::optional<ElementType> type = parse_element_type(word);
  if (!type) {
    fail_type(op, operand, word);
  }
  op.*operand.type = *type;
  if (colon == std::string_view::npos) {
    return;
  }
  const std::string_view digits = text.substr(colon + 1);
  std::int16_t zero = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), zero);
  if (error != std::errc() || end != digits.data() + digits.size() || operand.zero == nullptr) {
    cursor_.fail("zero = " + in_quotes(digits) +
                 "; allowed: a value of the type of a matmul's operand");
  }
  op.*operand.zero = zero;
}

void OpParser::fail_type(const Op& op, const OperandRule& operand, std::string_view word) {
  constexpr std::string_view kTransposed = kTransposedSuffix.substr(1);
  if (word == kTransposed) {
    cursor_.fail("operand " + std::string(operand.key) +
                 " is transposed before its end; allowed: once, behind type and zero");
  }
  std::vector<std::string> allowed(kElementTypeNames.begin(), kElementTypeNames.end());
  if (operand.transposed != nullptr && !(op.*operand.transposed)) {
    allowed.emplace_back(kTransposed);
  }
  cursor_.fail_unknown("type", word, allowed);
}

void OpParser::parse_flags(Op& op) {
  while (!cursor_.at_line_end()) {
    const std::string_view word = cursor_.word();
    if (!take_flag(op, word)) {
      fail_flag(op, word);
    }
  }
  if (const auto problem = find_problem(op, program_)) {
    cursor_.fail(problem->text());
  }
}

void OpParser::fail_flag(const Op& op, std::string_view word) {
  std::vector<std::string> allowed;
  for (const FlagRule& flag : free_flags(op)) {
    allowed.emplace_back(flag.word);
  }
  if (op.tag == BufferTag::kNone) {
    allowed.insert(allowed.end(), {"ping", "pong"});
  }
  cursor_.fail_unknown(std::string("or repeated word after the ") + to_string(op.opcode), word,
                       allowed);
}

std::uint32_t OpParser::u32(const char* what) {
  constexpr std::uint64_t kMax = std::numeric_limits<std::uint32_t>::max();
  return static_cast<std::uint32_t>(cursor_.number(what, kMax));
}

}  // namespace tilewave
