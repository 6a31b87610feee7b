// Any bytes as a configuration file: a config, or one InputError. What it accepts prints as a file
// that gives the same.
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "compiler/base/error.h"
#include "sim/config/reader.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tilewave;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const std::string resolved =
        print_config(resolve_config(std::vector{parse_config_text("fuzz", text)}));
    fuzz::require(
        print_config(resolve_config(std::vector{parse_config_text("fuzz", resolved)})) == resolved,
        "the printed config is another one");
  } catch (const InputError& error) {
    fuzz::require_one_line(error);
  }
  return 0;
}
