// The program `tilewave`: from arguments to an exit code. The only place that catches.
#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <new>
#include <string>
#include <systemc>
#include <vector>

#include "compiler/base/error.h"
#include "sim/base/files.h"
#include "sim/base/output_file.h"
#include "sim/commands/commands.h"

namespace tilewave {
namespace {

ExitCode execute(const Command& command) {
  if (const auto* help = std::get_if<HelpCommand>(&command)) {
    write_standard_output(help->text);
    return ExitCode::kDone;
  }
  if (const auto* wanted = std::get_if<SweepCommand>(&command)) {
    return sweep(*wanted);
  }
  if (const auto* wanted = std::get_if<ClusterSubmitCommand>(&command)) {
    return submit_to_cluster(*wanted);
  }
  if (const auto* wanted = std::get_if<ClusterCollectCommand>(&command)) {
    return collect_from_cluster(*wanted);
  }
  if (const auto* wanted = std::get_if<ClusterTaskCommand>(&command)) {
    return work_cluster_task(*wanted);
  }
  if (const auto* wanted = std::get_if<ExplainCommand>(&command)) {
    return explain(*wanted);
  }
  if (const auto* wanted = std::get_if<CompileCommand>(&command)) {
    return compile(*wanted);
  }
  if (const auto* wanted = std::get_if<CheckCommand>(&command)) {
    return check(*wanted);
  }
  if (const auto* wanted = std::get_if<DramTraceCommand>(&command)) {
    return dram_trace(*wanted);
  }
  return run(std::get<RunCommand>(command));
}

std::string text_of(const sc_core::sc_report& report) {
  return std::string("SystemC: ") + report.get_msg_type() + ": " + report.get_msg();
}

/// SystemC would print its reports to standard output, where the JSON result may go. It has nothing
/// to tell the user: remarks are dropped, and whatever it warns of is a bug of ours.
void on_systemc_report(const sc_core::sc_report& report, const sc_core::sc_actions&) {
  if (report.get_severity() == sc_core::SC_INFO || std::uncaught_exceptions() != 0) {
    return;  // or something worse is on its way already
  }
  if (report.get_severity() == sc_core::SC_WARNING) {
    throw InternalError(text_of(report));
  }
  throw report;  // as SystemC's own handler does; it relies on that to pass exceptions on
}

ExitCode fail(ExitCode code, const std::string& message) {
  std::cerr << "tilewave: " << (code == ExitCode::kInternalError ? "internal error: " : "")
            << one_line(message) << std::endl;
  return code;
}

ExitCode guarded_main(const std::vector<std::string>& arguments) {
  try {
    return execute(parse_command_line(arguments));
  } catch (const InputError& error) {
    return fail(ExitCode::kInputError, error.what());
  } catch (const std::bad_alloc&) {
    return fail(ExitCode::kInternalError, "out of memory");
  } catch (const sc_core::sc_report& report) {
    return fail(ExitCode::kInternalError, text_of(report));
  } catch (const std::exception& error) {
    return fail(ExitCode::kInternalError, error.what());
  }
}

}  // namespace
}  // namespace tilewave

int sc_main(int argc, char** argv) {
  sc_core::sc_report_handler::set_handler(tilewave::on_systemc_report);
  return static_cast<int>(tilewave::guarded_main({argv + 1, argv + argc}));
}

int main(int argc, char** argv) {
  setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1);
  std::signal(SIGPIPE, SIG_IGN);  // a closed output is an error like any other
  return sc_core::sc_elab_and_sim(argc, argv);
}
