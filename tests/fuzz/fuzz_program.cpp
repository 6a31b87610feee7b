// Any bytes as a program file, binary or text: a verified program with its hazards, or one
// InputError. What it accepts survives both forms. The checksum of a binary one is made right
// first, or no mutation would ever pass it.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/base/error.h"
#include "compiler/program/forms/program_binary.h"
#include "compiler/program/forms/program_binary_layout.h"
#include "compiler/program/forms/program_text.h"
#include "compiler/program/hazards.h"
#include "compiler/program/verify/program_verify.h"
#include "tests/fuzz/fuzz.h"

namespace {

using namespace tilewave;

Program parse(std::span<const std::byte> input) {
  if (!is_binary_program(input)) {
    return parse_program_text({reinterpret_cast<const char*>(input.data()), input.size()}, "fuzz");
  }
  std::vector<std::byte> bytes(input.begin(), input.end());
  if (bytes.size() > kChecksumBytes) {
    const std::size_t covered = bytes.size() - kChecksumBytes;
    const std::uint32_t checksum = crc32(std::span(bytes).first(covered));
    std::memcpy(bytes.data() + covered, &checksum, kChecksumBytes);
  }
  return parse_binary(bytes, "fuzz");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const Program program = parse({reinterpret_cast<const std::byte*>(data), size});
    fuzz::require(parse_binary(to_binary(program), "fuzz") == program, "binary form differs");
    fuzz::require(parse_program_text(to_text(program), "fuzz") == program, "text form differs");
    verify_program(program, "fuzz");
    fuzz::require(find_hazards(program).size() == program.ops.size(), "ops without hazards");
  } catch (const InputError& error) {
    fuzz::require_one_line(error);
  }
  return 0;
}
