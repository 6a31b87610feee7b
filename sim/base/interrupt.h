// Ctrl-C and `kill` as a question that a long job asks, so that it can end in order.
#pragma once

namespace tilewave {

/// While one exists, SIGINT and SIGTERM no longer end the process. One at a time.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  bool requested() const;
};

}  // namespace tilewave
