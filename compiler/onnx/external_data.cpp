// Entries of external_data to ranges of files; one check for each thing that can be wrong with them.
#include "compiler/onnx/external_data.h"

#include <charconv>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <utility>

#include "compiler/base/error.h"
#include "compiler/onnx/protobuf.h"
#include "compiler/onnx/tensor_values.h"

namespace tilewave {
namespace {

using onnx::TensorProto;

std::string quoted(const std::string& name) { return "'" + one_line_of(name) + "'"; }

/// The words of external_data as they are.
struct Entries {
  std::string location;
  std::uint64_t offset = 0;
  std::optional<std::uint64_t> length;
};

std::uint64_t number_of(const std::string& key, const std::string& text) {
  std::uint64_t number = 0;
  const char* last = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), last, number);
  if (error != std::errc() || stop != last) {
    throw InputError("has external data with " + key + " " + quoted(text) +
                     "; allowed: a whole number from 0 to " +
                     std::to_string(std::numeric_limits<std::uint64_t>::max()));
  }
  return number;
}

/// A checksum is not compared: ONNX's own library does not, either.
Entries entries_of(const TensorProto& tensor) {
  std::map<std::string, std::string> found;
  for (const onnx::StringStringEntryProto& entry : tensor.external_data()) {
    const std::string& key = entry.key();
    if (key != "location" && key != "offset" && key != "length" && key != "checksum") {
      throw InputError("has external data with an entry " + quoted(key) +
                       "; allowed: location, offset, length, checksum");
    }
    if (!found.emplace(key, entry.value()).second) {
      throw InputError("has external data with two entries " + quoted(key));
    }
  }
  if (!found.contains("location")) {
    throw InputError("has external data without a location");
  }
  Entries entries{found["location"], 0, std::nullopt};
  if (const auto offset = found.find("offset"); offset != found.end()) {
    entries.offset = number_of("offset", offset->second);
  }
  if (const auto length = found.find("length"); length != found.end()) {
    entries.length = number_of("length", length->second);
  }
  return entries;
}

std::uint64_t raw_bytes(const TensorProto& tensor) {
  const OnnxType type = onnx_type(tensor.data_type()).value();
  return element_count(tensor_dims(tensor)) * info_of(type).raw_bytes;
}

void require_length(const TensorProto& tensor, std::uint64_t length, const std::string& what) {
  if (length != raw_bytes(tensor)) {
    throw InputError("has the shape " + to_string(tensor_dims(tensor)) + ", which takes " +
                     std::to_string(raw_bytes(tensor)) + " bytes of data, but " + what + " " +
                     std::to_string(length));
  }
}

/// Where the data are, which lie in the file if it exists.
ExternalWeight::Place place_of(const TensorProto& tensor, OnnxDataFiles& files) {
  const Entries entries = entries_of(tensor);
  const std::string file = "data file " + quoted(entries.location);
  const std::optional<std::uint64_t> size = files.size(entries.location);
  if (!size) {
    return {entries.location, entries.offset, false};
  }
  const std::uint64_t bytes = raw_bytes(tensor);
  if (entries.offset > *size || bytes > *size - entries.offset) {
    throw InputError("has " + std::to_string(bytes) + " bytes of data from byte " +
                     std::to_string(entries.offset) + " of " + file + " on, which has " +
                     std::to_string(*size));
  }
  if (!entries.length) {
    require_length(tensor, *size - entries.offset, "no length, and " + file + " has from there on");
  }
  return {entries.location, entries.offset, true};
}

/// Shapes, axes and the like: ONNX's own code wants to see them, too.
void read_into(TensorProto& tensor, const ExternalWeight::Place& place, OnnxDataFiles& files) {
  if (!place.exists) {
    throw InputError("is of type " + type_name(tensor.data_type()) +
                     ", which decides shapes and the like, and its data file " +
                     quoted(place.location) + " does not exist");
  }
  std::string& bytes = *tensor.mutable_raw_data();
  bytes.resize(raw_bytes(tensor));
  files.read(place.location, place.offset, bytes);
}

}  // namespace

bool is_external(const TensorProto& tensor) {
  return tensor.data_location() == TensorProto::EXTERNAL || tensor.external_data_size() != 0;
}

void require_external_tensor(const TensorProto& tensor) {
  require_kind(tensor);
  try {
    if (tensor.data_location() != TensorProto::EXTERNAL || tensor.has_raw_data() ||
        field_count(tensor) != 0) {
      throw InputError("has data in more than one form");
    }
    if (const auto length = entries_of(tensor).length) {
      require_length(tensor, *length, "the length of its external data is");
    }
  } catch (const InputError& error) {
    throw InputError("tensor " + quoted(tensor.name()) + " " + error.what());
  }
}

ExternalWeight::ExternalWeight(std::string name, Dims dims, OnnxType type, Place place,
                               OnnxDataFiles& files, bool reads_range)
    : name_(std::move(name)),
      dims_(std::move(dims)),
      type_(type),
      place_(std::move(place)),
      files_(files),
      reads_range_(reads_range) {}

const OnnxNumbers& ExternalWeight::numbers() {
  if (!place_.exists) {
    throw InputError("the values of weight " + quoted(name_) + " are needed, and its data file " +
                     quoted(place_.location) + " does not exist");
  }
  if (!numbers_) {
    numbers_ =
        read_numbers(type_, element_count(dims_), [this](std::uint64_t at, std::span<char> bytes) {
          files_.read(place_.location, place_.offset + at, bytes);
        });
  }
  return *numbers_;
}

OnnxNumbers ExternalWeight::take() {
  numbers();
  return *std::exchange(numbers_, std::nullopt);
}

std::vector<std::shared_ptr<ExternalWeight>> take_external(onnx::ModelProto& model,
                                                           const OnnxOptions& options) {
  onnx::GraphProto& graph = *model.mutable_graph();
  std::vector<std::shared_ptr<ExternalWeight>> weights(
      static_cast<std::size_t>(graph.initializer_size()));
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    TensorProto& tensor = *graph.mutable_initializer(static_cast<int>(i));
    if (!is_external(tensor)) {
      continue;
    }
    try {
      if (options.files == nullptr) {
        throw InputError("has external data, and there are no files to read them from");
      }
      const ExternalWeight::Place place = place_of(tensor, *options.files);
      const OnnxType type = onnx_type(tensor.data_type()).value();
      const bool reads = options.weights != OnnxWeights::kDrawn || !info_of(type).element;
      total += reads && place.exists ? raw_bytes(tensor) : 0;
      if (total > kMaxExternalBytes) {
        throw InputError("takes the data in other files beyond the " +
                         std::to_string(kMaxExternalBytes) +
                         " bytes that are read of them; --weights=drawn reads no weights");
      }
      tensor.clear_external_data();
      tensor.clear_data_location();
      if (!info_of(type).element) {
        read_into(tensor, place, *options.files);
        require_tensor(tensor);
        continue;
      }
      tensor.set_raw_data(std::string(1, '\0'));
      weights[i] = std::make_shared<ExternalWeight>(tensor.name(), tensor_dims(tensor), type, place,
                                                    *options.files, reads);
    } catch (const InputError& error) {
      throw InputError("initializer: tensor " + quoted(tensor.name()) + " " + error.what());
    }
  }
  return weights;
}

}  // namespace tilewave
