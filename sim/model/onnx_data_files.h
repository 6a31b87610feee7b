// The files beside an ONNX model that hold its weights: which may be read, and reading ranges of them.
// Where a tensor's bytes lie is compiler/onnx/external_data.h.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "compiler/onnx/onnx_import.h"

namespace tilewave {

/// Regular files in the folder of the model or below it, wherever links and ".." lead; everything else
/// is refused.
class OnnxFolder : public OnnxDataFiles {
 public:
  /// Of the model with that file name. No file is looked at.
  explicit OnnxFolder(const std::string& model);

  std::optional<std::uint64_t> size(const std::string& location) override;
  void read(const std::string& location, std::uint64_t offset, std::span<char> bytes) override;

  /// Those that exist, of all whose size was asked for.
  std::vector<std::string> files() const { return {files_.begin(), files_.end()}; }

 private:
  /// The file behind links. Throws InputError unless it is in the folder, if it exists.
  std::filesystem::path path_of(const std::string& location) const;

  std::filesystem::path folder_;
  std::set<std::string> files_;
  std::string open_;  ///< the location of the open file
  std::ifstream file_;
};

}  // namespace tilewave
