// The messages of the program verifier. They are found again from the op list when something is
// wrong, in linear time, so that the verifier itself keeps no history.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "compiler/program/program.h"
#include "compiler/program/verify/sram_tiles.h"

namespace tilewave {

class VerifyErrors {
 public:
  VerifyErrors(const Program& program, const std::string& file_name)
      : program_(program), file_(file_name) {}

  /// "FILE: message"
  [[noreturn]] void fail(const std::string& message) const;
  /// "FILE: op 17 (load x[0,3] -> 0x2000) message"
  [[noreturn]] void fail_op(std::size_t op, const std::string& message) const;

  /// `op` reads `what` at `address`, where no whole tile lies: says who overwrote it, if anybody.
  [[noreturn]] void fail_unreadable(std::size_t op, const char* what, std::uint32_t address) const;
  /// `op` loads a tile that is computed and not stored before it.
  [[noreturn]] void fail_unstored(std::size_t op) const;
  /// `op` reads `tile` as `what`, which is not as large as it has to be.
  [[noreturn]] void fail_extent(std::size_t op, const char* what, const SramTile& tile,
                                const std::string& allowed) const;
  /// `op` accumulates into its dst, where `writer` left a tile that is not its open accumulator.
  [[noreturn]] void fail_accumulate(std::size_t op, std::size_t writer) const;
  /// `op` takes a step of its sum or fold that an earlier op has taken.
  [[noreturn]] void fail_step_twice(std::size_t op) const;
  /// `op` overwrites what `writer` computed and nobody read.
  [[noreturn]] void fail_overwrite(std::size_t op, std::size_t writer) const;
  /// What `op` computes is neither stored nor read: says who reads its place, but too early.
  [[noreturn]] void fail_unread(std::size_t op) const;
  /// `op` stores elements of an output for the second time.
  [[noreturn]] void fail_stored_twice(std::size_t op) const;
  /// No op stores these elements of an output.
  [[noreturn]] void fail_never_stored(std::uint32_t tensor, const ElementRange& elements) const;

  /// "op 12 (matmul a1[0,0] k=3 …)"
  std::string describe(std::size_t op) const;

 private:
  /// Bytes from `begin` to before `end`; none if they are equal.
  struct Bytes {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;

    bool overlaps(const Bytes& other) const { return begin < other.end && other.begin < end; }
  };
  Bytes written_by(std::size_t op) const;
  /// "; op 12 (load x[0,3] -> 0x2000) does only later", or nothing.
  std::string later_writer(std::size_t op, std::uint32_t address) const;
  Bytes read_by(std::size_t op, std::uint32_t address) const;
  /// Whether `op`, which may be a wrong one, has a tile that shares elements with these of a tensor.
  bool touches(const Op& op, std::uint32_t tensor, const ElementRange& elements) const;

  const Program& program_;
  const std::string& file_;
};

}  // namespace tilewave
