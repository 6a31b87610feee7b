// Optimal string alignment distance (Levenshtein plus swaps of neighbours), computed only in the
// band that can stay within the limit: hostile files must not make an error message slow.
#include "compiler/base/nearest.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace tilewave {

namespace {

constexpr std::size_t kMostEdits = 4;

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return result;
}

/// Edits from `a` to `b`, or limit + 1 if there are more than `limit`.
std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit) {
  const std::size_t too_far = limit + 1;
  if (std::max(a.size(), b.size()) - std::min(a.size(), b.size()) > limit) {
    return too_far;
  }
  std::vector<std::size_t> before(b.size() + 1, too_far);  // row i - 2
  std::vector<std::size_t> above(b.size() + 1, too_far);   // row i - 1
  std::vector<std::size_t> row(b.size() + 1, too_far);
  for (std::size_t j = 0; j <= std::min(b.size(), limit); ++j) {
    above[j] = j;
  }
  for (std::size_t i = 1; i <= a.size(); ++i) {
    const std::size_t first = i > limit ? i - limit : 0;
    const std::size_t last = std::min(b.size(), i + limit);
    std::size_t best = too_far;
    for (std::size_t j = first; j <= last; ++j) {
      std::size_t edits = above[j] + 1;
      if (j > 0) {
        edits = std::min(edits, above[j - 1] + (a[i - 1] != b[j - 1] ? 1 : 0));
      }
      if (j > first) {
        edits = std::min(edits, row[j - 1] + 1);
      }
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        edits = std::min(edits, before[j - 2] + 1);
      }
      row[j] = std::min(edits, too_far);
      best = std::min(best, row[j]);
    }
    if (best == too_far) {
      return too_far;
    }
    std::swap(before, above);
    std::swap(above, row);
    // What it has is of row i - 2, whose band is all that was ever written.
    const std::size_t old = i < 2 ? 0 : i - 2;
    const std::size_t begin = old > limit ? old - limit : 0;
    const std::size_t end = std::min(b.size(), old + limit) + 1;
    std::fill(row.begin() + static_cast<std::ptrdiff_t>(begin),
              row.begin() + static_cast<std::ptrdiff_t>(end), too_far);
  }
  return above[b.size()];
}

/// Whether `part` is `whole` without some of its parts between dots, at one end: "banks" of "sram.banks",
/// "compute.rate" of "compute.rate.i8".
bool is_part(const std::string& part, const std::string& whole) {
  return !part.empty() && (whole.starts_with(part + ".") || whole.ends_with("." + part));
}

}  // namespace

std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates) {
  const std::string wanted = lower(word);
  for (const std::string& candidate : candidates) {
    if (is_part(wanted, candidate) || is_part(candidate, wanted)) {
      return candidate;
    }
  }
  const std::string* found = nullptr;
  std::size_t fewest = kMostEdits + 1;
  for (const std::string& candidate : candidates) {
    const std::size_t longer = std::max(word.size(), candidate.size());
    const std::size_t plausible = std::max<std::size_t>(longer / 3, 1);
    const std::size_t limit = std::min(plausible, fewest - 1);
    const std::size_t edits = edit_distance(wanted, lower(candidate), limit);
    if (edits <= limit && edits < longer) {
      found = &candidate;
      fewest = edits;
      if (edits == 0) {
        break;
      }
    }
  }
  return found != nullptr ? std::optional(*found) : std::nullopt;
}

std::string did_you_mean(std::string_view word, std::span<const std::string> candidates) {
  const std::optional<std::string> meant = nearest(word, candidates);
  return meant ? "; did you mean " + in_quotes(*meant) + "?" : "";
}

}  // namespace tilewave
