// The values of inputs and parameters that a model does not carry, drawn from a seed. The same seed
// and name give the same bits on every machine and in every build.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

#include "compiler/graph/graph.h"
#include "compiler/program/program.h"
#include "models/dram/image.h"
#include "sim/model/float_array.h"

namespace tilewave {

/// Row-major values without padding, by tensor name.
using TensorValues = std::unordered_map<std::string, FloatArray>;

/// A tensor's own stream of random numbers, counter based: value i does not depend on the others,
/// so adding or resizing one tensor changes no other one.
///
///   mix(z):    z = (z ^ z>>30) · 0xbf58476d1ce4e5b9;  z = (z ^ z>>27) · 0x94d049bb133111eb;
///              z ^ z>>31                            (the finalizer of SplitMix64, Steele et al.)
///   key      = mix(seed + mix(FNV-1a-64(name)))
///   bits(i)  = mix(key + (i + 1) · 0x9e3779b97f4a7c15)
///   value(i) = (bits(i) >> 40) · 2^-23 − 1           uniform on a grid of 2^24 in [-1, 1), exact
class RandomStream {
 public:
  RandomStream(std::uint64_t seed, const std::string& name);
  float operator()(std::uint64_t index) const;

 private:
  std::uint64_t key_;
};

/// Inputs are uniform in [-1, 1). Parameters are that times sqrt(3 / rows), which makes a product
/// of many layers keep the magnitude of its input: a sum of `rows` products of independent values
/// of variance v and 1/rows has variance v. (A ReLU halves it.) bf16 and f16 take the nearest of these.
/// i8 and u8 are uniform over all their values, i32 over −1024 to 1023.
FloatArray draw_tensor(std::uint64_t seed, const ProgramTensor& tensor);

/// For every tensor of the program that is an input or a parameter.
TensorValues draw_tensors(std::uint64_t seed, const Program& program);

/// The same of a program that is the graph's, whose tables have the values that they say.
TensorValues draw_tensors(std::uint64_t seed, const Graph& graph, const Program& program);

/// The same, but only of the elements that the program loads; the others are zero.
TensorValues draw_loaded(std::uint64_t seed, const Program& program);

/// What the program loads of its inputs and parameters, which all have to be there.
void write_loaded(const TensorValues& values, const Program& program, DramImage& image);

}  // namespace tilewave
