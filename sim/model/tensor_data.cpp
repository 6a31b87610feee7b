// A generator for each tensor, seeded by its name.
#include "sim/model/tensor_data.h"

#include <cmath>

namespace tilewave {
namespace {

std::uint64_t mix(std::uint64_t z) {
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31U);
}

std::uint64_t fnv1a(const std::string& text) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  }
  return hash;
}

bool is_source(const ProgramTensor& tensor) {
  return tensor.role == TensorRole::kInput || tensor.role == TensorRole::kParameter;
}

}  // namespace

RandomStream::RandomStream(std::uint64_t seed, const std::string& name)
    : key_(mix(seed + mix(fnv1a(name)))) {}

float RandomStream::operator()(std::uint64_t index) const {
  const std::uint64_t bits = mix(key_ + (index + 1) * 0x9e3779b97f4a7c15U);
  return static_cast<float>(bits >> 40U) * 0x1p-23F - 1.0F;
}

std::vector<float> draw_tensor(std::uint64_t seed, const ProgramTensor& tensor) {
  const RandomStream random(seed, tensor.name);
  const float scale =
      tensor.role == TensorRole::kParameter
          ? static_cast<float>(std::sqrt(3.0 / static_cast<double>(tensor.shape.rows)))
          : 1.0F;
  std::vector<float> values(tensor.shape.elements());
  for (std::uint64_t i = 0; i < values.size(); ++i) {
    values[i] = random(i) * scale;
  }
  return values;
}

TensorValues draw_tensors(std::uint64_t seed, const Program& program) {
  TensorValues values;
  for (const ProgramTensor& tensor : program.tensors) {
    if (is_source(tensor)) {
      values.emplace(tensor.name, draw_tensor(seed, tensor));
    }
  }
  return values;
}

void write_tensors(const TensorValues& values, const Program& program, DramImage& image) {
  for (std::uint32_t i = 0; i < program.tensors.size(); ++i) {
    if (is_source(program.tensors[i])) {
      image.write(i, values.at(program.tensors[i].name));
    }
  }
}

}  // namespace tilewave
