// The dimensions of a model's inputs that have no number of their own: what they are known by, and
// the numbers that data, --size and --batch give them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include <onnx/onnx_pb.h>

#include "compiler/onnx/onnx_import.h"

namespace tilewave {

class Symbols {
 public:
  /// What makes two dimensions one: a name; or, without a name, being the first of an input, for all
  /// of these are the batch.
  struct Key {
    bool is_nameless = false;
    std::string name;       ///< of the dimension, or of the input of which a nameless one is
    std::size_t index = 0;  ///< of a nameless one: its place in that input

    /// Names first.
    bool operator<(const Key& other) const {
      return std::tie(is_nameless, name, index) <
             std::tie(other.is_nameless, other.name, other.index);
    }
  };

  static Key key(const onnx::TensorShapeProto::Dimension& dim, const std::string& input,
                 std::size_t index);
  static Key key(const std::string& name) { return {false, name, 0}; }

  void add(const Key& key) { values_.try_emplace(key, std::nullopt); }
  std::optional<std::uint64_t> value(const Key& key) const;

  /// What `file`, the data of an input, says. Throws InputError if others say something else.
  void set(const Key& key, std::uint64_t value, const std::string& file);

  /// Gives the sizes to the dimensions of these names, and the batch to the one that has no number
  /// then. Throws InputError if one of them has no effect or contradicts the data, and, naming them
  /// all, if dimensions are left without a number.
  void settle(const std::vector<OnnxSize>& sizes, std::optional<std::uint64_t> batch);

 private:
  std::vector<std::string> names() const;
  void use_size(const OnnxSize& size);
  void use_batch(std::uint64_t batch, bool has_data);
  void require_all() const;

  std::map<Key, std::optional<std::uint64_t>> values_;
};

}  // namespace tilewave
