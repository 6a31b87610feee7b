// The register of elementwise functions: what a map operator may apply and what a vector kernel is
// made of. An entry is written once, in function_list.h; text, costs, reference and kernels
// iterate.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tilewave {

/// Index into functions().
using FunctionId = std::uint16_t;

/// What a function costs the vector unit per element (keys vector.cost.*). kFree is done on the way
/// out and takes no pass of its own, like the ReLU of a matmul.
enum class CostClass : std::uint8_t {
  kFree,
  kSimple,
  kMultiply,
  kDivide,
  kExponential,
  kComposite
};
inline constexpr std::size_t kCostClassCount = 6;

std::string_view to_string(CostClass cost);  ///< "free", "simple", "multiply", ...

inline constexpr std::size_t kMaxArity = 3;
inline constexpr std::size_t kMaxParameters = 2;

/// A number that belongs to the function, not to its operands: the slope of a leaky ReLU.
struct FunctionParameter {
  std::string_view name;
  float otherwise = 0;    ///< where it is not given
  bool is_count = false;  ///< a whole number from 1 to 2^31, else any number
};

struct FunctionInfo {
  std::string_view word;  ///< "leakyrelu"
  std::uint8_t arity = 1;
  CostClass cost = CostClass::kSimple;
  std::span<const FunctionParameter> parameters;
  /// The meaning: of `arity` arguments and as many parameters as there are, in double.
  double (*scalar)(const double* arguments, const float* parameters) = nullptr;
  bool keeps_zero = false;  ///< all arguments zero, the result is zero, with default parameters
  /// Goes to and fro without end: what it does over a stretch of arguments is not told by the ends.
  bool repeats = false;
  /// Takes whole numbers from −2^31 to 2^31 − 1 as they are, where all others take their operands in
  /// f32: elements of integer tensors and constants, but no earlier step. What it gives is in f32.
  bool of_integers = false;
};

/// All of them, in the order of their ids.
std::span<const FunctionInfo> functions();
/// Throws InternalError for an id that is none.
const FunctionInfo& function_info(FunctionId id);
std::optional<FunctionId> find_function(std::string_view word);
/// Of a word that has to be there: our own code names it. Throws InternalError.
FunctionId function_named(std::string_view word);

}  // namespace tilewave
