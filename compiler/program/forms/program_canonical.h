// The canonical op list: the plainest text of a schedule, for comparison with reference schedules
// line by line or by hash. It has no header and cannot be read back.
#pragma once

#include <string>

#include "compiler/program/program.h"

namespace tilewave {

/// One line per op, numbers decimal, `buf` 0 for ping, 1 for pong, '-' for none:
///
///   L tensor row col dst bytes buf
///   E row col k a b dst buf                  (matmul)
///   S tensor row col src bytes relu|-
///   A tensor row col a b dst buf             (add)
///   R tensor row col a dst buf               (relu)
///
/// followed, on E and A, by what this form had no place for: "a:transposed", "b:transposed", "bias" and its
/// address, "broadcast" (b is a row vector), "relu".
std::string canonical_text(const Program& program);

}  // namespace tilewave
