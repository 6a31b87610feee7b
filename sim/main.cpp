// The program `tilewave`: from arguments to an exit code. The only place that catches.
#include <cstdlib>
#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include <unistd.h>

#include "compiler/base/error.h"
#include "sim/base/error_line.h"
#include "sim/base/exit_code.h"
#include "sim/base/interrupt.h"
#include "sim/base/temporary_files.h"
#include "sim/commands/command_line.h"

namespace tilewave {
namespace {

ExitCode fail(ExitCode code, const std::string& message) {
  print_error(code == ExitCode::kInternalError ? "internal error: " + message : message);
  return code;
}

/// Where nothing can be allocated, and before main(), when the libraries set themselves up. An
/// exception that got here is one that nobody could throw any more, or that nobody expected.
[[noreturn]] void end_without_memory() {
  constexpr std::string_view kLine = "tilewave: out of memory\n";
  remove_temporary_files();
  if (::write(STDERR_FILENO, kLine.data(), kLine.size()) < 0) {
    // There is nobody left to tell.
  }
  ::_exit(static_cast<int>(ExitCode::kInputError));
}

bool in_main = false;

/// std::terminate() is called where an exception cannot be thrown or leaves where it must not;
/// before main() that is for want of memory.
[[noreturn]] void on_terminate() {
  const std::exception_ptr thrown = std::current_exception();
  if (thrown == nullptr && in_main) {
    std::abort();
  }
  try {
    if (thrown == nullptr) {
      end_without_memory();
    }
    std::rethrow_exception(thrown);
  } catch (const std::bad_alloc&) {
    end_without_memory();
  } catch (...) {
    std::abort();
  }
}

ExitCode guarded_main(const std::vector<std::string>& arguments) {
  try {
    return parse_command_line(arguments)->execute();
  } catch (const InputError& error) {
    return fail(ExitCode::kInputError, error.what());
  } catch (const std::bad_alloc&) {
    end_without_memory();
  } catch (const std::exception& error) {
    return fail(ExitCode::kInternalError, error.what());
  }
}

/// The libraries' own set-up, which allocates, comes before any of ours; this comes before theirs.
void before_all_set_up() { std::set_terminate(on_terminate); }
__attribute__((section(".preinit_array"), used)) void (*first_of_all)() = before_all_set_up;

}  // namespace
}  // namespace tilewave

int main(int argc, char** argv) {
  tilewave::in_main = true;
  tilewave::end_on_signals();
  return static_cast<int>(tilewave::guarded_main({argv + 1, argv + argc}));
}
