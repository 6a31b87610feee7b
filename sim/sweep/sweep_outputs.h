// What a sweep that is complete is turned into: exports and a summary, from wherever its results
// are.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/base/exit_code.h"
#include "sim/base/output_file.h"
#include "sim/sweep/export.h"
#include "sim/sweep/summary.h"

namespace tilewave {

struct SweepOutputFiles {
  std::optional<std::string> json;  ///< "-": standard output
  std::optional<std::string> csv;   ///< the same
  std::optional<std::string> report;
};

/// The files of a sweep, refused before anything else if they cannot be written.
class SweepOutputs {
 public:
  /// They, `store_file` if there is one, and the `inputs` have to be different files. Throws
  /// InputError.
  SweepOutputs(const SweepOutputFiles& files, const std::optional<std::string>& store_file,
               const std::vector<InputName>& inputs);

  bool use_standard_output() const;
  /// All of them, or none if one cannot be written. Throws InputError.
  void write(const SweepReport& report);

 private:
  std::unique_ptr<OutputFile> json_;
  std::unique_ptr<OutputFile> csv_;
  std::unique_ptr<OutputFile> report_;
};

/// Analyses, exports and summarises on standard output. The exit code says that outputs were wrong,
/// if any were, or that no point is done at all, for which there is a line on standard error too.
/// `valid_results` is asked only for points that the plan has a key for.
ExitCode present_sweep(const SweepDefinition& sweep, const SweepPlan& plan,
                       const ResultSource& valid_results, SweepOutputs& outputs,
                       const SweepOrigin& origin);

}  // namespace tilewave
