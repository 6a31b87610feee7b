// Two results side by side: which figures differ, and by how much.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "sim/diff/result_document.h"

namespace tilewave {

inline constexpr const char* kDiffSchema = "tilewave-diff";
inline constexpr int kDiffVersion = 1;

/// A name that at least one of the documents has.
struct FigurePair {
  std::string name;
  std::string group;
  std::optional<nlohmann::ordered_json> a;
  std::optional<nlohmann::ordered_json> b;

  /// Numbers by what they are, 1 and 1.0 alike.
  bool differs() const;
  /// Whether there is a change in numbers.
  bool has_change() const;
  /// b - a, and that as a share of a; of pairs of numbers only. None of 0, or not finite: none.
  double change() const;
  std::optional<double> relative_change() const;
};

struct ResultDiff {
  std::string a;  ///< the files, for the report
  std::string b;
  std::string schema;
  std::vector<FigurePair> pairs;  ///< by group, in the order of A, then what B alone has

  std::size_t different() const;
};

struct DiffChoice {
  bool all = false;   ///< equal figures, too
  bool host = false;  ///< what the host took, which no two runs have in common
};

/// Throws InputError unless both are of one kind.
ResultDiff compare_documents(const ResultDocument& a, const ResultDocument& b,
                             const DiffChoice& choice = {});

/// A table, with a line before it that says what is compared and one behind that counts.
std::string diff_text(const ResultDiff& diff, const DiffChoice& choice = {});
nlohmann::ordered_json diff_json(const ResultDiff& diff, const DiffChoice& choice = {});

}  // namespace tilewave
