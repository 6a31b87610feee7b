// The operators, in groups: matmul_operators.cpp, function_operators.cpp, logic_operators.cpp,
// quantization_operators.cpp, normalization_operators.cpp, reduction_operators.cpp, constant_operators.cpp,
// cast_operators.cpp, view_operators.cpp, part_operators.cpp and so on. All throw InputError if shapes, types or attributes are not supported, without naming the node.
#pragma once

#include "compiler/onnx/node_import.h"

namespace tilewave {

Value import_matmul(Node& node);
Value import_gemm(Node& node);
Value import_einsum(Node& node);
Value import_fused_matmul(Node& node);

Value import_attention(Node& node);
Value import_group_query_attention(Node& node);
Value import_multi_head_attention(Node& node);
/// ONNX Runtime's Attention, which projects its input itself.
Value import_packed_attention(Node& node);
Value import_rotary_embedding(Node& node);

/// Any operator that is a function of the register by name, parameters and operands.
Value import_function(Node& node);
Value import_add(Node& node);
Value import_clip(Node& node);
Value import_bias_gelu(Node& node);
Value import_fast_gelu(Node& node);
Value import_gelu(Node& node);
Value import_quick_gelu(Node& node);
Value import_max(Node& node);
Value import_mean(Node& node);
Value import_min(Node& node);
Value import_mod(Node& node);
Value import_pow(Node& node);
Value import_prelu(Node& node);
Value import_relu(Node& node);
Value import_sum(Node& node);

/// Less, Equal, ...; And, Or, Xor.
Value import_comparison(Node& node);
Value import_logic(Node& node);
Value import_is_inf(Node& node);
Value import_is_nan(Node& node);
Value import_not(Node& node);
Value import_where(Node& node);

Value import_dequantize_linear(Node& node);
Value import_dynamic_quantize_linear(Node& node);
Value import_matmul_integer(Node& node);
Value import_qlinear_matmul(Node& node);
Value import_quantize_linear(Node& node);

Value import_batch_normalization(Node& node);
Value import_dropout(Node& node);
Value import_instance_normalization(Node& node);
Value import_embed_layer_normalization(Node& node);
Value import_group_normalization(Node& node);
Value import_layer_normalization(Node& node);
Value import_rms_normalization(Node& node);
Value import_skip_layer_normalization(Node& node);
Value import_skip_rms_normalization(Node& node);
/// ReduceSum, ReduceMean, ...
Value import_reduce(Node& node);
/// And LogSoftmax.
Value import_softmax(Node& node);

Value import_concat(Node& node);
Value import_gather(Node& node);
Value import_slice(Node& node);
Value import_split(Node& node);

Value import_depth_to_space(Node& node);
Value import_pad(Node& node);
Value import_resize(Node& node);
Value import_space_to_depth(Node& node);
Value import_tile(Node& node);
Value import_trilu(Node& node);

Value import_cast(Node& node);
Value import_cast_like(Node& node);
Value import_constant(Node& node);
Value import_constant_of_shape(Node& node);
/// Of what is not known; known_integers.h has the rest.
Value import_range(Node& node);
Value import_shape(Node& node);
Value import_size(Node& node);

Value import_expand(Node& node);
Value import_flatten(Node& node);
Value import_identity(Node& node);
Value import_reshape(Node& node);
Value import_squeeze(Node& node);
Value import_transpose(Node& node);
Value import_unsqueeze(Node& node);

/// A product of floats of one type, which it is rounded to.
Value multiply_floats(GraphBuilder& builder, const std::string& output, const Value& a,
                      const Value& b);

/// An attribute that counts something: 0 where it is not given. Throws InputError if it is negative, or more than a
/// dimension may be.
std::uint64_t count_attribute(Node& node, const char* name);

/// `axis` of a value of this rank, negative ones counted from the end; below `count`, or an InputError.
std::size_t resolved_axis(std::int64_t axis, std::size_t rank, std::size_t count);

/// a and b as NumPy broadcasts them, or as the attributes of operator sets before 7 say.
std::vector<Value> two_operands(Node& node, const Value& a, Value b);

/// The same elements in the same order. Dequantized ones have to have one scale.
Value reshaped(const Value& value, const Dims& dims);
/// Dimension i of the result is dimension permutation[i] of `value`.
Value transposed(GraphBuilder& builder, const Value& value,
                 const std::vector<std::size_t>& permutation);
/// What is in the graph, or comes into it: an elementwise result of sources, or a computed value.
ComputedValue as_computed(GraphBuilder& builder, const Value& value);

/// Known integers as a constant called `name`: of integers the bits that the type has, of floats the
/// nearest number.
Value constant_of(GraphBuilder& builder, const std::string& name, const IntegerValue& integers,
                  ElementType type);

/// `dims` as they are. Throws InputError if no result can have them.
Dims checked_result(Dims dims);

}  // namespace tilewave
