// SystemC's reports while a simulation of ours runs, whoever the program around it is.
#pragma once

#include <string>
#include <systemc>

namespace tilewave {

/// SystemC would print its reports to standard output, where a result may go. It has nothing to
/// tell the user: remarks are dropped, and whatever it warns of is a bug of ours, thrown as
/// InternalError. The handler of before is back when the guard is gone.
class ReportGuard {
 public:
  ReportGuard();
  ~ReportGuard();
  ReportGuard(const ReportGuard&) = delete;
  ReportGuard& operator=(const ReportGuard&) = delete;

 private:
  sc_core::sc_report_handler_proc previous_;
};

/// "SystemC: ..."
std::string text_of(const sc_core::sc_report& report);

}  // namespace tilewave
