// A sweep as somebody asked for it, complete and checked: with the same definition anybody anywhere
// runs the same points. How it is spelled on a command line is arguments.h; how many processes run
// it and where their results go is not part of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/config/config.h"
#include "sim/model/onnx_files.h"
#include "sim/run/value_choices.h"
#include "sim/sweep/question.h"
#include "sim/sweep/space.h"

namespace tilewave {

struct SweepDefinition {
  SweepSpace space;
  OnnxArguments onnx;                  ///< for all models, which are ONNX models then
  std::vector<SettingSource> sources;  ///< of every point, before what it sets itself
  /// What the sources make alone; if that does not hold together, the first point's that does. For
  /// display.
  Config base;
  bool timing_only = false;
  std::uint64_t seed = 1;
  std::optional<VerifyChoice> verify;
  Question question;  ///< of the results
  /// For a shell: what `tilewave run MODEL` needs besides the point's settings.
  std::string run_options;

  /// The sources with the point's settings. Throws InputError, which says what is wrong without
  /// saying in which point.
  Config config_of(const SweepPoint& point) const;
};

/// What points have of a key to which they give no value; none if it has no effect in the base.
std::optional<std::string> base_value(const SweepDefinition& sweep, const ConfigKey& key);

/// "tilewave run gemm:64x64x64 -c edge.ini --sram.size=32KiB", for a shell.
std::string run_command_text(const SweepDefinition& sweep, const SweepPoint& point);

/// A word as a POSIX shell needs it, quoted only if it must be.
std::string shell_word(const std::string& word);

}  // namespace tilewave
