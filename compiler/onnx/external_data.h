// What a model keeps in other files: where the bytes of its initializers lie, checked against the
// files before anything is read, and the values of those that somebody asks for. The files themselves
// are OnnxDataFiles' business.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <onnx/onnx_pb.h>

#include "compiler/onnx/onnx_import.h"

namespace tilewave {

/// What is read of other files is at most that, all weights together.
inline constexpr std::uint64_t kMaxExternalBytes = std::uint64_t{8} << 30U;

bool is_external(const onnx::TensorProto& tensor);

/// Throws InputError unless the tensor is of a type of onnx_type.h, has a shape, and says where its
/// data are. No file is looked at.
void require_external_tensor(const onnx::TensorProto& tensor);

/// The values of an initializer, in a file.
class ExternalWeight {
 public:
  struct Place {
    std::string location;
    std::uint64_t offset = 0;
    bool exists = false;  ///< the file
  };

  /// `files` outlives it. `reads_range`: as may_be_looked_at().
  ExternalWeight(std::string name, Dims dims, OnnxType type, Place place, OnnxDataFiles& files,
                 bool reads_range);

  const std::string& name() const { return name_; }
  const Dims& dims() const { return dims_; }
  OnnxType type() const { return type_; }
  const std::string& location() const { return place_.location; }
  bool is_there() const { return place_.exists; }
  /// Whether its values may be read to know in which range they lie; else they are any that could be
  /// drawn.
  bool may_be_looked_at() const { return reads_range_ && place_.exists; }

  bool is_read() const { return numbers_.has_value(); }
  /// Reads them when they are first asked for. Throws InputError if there is no file.
  const OnnxNumbers& numbers();
  OnnxNumbers take();

 private:
  std::string name_;
  Dims dims_;
  OnnxType type_;
  Place place_;
  OnnxDataFiles& files_;
  bool reads_range_;
  std::optional<OnnxNumbers> numbers_;
};

/// For each initializer of a supported model its weight, or null if its values are in the model. Known
/// numbers are read into the model; all other tensors get one byte in place of their data, for the
/// ONNX checker knows nothing of our files. Throws InputError if a file, a range or their sum is wrong.
std::vector<std::shared_ptr<ExternalWeight>> take_external(onnx::ModelProto& model,
                                                           const OnnxOptions& options);

}  // namespace tilewave
