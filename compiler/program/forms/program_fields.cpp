// The rules of program_check.h, field by field.
#include "compiler/program/forms/program_fields.h"

#include <algorithm>
#include <utility>

#include "compiler/base/nearest.h"
#include "compiler/base/number_text.h"

namespace tilewave {

namespace {

FieldProblem problem(const char* field, std::uint64_t value, std::string allowed) {
  return {field, std::to_string(value), std::move(allowed)};
}

std::string up_to(std::uint64_t first, std::uint64_t last) {
  return std::to_string(first) + " to " + std::to_string(last);
}

std::optional<FieldProblem> find_tile_problem(const TileExtent& extent, const TileShape& tile) {
  if (extent == tile.result() || extent == tile.left() || extent == tile.right() ||
      extent == tile.row()) {
    return std::nullopt;
  }
  return FieldProblem{
      "tile", to_string(extent),
      "m x n = " + to_string(tile.result()) + ", m x k = " + to_string(tile.left()) +
          ", k x n = " + to_string(tile.right()) + " or 1 x n = " + to_string(tile.row())};
}

/// Expects a valid tile.
std::optional<FieldProblem> find_shape_problem(const ProgramTensor& tensor) {
  const Shape& shape = tensor.shape;
  if (shape.rows == 0 || shape.rows > kMaxTensorElements) {
    return problem("rows", shape.rows, up_to(1, kMaxTensorElements));
  }
  if (shape.cols == 0 || shape.cols > kMaxTensorElements) {
    return problem("cols", shape.cols, up_to(1, kMaxTensorElements));
  }
  const Shape padded = padded_shape(shape, tensor.tile);
  if (padded.cols > kMaxTensorElements / padded.rows) {
    return problem("cols", shape.cols,
                   "at most " + std::to_string(kMaxTensorElements) +
                       " elements in a tensor, padding included");
  }
  if (tensor.padded.rows != padded.rows) {
    return problem("padded_rows", tensor.padded.rows,
                   std::to_string(padded.rows) + ", the rows rounded up to whole tiles");
  }
  if (tensor.padded.cols != padded.cols) {
    return problem("padded_cols", tensor.padded.cols,
                   std::to_string(padded.cols) + ", the cols rounded up to whole tiles");
  }
  return std::nullopt;
}

/// Which fields an opcode uses beyond tag, tensor, row and col.
struct UsedFields {
  bool clear = false;
  bool relu = false;
  bool biased = false;
  bool broadcast = false;
  bool k = false;
  bool a = false;
  bool b = false;
  bool dst = false;
};

constexpr UsedFields used_fields(Opcode opcode) {
  switch (opcode) {
    case Opcode::kLoad: return {.dst = true};
    case Opcode::kStore: return {.relu = true, .a = true};
    case Opcode::kMatmul:
      return {.clear = true,
              .relu = true,
              .biased = true,
              .k = true,
              .a = true,
              .b = true,
              .dst = true};
    case Opcode::kAdd: return {.relu = true, .broadcast = true, .a = true, .b = true, .dst = true};
    case Opcode::kRelu: return {.a = true, .dst = true};
  }
  return {};
}

}  // namespace

std::string version_problem(std::uint64_t version) {
  if (version == kProgramFormatVersion) {
    return "";
  }
  return "format version " + std::to_string(version) + "; this tilewave reads " +
         std::to_string(kProgramFormatVersion) +
         (version < kProgramFormatVersion ? ": compile the model again" : "");
}

std::optional<FieldProblem> find_problem(const TileShape& tile) {
  const auto find = [](const char* field, std::uint32_t edge) -> std::optional<FieldProblem> {
    if (edge % kTileEdgeStep == 0 && edge >= kTileEdgeStep && edge <= kMaxTileEdge) {
      return std::nullopt;
    }
    return problem(field, edge, "multiples of 8 from 8 to 256");
  };
  if (auto found = find("m", tile.m)) {
    return found;
  }
  if (auto found = find("n", tile.n)) {
    return found;
  }
  return find("k", tile.k);
}

std::optional<FieldProblem> find_sram_problem(std::uint64_t sram_bytes) {
  if (sram_bytes > kMaxSramBytes) {
    return problem("sram_bytes", sram_bytes, up_to(0, kMaxSramBytes));
  }
  return std::nullopt;
}

bool is_valid_tensor_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxTensorNameBytes &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return c > ' ' && c <= '~' && c != '#' && c != '[' && c != ']';
         });
}

std::optional<FieldProblem> find_problem(const ProgramTensor& tensor, const TileShape& tile) {
  if (!is_valid_tensor_name(tensor.name)) {
    return FieldProblem{"name", in_quotes(tensor.name),
                        "1 to 255 printable ASCII characters without space, '#', '[' and ']'"};
  }
  if (tensor.role > TensorRole::kOutput) {
    return problem("role", static_cast<std::uint64_t>(tensor.role),
                   "0 input, 1 param, 2 intermediate, 3 output");
  }
  if (auto found = find_tile_problem(tensor.tile, tile)) {
    return found;
  }
  if (auto found = find_shape_problem(tensor)) {
    return found;
  }
  if (tensor.dram_base % kSramAlignment != 0) {
    return FieldProblem{"dram_base", hex(tensor.dram_base), "multiples of 64"};
  }
  if (tensor.bytes() > kMaxDramBytes || tensor.dram_base > kMaxDramBytes - tensor.bytes()) {
    return FieldProblem{"dram_base", hex(tensor.dram_base),
                        "at most " + hex(kMaxDramBytes - tensor.bytes()) + ", so that its " +
                            std::to_string(tensor.bytes()) + " bytes end inside 16 GiB"};
  }
  return std::nullopt;
}

std::optional<FieldProblem> find_problem(const Op& op, std::size_t tensor_count) {
  if (op.opcode > Opcode::kRelu) {
    return problem("opcode", static_cast<std::uint64_t>(op.opcode),
                   "0 load, 1 store, 2 matmul, 3 add, 4 relu");
  }
  if (op.tag > BufferTag::kPong) {
    return problem("tag", static_cast<std::uint64_t>(op.tag), "0 none, 1 ping, 2 pong");
  }
  if (op.tensor >= tensor_count) {
    return problem("tensor", op.tensor,
                   "an index into the " + std::to_string(tensor_count) + " tensors");
  }
  const UsedFields used = used_fields(op.opcode);
  const auto zero = [&op] { return std::string("0, for a ") + to_string(op.opcode) + " has none"; };
  if (op.clear && !used.clear) {
    return problem("clear", 1, zero());
  }
  if (op.relu && !used.relu) {
    return problem("relu", 1, zero());
  }
  if (op.biased && !used.biased) {
    return problem("biased", 1, zero());
  }
  if (op.biased && !op.clear) {
    return problem("biased", 1, "0, for only a matmul that clears starts from a bias");
  }
  if (op.broadcast && !used.broadcast) {
    return problem("broadcast", 1, zero());
  }
  if (op.bias != 0 && !op.biased) {
    return problem("bias", op.bias, "0, for the op is not biased");
  }
  if (op.k != 0 && !used.k) {
    return problem("k", op.k, zero());
  }
  if (op.a != 0 && !used.a) {
    return problem("a", op.a, zero());
  }
  if (op.b != 0 && !used.b) {
    return problem("b", op.b, zero());
  }
  if (op.dst != 0 && !used.dst) {
    return problem("dst", op.dst, zero());
  }
  return std::nullopt;
}

}  // namespace tilewave
