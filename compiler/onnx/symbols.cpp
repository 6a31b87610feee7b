// Data first, then sizes by name, then the batch; whatever is said must be of use.
#include "compiler/onnx/symbols.h"

#include <algorithm>
#include <set>

#include "compiler/base/error.h"
#include "compiler/base/nearest.h"
#include "compiler/onnx/protobuf.h"

namespace tilewave {
namespace {

std::string quoted(const std::string& name) { return "'" + one_line_of(name) + "'"; }

std::string described(const Symbols::Key& key) {
  if (!key.is_nameless) {
    return "dimension " + quoted(key.name);
  }
  return key.index == 0
             ? "the first dimension"
             : "dimension " + std::to_string(key.index) + " of input " + quoted(key.name);
}

/// "a, b and c".
std::string listed(const std::vector<std::string>& entries) {
  std::string text;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    text += (i == 0 ? "" : i + 1 == entries.size() ? " and " : ", ") + entries[i];
  }
  return text;
}

}  // namespace

Symbols::Key Symbols::key(const onnx::TensorShapeProto::Dimension& dim, const std::string& input,
                          std::size_t index) {
  if (dim.has_dim_param() && !dim.dim_param().empty()) {
    return key(dim.dim_param());
  }
  return {true, index == 0 ? "" : input, index};
}

std::optional<std::uint64_t> Symbols::value(const Key& key) const {
  const auto found = values_.find(key);
  return found != values_.end() ? found->second : std::nullopt;
}

void Symbols::set(const Key& key, std::uint64_t value, const std::string& file) {
  std::optional<std::uint64_t>& known = values_[key];
  if (known && *known != value) {
    throw InputError(described(key) + " is " + std::to_string(*known) + " and, in " + file + ", " +
                     std::to_string(value));
  }
  known = value;
}

std::vector<std::string> Symbols::names() const {
  std::vector<std::string> names;
  for (const auto& [key, value] : values_) {
    if (!key.is_nameless) {
      names.push_back(key.name);
    }
  }
  return names;
}

void Symbols::use_size(const OnnxSize& size) {
  const std::string option = "--size " + one_line_of(size.name) + "=" + std::to_string(size.extent);
  const auto found = values_.find(key(size.name));
  if (found == values_.end()) {
    const std::vector<std::string> known = names();
    std::vector<std::string> shown;
    std::ranges::transform(known, std::back_inserter(shown), quoted);
    throw InputError(option + ": no input has a symbolic dimension of that name" +
                     did_you_mean(size.name, known) + "; " +
                     (known.empty() ? "none has a name" : "allowed: " + listed(shown)));
  }
  if (found->second && *found->second != size.extent) {
    throw InputError(option + " contradicts the data of --inputs: " + described(found->first) +
                     " is " + std::to_string(*found->second));
  }
  found->second = size.extent;
}

void Symbols::settle(const std::vector<OnnxSize>& sizes, std::optional<std::uint64_t> batch) {
  const bool has_data =
      std::ranges::any_of(values_, [](const auto& entry) { return entry.second.has_value(); });
  std::set<std::string> given;
  for (const OnnxSize& size : sizes) {
    if (!given.insert(size.name).second) {
      throw InputError("--size gives " + quoted(size.name) + " twice");
    }
    use_size(size);
  }
  if (batch) {
    use_batch(*batch, has_data);
  }
  require_all();
}

/// Does nothing if it is not clear whose it is: require_all() says so.
void Symbols::use_batch(std::uint64_t batch, bool has_data) {
  const std::string option = "--batch=" + std::to_string(batch);
  if (values_.empty()) {
    throw InputError(option + " has no effect: all dimensions have numbers");
  }
  const auto unknown =
      std::ranges::count_if(values_, [](const auto& entry) { return !entry.second; });
  if (unknown == 0 && !has_data) {
    throw InputError(option +
                     " has no effect: --size gives the number of every symbolic dimension");
  }
  if (unknown == 0 &&
      std::ranges::none_of(values_, [batch](const auto& entry) { return entry.second == batch; })) {
    throw InputError(option +
                     " contradicts the data of --inputs: " + described(values_.begin()->first) +
                     " is " + std::to_string(*values_.begin()->second));
  }
  for (auto& [key, value] : values_) {
    if (unknown == 1 && !value) {
      value = batch;
    }
  }
}

void Symbols::require_all() const {
  std::vector<std::string> unknown;
  bool has_name = false;
  for (const auto& [key, value] : values_) {
    if (!value) {
      unknown.push_back(described(key));
      has_name = has_name || !key.is_nameless;
    }
  }
  const std::string by_size = has_name ? "--size NAME=N gives a named one its number, " : "";
  if (unknown.size() > 1) {
    throw InputError(listed(unknown) + " are symbolic; " + by_size +
                     "--batch the last one that is left, data of --inputs any");
  }
  if (unknown.size() == 1) {
    throw InputError(unknown[0] + " is symbolic; give its number with --batch" +
                     (has_name ? " or --size" : "") + ", or data with --inputs");
  }
}

}  // namespace tilewave
