// Any bytes as a NumPy file, or as an archive of such: arrays of as many numbers as their shapes say, or one
// InputError.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <sstream>
#include <string>
#include <variant>

#include "compiler/base/error.h"
#include "sim/model/npy_files.h"
#include "sim/model/zip_directory.h"
#include "tests/fuzz/fuzz.h"

namespace {

using namespace tilewave;

/// A model would say how large an array may be, before it is unpacked.
constexpr std::uint64_t kMostElements = std::uint64_t{1} << 20U;

void read_all(const OnnxArray& array) {
  const std::uint64_t elements = element_count(array.dims);
  if (elements > kMostElements) {
    return;
  }
  for (std::size_t type = 0; type < kOnnxTypes.size(); ++type) {
    try {
      const OnnxNumbers numbers = array.read(static_cast<OnnxType>(type));
      std::visit([&](const auto& all) { fuzz::require(all.size() == elements, "other elements"); },
                 numbers);
    } catch (const InputError& error) {
      fuzz::require_one_line(error);
    }
  }
}

void read_archive(const std::string& bytes) {
  std::istringstream file(bytes);
  for (const ZipMember& member : read_zip_directory(file)) {
    try {
      read_all(npy_array("member", member.name, member.bytes, [&] {
        return open_zip_member(std::make_shared<std::istringstream>(bytes), member);
      }));
    } catch (const InputError& error) {
      fuzz::require_one_line(error);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  try {
    if (bytes.starts_with("PK")) {
      read_archive(bytes);
    } else {
      read_all(npy_array("file", "x", size, [&] {
        return std::make_unique<StreamRange>(std::make_shared<std::istringstream>(bytes), 0, size);
      }));
    }
  } catch (const InputError& error) {
    fuzz::require_one_line(error);
  }
  return 0;
}
