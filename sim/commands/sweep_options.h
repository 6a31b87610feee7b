// The words that `tilewave sweep` understands.
#pragma once

#include <array>
#include <cstdint>

#include <boost/program_options/options_description.hpp>

#include "sim/commands/option_values.h"
#include "sim/sweep/space.h"

namespace tilewave {

inline constexpr std::array kSamplers = {Named{"sobol", Sampler::kSobol},
                                         Named{"lhs", Sampler::kLatinHypercube}};

enum class SweepEngine : std::uint8_t { kLocal, kSlurm };

inline constexpr std::array kEngines = {Named{"local", SweepEngine::kLocal},
                                        Named{"slurm", SweepEngine::kSlurm}};

/// Without --help and the config keys.
boost::program_options::options_description sweep_options();

}  // namespace tilewave
