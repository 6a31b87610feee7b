// What is thrown for which report; and the sc_main() that SystemC insists on.
#include "platform/systemc/report_guard.h"

#include <exception>
#include <new>
#include <string_view>

#include "compiler/base/error.h"

namespace tilewave {
namespace {

void on_report(const sc_core::sc_report& report, const sc_core::sc_actions&) {
  if (report.get_severity() == sc_core::SC_INFO || std::uncaught_exceptions() != 0) {
    return;  // or something worse is on its way already
  }
  if (report.get_severity() == sc_core::SC_WARNING) {
    throw InternalError(text_of(report));
  }
  if (std::string_view(report.get_msg_type()) == "stack setup failed") {
    throw std::bad_alloc();  // of a process: memory is short
  }
  throw report;  // as SystemC's own handler does; it relies on that to pass exceptions on
}

}  // namespace

std::string text_of(const sc_core::sc_report& report) {
  return std::string("SystemC: ") + report.get_msg_type() + ": " + report.get_msg();
}

ReportGuard::ReportGuard() : previous_(sc_core::sc_report_handler::get_handler()) {
  sc_core::sc_report_handler::set_handler(on_report);
}

ReportGuard::~ReportGuard() { sc_core::sc_report_handler::set_handler(previous_); }

}  // namespace tilewave

/// The SystemC library asks for one, although nobody calls it: programs have a main() of their own.
/// A program that simulates in its own sc_main() has that one.
__attribute__((weak)) int sc_main(int, char**) { return 0; }
