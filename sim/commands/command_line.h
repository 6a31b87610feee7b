// What the user asked for: one plain struct per command, with the config resolved and everything
// that can be wrong on the command line ruled out. It reads config files, but runs nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "sim/commands/cluster_command.h"
#include "sim/config/config.h"
#include "sim/model/onnx_files.h"
#include "sim/run/value_choices.h"
#include "sim/watch/wave_window.h"

namespace tilewave {

enum class DumpChoice : std::uint8_t { kGraph, kLoops, kUops, kSchedule, kProgram, kCanonical };
enum class ProgramFormat : std::uint8_t { kText, kBinary };

struct RunCommand {
  std::string model;  ///< file name or built-in, as given
  OnnxArguments onnx;
  std::optional<std::string> expect_directory;  ///< with the outputs of an ONNX model
  Config config;
  std::optional<std::string> program_file;  ///< run this instead of compiling
  std::optional<std::string> json_file;     ///< "-": standard output
  std::optional<std::string> vcd_file;
  WaveChoice wave;  ///< what of the waveform
  std::optional<std::string> trace_file;
  std::optional<std::string> report_file;  ///< an HTML page
  bool timing_only = false;
  std::uint64_t seed = 1;
  KernelChoice kernel = KernelChoice::kAuto;
  std::optional<VerifyChoice> verify;  ///< none: full or sampled, by the amount of work
  bool print_config = false;
  std::string
      schedule_setting;  ///< a schedule or tile key of the command line: useless with a program
};

struct ExplainCommand {
  std::string model;  ///< empty: only a program
  OnnxArguments onnx;
  Config config;
  std::optional<std::string> program_file;  ///< explain this instead of compiling
  std::optional<std::string> json_file;     ///< "-": standard output
  bool simulate = false;                    ///< the what-ifs too
  std::uint32_t path_elements = 0;          ///< of the critical path, listed one by one
  std::string schedule_setting;  ///< a schedule key of the command line: useless with a program
};

struct CompileCommand {
  std::string model;
  OnnxArguments onnx;
  Config config;
  DumpChoice dump = DumpChoice::kProgram;
  std::string output_file = "-";  ///< "-": standard output
  ProgramFormat format = ProgramFormat::kText;
};

struct CheckCommand {
  std::string file;
};

/// Its config has dram.model=banked where nothing else is asked for.
struct DramTraceCommand {
  std::string file;
  Config config;
  std::uint32_t outstanding = 16;        ///< reads in flight, and writes in flight
  std::optional<std::string> json_file;  ///< "-": standard output
};

/// Nothing to do but to print: --help and --version.
struct HelpCommand {
  std::string text;
};

using Command = std::variant<RunCommand, ExplainCommand, CompileCommand, CheckCommand, SweepCommand,
                             ClusterSubmitCommand, ClusterCollectCommand, ClusterTaskCommand,
                             DramTraceCommand, HelpCommand>;

/// `arguments` without the program's name. Throws InputError with one line.
Command parse_command_line(std::span<const std::string> arguments);

}  // namespace tilewave
