// Writes the layout of program_binary.h and recognises it.
#include "compiler/program/forms/program_binary.h"

#include <algorithm>
#include <string_view>
#include <unordered_set>

#include "compiler/base/byte_reader.h"
#include "compiler/base/error.h"
#include "compiler/base/nearest.h"
#include "compiler/program/forms/program_binary_layout.h"
#include "compiler/program/forms/program_fields.h"

namespace tilewave {

namespace {

[[noreturn]] void refuse(const std::string& what) {
  throw InternalError("to_binary: no program: " + what);
}

void check_header(const Program& program) {
  if (const auto problem = find_problem(program.tile)) {
    refuse("tile " + problem->text());
  }
  if (const auto problem = find_sram_problem(program.sram_bytes)) {
    refuse(problem->text());
  }
  if (program.tensors.size() > kMaxTensors || program.windows.size() > kMaxWindows ||
      program.ops.size() > kMaxOps || program.kernels.size() > kMaxKernels) {
    refuse(std::to_string(program.tensors.size()) + " tensors, " +
           std::to_string(program.windows.size()) + " windows, " +
           std::to_string(program.ops.size()) + " ops");
  }
}

void write_tensor(ByteWriter& out, const ProgramTensor& tensor) {
  out.u64(tensor.dram_base);
  out.u64(tensor.stored.rows);
  out.u64(tensor.stored.cols);
  out.u8(static_cast<std::uint8_t>(tensor.role));
  out.u8(static_cast<std::uint8_t>(tensor.name.size()));
  out.u8(static_cast<std::uint8_t>(tensor.type()));
  out.u8(kAxes);
  out.u32(0);  // reserved
  out.u64(tensor.shape.rows);
  out.u64(tensor.shape.cols);
  out.text(tensor.name);
}

void write_region(ByteWriter& out, const Window& region) {
  out.u32(region.tensor);
  out.u8(kAxes);
  out.u8(0);   // outside
  out.u16(0);  // reserved
  const ElementRange elements = region.elements();
  const auto write_axis = [&](std::uint64_t origin, std::uint64_t end, std::uint32_t extent) {
    out.u64(origin);
    out.u64(end);
    out.u64(extent);  // step
    out.u32(extent);
    out.u32(1);  // stride
  };
  write_axis(elements.row, elements.row_end, region.tile.rows);
  write_axis(elements.col, elements.col_end, region.tile.cols);
}

void write_op(ByteWriter& out, const Op& op) {
  out.u8(static_cast<std::uint8_t>(op.opcode));
  out.u8(op.clear ? 1 : 0);
  out.u8(op.relu ? 1 : 0);
  out.u8(static_cast<std::uint8_t>(op.tag));
  out.u8(op.biased ? 1 : 0);
  out.u8(static_cast<std::uint8_t>(op.a_type));
  for (const std::uint16_t field : {op.kernel, op.m, op.n, op.k}) {
    out.u16(field);
  }
  out.u8(static_cast<std::uint8_t>(op.b_type));
  out.u8(static_cast<std::uint8_t>((op.a_transposed ? kATransposed : 0) |
                                   (op.b_transposed ? kBTransposed : 0)));
  for (const std::int16_t field : {op.a_zero, op.b_zero}) {
    out.u16(static_cast<std::uint16_t>(field));
  }
  for (const std::uint32_t field :
       {op.region, op.row, op.col, op.step, op.a, op.b, op.c, op.d, op.dst}) {
    out.u32(field);
  }
}

}  // namespace

std::vector<std::byte> to_binary(const Program& program) {
  check_header(program);
  std::size_t tensor_bytes = 0;
  std::unordered_set<std::string_view> names;
  for (const ProgramTensor& tensor : program.tensors) {
    if (const auto problem = find_problem(tensor, program.tile)) {
      refuse("tensor " + in_quotes(tensor.name) + " " + problem->text());
    }
    if (!names.insert(tensor.name).second) {
      refuse("two tensors named " + in_quotes(tensor.name));
    }
    tensor_bytes += kTensorRecordBytes + tensor.name.size();
  }

  for (std::size_t i = 0; i < program.windows.size(); ++i) {
    if (const auto problem = find_problem(program.windows[i], program)) {
      refuse("region " + std::to_string(program.tensors.size() + i) + " " + problem->text());
    }
  }
  std::vector<std::string> kernels;
  std::size_t kernel_bytes = 0;
  for (const VectorKernel& kernel : program.kernels) {
    if (const std::string problem = kernel_problem(kernel); !problem.empty()) {
      refuse("kernel " + std::to_string(kernels.size()) + ": " + problem);
    }
    kernels.push_back(to_text(kernel));
    kernel_bytes += kKernelRecordBytes + kernels.back().size();
  }

  ByteWriter out;
  const std::size_t region_bytes = program.regions() * kRegionRecordBytes;
  out.reserve(kHeaderBytes + tensor_bytes + region_bytes + kernel_bytes +
              program.ops.size() * kOpBytes + kChecksumBytes);
  out.text(kBinaryMagic);
  out.u32(kProgramFormatVersion);
  out.u32(kHeaderBytes);
  out.u32(program.tile.m);
  out.u32(program.tile.n);
  out.u32(program.tile.k);
  out.u32(0);  // reserved
  out.u64(program.sram_bytes);
  out.u64(program.tensors.size());
  out.u64(tensor_bytes);
  out.u64(program.ops.size());
  out.u64(kernels.size());
  out.u64(kernel_bytes);
  out.u64(program.regions());
  out.u64(region_bytes);
  for (const ProgramTensor& tensor : program.tensors) {
    write_tensor(out, tensor);
  }
  for (std::size_t i = 0; i < program.tensors.size(); ++i) {
    const ProgramTensor& tensor = program.tensors[i];
    write_region(out, {static_cast<std::uint32_t>(i), 0, 0, tensor.shape, tensor.tile});
  }
  for (const Window& window : program.windows) {
    write_region(out, window);
  }
  for (const std::string& kernel : kernels) {
    out.u16(static_cast<std::uint16_t>(kernel.size()));
    out.text(kernel);
  }
  for (std::size_t i = 0; i < program.ops.size(); ++i) {
    if (const auto problem = find_problem(program.ops[i], program)) {
      refuse("op " + std::to_string(i) + " " + problem->text());
    }
    write_op(out, program.ops[i]);
  }
  out.u32(crc32(out.written()));
  return out.take();
}

bool is_binary_program(std::span<const std::byte> bytes) {
  const std::size_t seen = std::min(bytes.size(), kBinaryMagic.size());
  return seen > 0 && std::equal(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(seen),
                                kBinaryMagic.begin(),
                                [](std::byte a, char b) { return a == static_cast<std::byte>(b); });
}

}  // namespace tilewave
