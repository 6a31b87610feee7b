// Names of the register's entries.
#include "compiler/program/opcodes.h"

namespace tilewave {

namespace {

constexpr std::array<const char*, kEngineCount> kEngineNames = {"load_dma", "store_dma", "compute",
                                                                "vector"};

constexpr bool every_rule_has_a_word() {
  for (const OpcodeRule& rule : kOpcodeRules) {
    if (rule.word.empty()) {
      return false;
    }
  }
  return true;
}
static_assert(every_rule_has_a_word());

}  // namespace

const char* to_string(Opcode opcode) {
  const auto index = static_cast<std::size_t>(opcode);
  return index < kOpcodeCount ? kOpcodeRules[index].word.data()
                              : "unknown";  // an op that no verifier has seen yet
}

const char* to_string(Engine engine) { return kEngineNames.at(static_cast<std::size_t>(engine)); }

}  // namespace tilewave
