// Reads the layout of program_binary.h, trusting nothing: first the size and the checksum of the
// whole, then field by field.
#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "compiler/base/byte_reader.h"
#include "compiler/base/error.h"
#include "compiler/base/nearest.h"
#include "compiler/base/number_text.h"
#include "compiler/program/forms/program_binary.h"
#include "compiler/program/forms/program_binary_layout.h"
#include "compiler/program/forms/program_fields.h"

namespace tilewave {

namespace {

struct FieldOffset {
  std::string_view field;
  std::size_t offset;
};

constexpr std::array kHeaderFields = {FieldOffset{"m", 16}, FieldOffset{"n", 20},
                                      FieldOffset{"k", 24}, FieldOffset{"sram_bytes", 32}};
constexpr std::array kTensorFields = {
    FieldOffset{"dram_base", 0}, FieldOffset{"stored_rows", 8}, FieldOffset{"stored_cols", 16},
    FieldOffset{"role", 24},     FieldOffset{"name_bytes", 25}, FieldOffset{"type", 26},
    FieldOffset{"axes", 27},     FieldOffset{"reserved", 28},   FieldOffset{"rows", 32},
    FieldOffset{"cols", 40},     FieldOffset{"name", 48}};
constexpr std::array kRegionFields = {FieldOffset{"tensor", 0},  FieldOffset{"axes", 4},
                                      FieldOffset{"outside", 5}, FieldOffset{"reserved", 6},
                                      FieldOffset{"rows", 8},    FieldOffset{"tile", 32},
                                      FieldOffset{"cols", 40}};
constexpr std::array kRegionAxisFields = {FieldOffset{"origin", 8}, FieldOffset{"end", 16},
                                          FieldOffset{"step", 24}, FieldOffset{"extent", 32},
                                          FieldOffset{"stride", 36}};
constexpr std::array kOpFields = {FieldOffset{"opcode", 0},
                                  FieldOffset{"clear", 1},
                                  FieldOffset{"relu", 2},
                                  FieldOffset{"tag", 3},
                                  FieldOffset{"biased", 4},
                                  FieldOffset{"a_type", 5},
                                  FieldOffset{"kernel", 6},
                                  FieldOffset{"m", 8},
                                  FieldOffset{"n", 10},
                                  FieldOffset{"k", 12},
                                  FieldOffset{"b_type", 14},
                                  FieldOffset{"a_type and b_type", 14},
                                  FieldOffset{"a_transposed", 15},
                                  FieldOffset{"b_transposed", 15},
                                  FieldOffset{"a_zero", 16},
                                  FieldOffset{"b_zero", 18},
                                  FieldOffset{"region", 20},
                                  FieldOffset{"step", 32},
                                  FieldOffset{"a", 36},
                                  FieldOffset{"b", 40},
                                  FieldOffset{"c", 44},
                                  FieldOffset{"d", 48},
                                  FieldOffset{"dst", 52}};

std::size_t offset_of(std::span<const FieldOffset> fields, std::string_view field) {
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [&](const FieldOffset& entry) { return entry.field == field; });
  if (found == fields.end()) {
    throw InternalError("no byte offset for field " + std::string(field));
  }
  return found->offset;
}

class BinaryParser {
 public:
  BinaryParser(std::span<const std::byte> bytes, const std::string& file)
      : bytes_(bytes), file_(file), reader_(bytes) {}

  Program parse() {
    Program program;
    parse_magic();
    parse_header(program);
    check_size_and_checksum();
    parse_tensors(program);
    parse_regions(program);
    parse_kernels(program);
    parse_ops(program);
    return program;
  }

 private:
  [[noreturn]] void fail(std::size_t offset, const std::string& message) const {
    throw InputError(file_ + ": byte " + std::to_string(offset) + ": " + message);
  }

  [[noreturn]] void fail(std::size_t offset, const std::string& field, std::uint64_t value,
                         const std::string& allowed) const {
    fail(offset, FieldProblem{field, std::to_string(value), allowed}.text());
  }

  [[noreturn]] void fail_truncated(const char* who, std::uint64_t size) const {
    fail(bytes_.size(), std::string("truncated: ") + who + " " + std::to_string(size) +
                            " bytes, this has " + std::to_string(bytes_.size()));
  }

  void parse_magic() {
    const std::size_t seen = std::min(bytes_.size(), kBinaryMagic.size());
    if (!is_binary_program(bytes_)) {
      fail(0, "magic = " + in_quotes(ByteReader(bytes_).text(seen)) +
                  "; allowed: " + in_quotes(kBinaryMagic) + ", the start of a tilewave program");
    }
    if (!reader_.has(kBinaryMagic.size() + 4)) {
      fail_truncated("a program has at least", kHeaderBytes + kChecksumBytes);
    }
    reader_.text(kBinaryMagic.size());
    const std::string problem = version_problem(reader_.u32());
    if (!problem.empty()) {
      fail(8, problem);
    }
    if (bytes_.size() < kHeaderBytes + kChecksumBytes) {
      fail_truncated("a program has at least", kHeaderBytes + kChecksumBytes);
    }
  }

  void parse_header(Program& program) {
    const std::uint32_t header_bytes = reader_.u32();
    if (header_bytes != kHeaderBytes) {
      fail(12, "header_bytes", header_bytes, std::to_string(kHeaderBytes));
    }
    program.tile.m = reader_.u32();
    program.tile.n = reader_.u32();
    program.tile.k = reader_.u32();
    const std::uint32_t reserved = reader_.u32();
    program.sram_bytes = reader_.u64();
    tensor_count_ = reader_.u64();
    tensor_bytes_ = reader_.u64();
    op_count_ = reader_.u64();
    kernel_count_ = reader_.u64();
    kernel_bytes_ = reader_.u64();
    region_count_ = reader_.u64();
    region_bytes_ = reader_.u64();
    if (const auto problem = find_problem(program.tile)) {
      fail(offset_of(kHeaderFields, problem->field), "tile " + problem->text());
    }
    if (reserved != 0) {
      fail(28, "reserved", reserved, "0");
    }
    if (const auto problem = find_sram_problem(program.sram_bytes)) {
      fail(offset_of(kHeaderFields, problem->field), problem->text());
    }
    if (tensor_count_ > kMaxTensors) {
      fail(40, "tensor_count", tensor_count_, "0 to " + std::to_string(kMaxTensors));
    }
    const std::uint64_t least = tensor_count_ * (kTensorRecordBytes + 1);
    const std::uint64_t most = tensor_count_ * (kTensorRecordBytes + kMaxTensorNameBytes);
    if (tensor_bytes_ < least || tensor_bytes_ > most) {
      fail(48, "tensor_bytes", tensor_bytes_,
           std::to_string(least) + " to " + std::to_string(most) + " for " +
               std::to_string(tensor_count_) + " tensors");
    }
    if (op_count_ > kMaxOps) {
      fail(56, "op_count", op_count_, "0 to " + std::to_string(kMaxOps));
    }
    if (kernel_count_ > kMaxKernels) {
      fail(64, "kernel_count", kernel_count_, "0 to " + std::to_string(kMaxKernels));
    }
    const std::uint64_t most_kernels = kernel_count_ * (kKernelRecordBytes + kMaxKernelTextBytes);
    if (kernel_bytes_ < kernel_count_ * kKernelRecordBytes || kernel_bytes_ > most_kernels) {
      fail(72, "kernel_bytes", kernel_bytes_,
           std::to_string(kernel_count_ * kKernelRecordBytes) + " to " +
               std::to_string(most_kernels) + " for " + std::to_string(kernel_count_) + " kernels");
    }
    if (region_count_ < tensor_count_ || region_count_ - tensor_count_ > kMaxWindows) {
      fail(80, "region_count", region_count_,
           std::to_string(tensor_count_) + ", one for each tensor, and up to " +
               std::to_string(kMaxWindows) + " windows");
    }
    if (region_bytes_ != region_count_ * kRegionRecordBytes) {
      fail(88, "region_bytes", region_bytes_,
           std::to_string(region_count_ * kRegionRecordBytes) + " for " +
               std::to_string(region_count_) + " regions");
    }
  }

  void check_size_and_checksum() {
    const std::uint64_t size = kHeaderBytes + tensor_bytes_ + region_bytes_ + kernel_bytes_ +
                               op_count_ * kOpBytes + kChecksumBytes;
    if (bytes_.size() < size) {
      fail_truncated("the header announces", size);
    }
    if (bytes_.size() > size) {
      fail(size, std::to_string(bytes_.size() - size) +
                     " trailing bytes; allowed: none after the " + std::to_string(size) +
                     " that the header announces");
    }
    const std::size_t end = bytes_.size() - kChecksumBytes;
    const std::uint32_t stored = ByteReader(bytes_.subspan(end)).u32();
    const std::uint32_t computed = crc32(bytes_.first(end));
    if (stored != computed) {
      fail(end, "checksum = " + hex(stored, 8) + "; allowed: " + hex(computed, 8) +
                    ", the CRC-32 of the bytes before it: the file is damaged");
    }
  }

  void parse_tensors(Program& program) {
    const std::size_t end = kHeaderBytes + static_cast<std::size_t>(tensor_bytes_);
    std::unordered_map<std::string_view, std::size_t> index;
    program.tensors.reserve(static_cast<std::size_t>(tensor_count_));
    for (std::size_t i = 0; i < tensor_count_; ++i) {
      const std::size_t start = reader_.position();
      const std::string label = "tensor " + std::to_string(i) + " ";
      if (end - start < kTensorRecordBytes) {
        fail(start, label + "does not fit into the tensor table, which ends at byte " +
                        std::to_string(end));
      }
      tensor_starts_.push_back(start);
      ProgramTensor tensor;
      tensor.dram_base = reader_.u64();
      tensor.stored.rows = reader_.u64();
      tensor.stored.cols = reader_.u64();
      tensor.role = static_cast<TensorRole>(reader_.u8());
      const std::size_t name_bytes = reader_.u8();
      tensor.tile.type = static_cast<ElementType>(reader_.u8());
      const auto expect = [&](const char* field, std::uint64_t value, std::uint64_t allowed) {
        if (value != allowed) {
          fail(start + offset_of(kTensorFields, field), label + field, value,
               std::to_string(allowed));
        }
      };
      expect("axes", reader_.u8(), kAxes);
      expect("reserved", reader_.u32(), 0);
      tensor.shape.rows = reader_.u64();
      tensor.shape.cols = reader_.u64();
      if (name_bytes > end - reader_.position()) {
        fail(start + offset_of(kTensorFields, "name_bytes"), label + "name_bytes", name_bytes,
             "at most " + std::to_string(end - reader_.position()) +
                 ", what is left of the tensor table");
      }
      const std::string_view name = reader_.text(name_bytes);
      tensor.name = name;
      if (const auto problem = find_name_problem(name)) {
        fail(start + offset_of(kTensorFields, problem->field), label + problem->text());
      }
      const auto [earlier, inserted] = index.emplace(name, i);
      if (!inserted) {
        fail(start + kTensorRecordBytes, label + "name = " + in_quotes(name) +
                                             "; allowed: a name of its own, tensor " +
                                             std::to_string(earlier->second) + " has this one");
      }
      program.tensors.push_back(std::move(tensor));
    }
    if (reader_.position() != end) {
      fail(48, "tensor_bytes", tensor_bytes_,
           std::to_string(reader_.position() - kHeaderBytes) + ", what the tensors take");
    }
  }

  /// Of every tensor one, all of it; then windows.
  void parse_regions(Program& program) {
    for (std::uint32_t i = 0; i < program.tensors.size(); ++i) {
      const std::size_t start = reader_.position();
      ProgramTensor& tensor = program.tensors[i];
      const Window region = parse_region(i);
      expect_in_region(start, i, kRegionFields, "tensor", region.tensor, i);
      tensor.tile = region.tile.of(tensor.type());
      if (const auto problem = find_problem(tensor, program.tile)) {
        const bool of_region = problem->field == "tile";
        fail(of_region ? start + offset_of(kRegionFields, problem->field)
                       : tensor_starts_[i] + offset_of(kTensorFields, problem->field),
             (of_region ? "region " : "tensor ") + std::to_string(i) + " " + problem->text());
      }
      const ElementRange elements = region.elements();
      const auto expect = [&](const char* field, std::uint64_t value, std::uint64_t allowed,
                              std::size_t axis) {
        expect_in_region(start + axis * kRegionAxisBytes, i, kRegionAxisFields, field, value,
                         allowed);
      };
      expect("origin", elements.row, 0, 0);
      expect("end", elements.row_end, tensor.shape.rows, 0);
      expect("origin", elements.col, 0, 1);
      expect("end", elements.col_end, tensor.shape.cols, 1);
    }
    const auto windows = static_cast<std::size_t>(region_count_) - program.tensors.size();
    program.windows.reserve(windows);
    for (std::size_t i = 0; i < windows; ++i) {
      const std::size_t start = reader_.position();
      const std::size_t index = program.tensors.size() + i;
      Window window = parse_region(index);
      if (window.tensor < program.tensors.size()) {
        window.tile.type = program.tensors[window.tensor].type();
      }
      if (const auto problem = find_problem(window, program)) {
        fail(start + offset_of(kRegionFields, problem->field),
             "region " + std::to_string(index) + " " + problem->text());
      }
      program.windows.push_back(window);
    }
  }

  void expect_in_region(std::size_t start, std::size_t index, std::span<const FieldOffset> fields,
                        const char* field, std::uint64_t value, std::uint64_t allowed) const {
    if (value != allowed) {
      fail(start + offset_of(fields, field), "region " + std::to_string(index) + " " + field, value,
           std::to_string(allowed));
    }
  }

  /// What of it has one value is checked, not yet where it lies.
  Window parse_region(std::size_t index) {
    const std::size_t start = reader_.position();
    Window region;
    region.tensor = reader_.u32();
    expect_in_region(start, index, kRegionFields, "axes", reader_.u8(), kAxes);
    expect_in_region(start, index, kRegionFields, "outside", reader_.u8(), 0);
    expect_in_region(start, index, kRegionFields, "reserved", reader_.u16(), 0);
    const std::array origins = {&region.top, &region.left};
    const std::array lengths = {&region.shape.rows, &region.shape.cols};
    const std::array extents = {&region.tile.rows, &region.tile.cols};
    for (std::size_t axis = 0; axis < kAxes; ++axis) {
      const std::uint64_t origin = reader_.u64();
      const std::uint64_t end = reader_.u64();
      const std::uint64_t step = reader_.u64();
      *extents[axis] = reader_.u32();
      const std::size_t first = start + axis * kRegionAxisBytes;
      expect_in_region(first, index, kRegionAxisFields, "step", step, *extents[axis]);
      expect_in_region(first, index, kRegionAxisFields, "stride", reader_.u32(), 1);
      *origins[axis] = origin;
      *lengths[axis] = end - origin;  // huge if it is none: find_problem() says so
    }
    return region;
  }

  /// In the spelling that to_binary() writes, so that one program has one form.
  void parse_kernels(Program& program) {
    const std::size_t end = reader_.position() + static_cast<std::size_t>(kernel_bytes_);
    for (std::size_t i = 0; i < kernel_count_; ++i) {
      const std::size_t start = reader_.position();
      const std::string label = "kernel " + std::to_string(i) + " ";
      if (end - start < kKernelRecordBytes) {
        fail(start, label + "does not fit into the table of kernels, which ends at byte " +
                        std::to_string(end));
      }
      const std::size_t text_bytes = reader_.u16();
      if (text_bytes > end - reader_.position() || text_bytes > kMaxKernelTextBytes) {
        fail(start, label + "text_bytes", text_bytes,
             "at most " + std::to_string(std::min(end - reader_.position(), kMaxKernelTextBytes)));
      }
      const std::string_view text = reader_.text(text_bytes);
      try {
        program.kernels.push_back(parse_vector_kernel(text));
      } catch (const InputError& error) {
        fail(start + kKernelRecordBytes, label + error.what());
      }
      if (const std::string canonical = to_text(program.kernels.back()); canonical != text) {
        fail(start + kKernelRecordBytes,
             label + "text = " + in_quotes(text) + "; allowed: " + in_quotes(canonical));
      }
    }
    if (reader_.position() != end) {
      fail(72, "kernel_bytes", kernel_bytes_,
           std::to_string(kernel_bytes_ - (end - reader_.position())) + ", what the kernels take");
    }
  }

  bool parse_bool(std::size_t op, std::size_t field) {
    const std::size_t offset = reader_.position();
    const std::uint8_t value = reader_.u8();
    if (value > 1) {
      fail(offset, "op " + std::to_string(op) + " " + std::string(kOpFields[field].field), value,
           "0 or 1");
    }
    return value == 1;
  }

  void parse_ops(Program& program) {
    program.ops.reserve(static_cast<std::size_t>(op_count_));
    for (std::size_t i = 0; i < op_count_; ++i) {
      const std::size_t start = reader_.position();
      Op op;
      op.opcode = static_cast<Opcode>(reader_.u8());
      op.clear = parse_bool(i, 1);
      op.relu = parse_bool(i, 2);
      op.tag = static_cast<BufferTag>(reader_.u8());
      op.biased = parse_bool(i, 4);
      op.a_type = static_cast<ElementType>(reader_.u8());
      for (std::uint16_t* field : {&op.kernel, &op.m, &op.n, &op.k}) {
        *field = reader_.u16();
      }
      op.b_type = static_cast<ElementType>(reader_.u8());
      const std::uint8_t transposed = reader_.u8();
      if (transposed > (kATransposed | kBTransposed)) {
        fail(start + 15, "op " + std::to_string(i) + " transposed", transposed,
             "0 none, 1 a, 2 b, 3 both");
      }
      op.a_transposed = (transposed & kATransposed) != 0;
      op.b_transposed = (transposed & kBTransposed) != 0;
      for (std::int16_t* field : {&op.a_zero, &op.b_zero}) {
        *field = static_cast<std::int16_t>(reader_.u16());
      }
      for (std::uint32_t* field :
           {&op.region, &op.row, &op.col, &op.step, &op.a, &op.b, &op.c, &op.d, &op.dst}) {
        *field = reader_.u32();
      }
      if (const auto problem = find_problem(op, program)) {
        fail(start + offset_of(kOpFields, problem->field),
             "op " + std::to_string(i) + " " + problem->text());
      }
      program.ops.push_back(op);
    }
  }

  std::span<const std::byte> bytes_;
  const std::string& file_;
  ByteReader reader_;
  std::uint64_t tensor_count_ = 0;
  std::uint64_t tensor_bytes_ = 0;
  std::vector<std::size_t> tensor_starts_;
  std::uint64_t region_count_ = 0;
  std::uint64_t region_bytes_ = 0;
  std::uint64_t op_count_ = 0;
  std::uint64_t kernel_count_ = 0;
  std::uint64_t kernel_bytes_ = 0;
};

}  // namespace

Program parse_binary(std::span<const std::byte> bytes, const std::string& file_name) {
  return BinaryParser(bytes, file_name).parse();
}

}  // namespace tilewave
