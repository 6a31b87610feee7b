// Finds the files by ONNX's naming rules, by name or by number.
#include "sim/model/onnx_files.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>
#include <string_view>

#include "compiler/base/error.h"
#include "compiler/base/nearest.h"
#include "compiler/base/text.h"
#include "sim/base/files.h"
#include "sim/model/npy_files.h"
#include "sim/model/onnx_data_files.h"

namespace fs = std::filesystem;

namespace tilewave {
namespace {

/// N of a file called PREFIXN.pb or PREFIXN.npy.
std::optional<std::size_t> index_of(const fs::path& file, std::string_view prefix) {
  const std::string name = file.stem().string();
  const fs::path extension = file.extension();
  if (!name.starts_with(prefix) || (extension != ".pb" && extension != ".npy")) {
    return std::nullopt;
  }
  const char* first = name.data() + prefix.size();
  const char* last = name.data() + name.size();
  std::size_t index = 0;
  const auto [stop, error] = std::from_chars(first, last, index);
  return error == std::errc() && stop == last && first != last ? std::optional(index)
                                                               : std::nullopt;
}

OnnxInput read_tensor_file(const std::string& path, std::size_t index) {
  if (is_npy_file(path)) {
    return read_npy_file(path, index);
  }
  return {read_file(path, "ONNX tensor file", kMaxOnnxBytes), one_line(path), index};
}

/// PREFIX0.pb, PREFIX1.npy, ... in a directory, in no order.
std::vector<std::string> tensor_files(const std::string& path, std::string_view prefix,
                                      std::error_code& error) {
  std::vector<std::string> files;
  for (fs::directory_iterator entry(path, error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    if (index_of(entry->path(), prefix)) {
      files.push_back(entry->path().string());
    }
  }
  return files;
}

std::vector<OnnxInput> read_directory(const std::string& path, const std::string& option,
                                      std::string_view prefix) {
  std::error_code error;
  std::map<std::size_t, std::string> files;
  for (const std::string& file : tensor_files(path, prefix, error)) {
    const std::size_t index = index_of(file, prefix).value();
    const auto [other, is_first] = files.emplace(index, file);
    if (!is_first) {
      throw InputError(one_line(path) + ": has two files for number " + std::to_string(index));
    }
  }
  if (error) {
    throw InputError(option + " " + one_line(path) + ": cannot be read: " + error.message());
  }
  std::vector<OnnxInput> tensors;
  for (const auto& [index, file] : files) {
    tensors.push_back(read_tensor_file(file, index));
  }
  return tensors;
}

/// What is expected is in a directory unless the name says that it is a file of tensors.
bool is_directory(const std::string& path, const std::string& option) {
  std::error_code error;
  return fs::is_directory(path, error) || (option == "--expect" && !path.ends_with(".pb") &&
                                           !is_npy_file(path) && !is_npz_file(path));
}

/// What a directory, an archive or a file has; `index` is what a file's name says nothing else about.
std::vector<OnnxInput> read_tensors(const std::string& path, const std::string& option,
                                    std::string_view prefix, std::size_t index) {
  if (is_directory(path, option)) {
    return read_directory(path, option, prefix);
  }
  if (is_npz_file(path)) {
    return read_npz_file(path);
  }
  std::vector<OnnxInput> one;
  one.push_back(read_tensor_file(path, index_of(path, prefix).value_or(index)));
  return one;
}

std::vector<OnnxInput> read_inputs(const std::vector<std::string>& paths) {
  std::vector<OnnxInput> inputs;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    std::vector<OnnxInput> tensors = read_tensors(paths[i], "--inputs", "input_", i);
    std::ranges::move(tensors, std::back_inserter(inputs));
  }
  return inputs;
}

/// A model and what is read along with it.
struct ModelFile {
  OnnxOptions options;
  std::string bytes;
  OnnxFolder folder;

  /// Throws InputError.
  ModelFile(const std::string& file, const OnnxArguments& arguments) : folder(file) {
    options.file = one_line(file);
    options.batch = arguments.batch;
    options.sizes = arguments.sizes;
    options.files = &folder;
    options.weights = arguments.weights;
    bytes = read_file(file, "ONNX model", kMaxOnnxBytes);
    if (bytes.empty()) {
      throw InputError(options.file + ": is empty, not an ONNX model");
    }
    options.inputs = read_inputs(arguments.inputs);
  }
  ModelFile(const ModelFile&) = delete;
  ModelFile& operator=(const ModelFile&) = delete;
};

/// Whether what was meant for the inputs has come to nothing.
void require_use(const OnnxModel& model, const OnnxArguments& arguments,
                 const std::vector<OnnxInput>& inputs) {
  const bool has_inputs = std::ranges::any_of(
      model.sources, [](const OnnxSource& source) { return source.role == TensorRole::kInput; });
  if (has_inputs && inputs.empty() && !arguments.inputs.empty()) {
    throw InputError("--inputs " + one_line(arguments.inputs[0]) +
                     ": there is no input_0.pb, nor any other input_N.pb or input_N.npy");
  }
  if (arguments.weights == OnnxWeights::kDrawn &&
      std::ranges::none_of(model.sources, &OnnxSource::is_external)) {
    throw InputError("--weights=drawn has no effect: all weights are in the model itself");
  }
}

/// The output that a tensor is named after, else the one at the file's index.
std::size_t output_of(const std::string& name, const OnnxInput& file, const OnnxModel& model) {
  const auto named = std::ranges::find(model.outputs, name, &OnnxOutput::name);
  if (named != model.outputs.end()) {
    return static_cast<std::size_t>(named - model.outputs.begin());
  }
  if (file.array && file.array->is_named_only) {
    std::vector<std::string> names;
    std::ranges::transform(model.outputs, std::back_inserter(names), &OnnxOutput::name);
    throw InputError(file.file + ": the model has no output " + in_quotes(name) +
                     did_you_mean(name, names));
  }
  return file.index;
}

/// What the file holds for this output, which it has to be right for.
OnnxNumbers numbers_for(const OnnxOutput& output, std::optional<OnnxTensor> tensor,
                        const OnnxInput& file) {
  const Dims& dims = tensor ? tensor->dims : file.array->dims;
  const bool same_type = !tensor || tensor->type == output.declared;
  if (!same_type || dims != output.dims) {
    throw InputError(file.file + ": holds " + (tensor ? to_string(tensor->type) + " " : "") +
                     to_string(dims) + ", but output '" + one_line(output.name) + "' is " +
                     to_string(output.declared) + " " + to_string(output.dims));
  }
  return tensor ? std::move(tensor->values) : file.array->read(output.declared);
}

}  // namespace

std::string OnnxArguments::first_option() const {
  return batch                            ? "--batch"
         : !sizes.empty()                 ? "--size"
         : !inputs.empty()                ? "--inputs"
         : weights == OnnxWeights::kDrawn ? "--weights"
                                          : "";
}

std::vector<std::string> input_files(const OnnxArguments& arguments) {
  std::vector<std::string> files;
  for (const std::string& path : arguments.inputs) {
    std::error_code error;
    if (fs::is_directory(path, error)) {
      std::ranges::move(tensor_files(path, "input_", error), std::back_inserter(files));
    } else {
      files.push_back(path);
    }
  }
  return files;
}

std::vector<std::string> expected_files(const std::string& path) {
  std::error_code error;
  return fs::is_directory(path, error) ? tensor_files(path, "output_", error)
                                       : std::vector<std::string>{path};
}

bool is_onnx_model(const std::string& file) { return fs::path(file).extension() == ".onnx"; }

OnnxModel load_onnx_model(const std::string& file, const OnnxArguments& arguments) {
  ModelFile given(file, arguments);
  OnnxModel model = import_onnx(given.bytes, given.options);
  model.files = given.folder.files();
  require_use(model, arguments, given.options.inputs);
  return model;
}

OnnxSurvey survey_onnx_model(const std::string& file, const OnnxArguments& arguments) {
  ModelFile given(file, arguments);
  OnnxSurvey survey = survey_onnx(given.bytes, given.options);
  if (survey.model) {
    require_use(*survey.model, arguments, given.options.inputs);
  }
  return survey;
}

FloatArray array_of(const OnnxNumbers& numbers, ElementType type) {
  if (const auto* floats = std::get_if<std::vector<float>>(&numbers)) {
    FloatArray array(floats->size(), type);
    std::copy(floats->begin(), floats->end(), array.begin());
    return array;
  }
  const auto& integers = std::get<std::vector<std::int64_t>>(numbers);
  FloatArray array(integers.size(), type);
  if (type != ElementType::kI32) {  // of BOOL
    std::transform(integers.begin(), integers.end(), array.begin(),
                   [](std::int64_t number) { return static_cast<float>(number); });
    return array;
  }
  std::transform(integers.begin(), integers.end(), array.integers(),
                 [](std::int64_t number) { return static_cast<std::int32_t>(number); });
  return array;
}

std::vector<ExpectedOutput> read_expected_outputs(const std::string& path, const OnnxModel& model) {
  std::vector<std::optional<ExpectedOutput>> found(model.outputs.size());
  for (const OnnxInput& file : read_tensors(path, "--expect", "output_", 0)) {
    std::optional<OnnxTensor> tensor;
    if (!file.array) {
      tensor = read_onnx_tensor(file.bytes, file.file);
    }
    const std::size_t index = output_of(tensor ? tensor->name : file.array->name, file, model);
    if (index >= found.size() || found[index]) {
      throw InputError(file.file + ": there is no output left for it: the model has " +
                       std::to_string(found.size()));
    }
    const OnnxOutput& output = model.outputs[index];
    found[index] = {file.file, array_of(numbers_for(output, std::move(tensor), file), output.type)};
  }
  std::vector<ExpectedOutput> expected;
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (!found[i]) {
      throw InputError("--expect " + one_line(path) + ": there is no output_" + std::to_string(i) +
                       ".pb or .npy for output '" + one_line(model.outputs[i].name) + "'");
    }
    expected.push_back(*std::move(found[i]));
  }
  return expected;
}

}  // namespace tilewave
