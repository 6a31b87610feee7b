// Which tilewave this is: its version, and the build, a hash of the sources it was made of. Results
// of two builds may differ, so whatever outlives a run says which one it is from. The values are
// generated (cmake/build_identity.cmake).
#pragma once

#include <string>
#include <string_view>

namespace tilewave {

std::string_view version_number();  ///< "0.1.0"
/// 12 hexadecimal digits: equal for equal sources, whatever the folder and the build type.
std::string_view build_id();

/// "tilewave 0.1.0 (build 0123456789ab)"
inline std::string identity_text() {
  return "tilewave " + std::string(version_number()) + " (build " + std::string(build_id()) + ")";
}

}  // namespace tilewave
