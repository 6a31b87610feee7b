// Programs as they are stored and as arrays of their ops.
#include <cstring>

#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include "compiler/program/forms/program_binary.h"
#include "compiler/program/forms/program_canonical.h"
#include "compiler/program/forms/program_fields.h"
#include "compiler/program/forms/program_text.h"
#include "compiler/program/opcodes.h"
#include "compiler/program/verify/program_verify.h"
#include "compiler/program/verify/same_values.h"
#include "python/src/bindings.h"

namespace tilewave::python {
namespace {

using Shared = std::shared_ptr<Program>;

/// One field of an op where it lies, and how many values it may have if that is fewer than its bits can say:
/// enumerators and bools, of a byte each.
struct Field {
  const char* name;
  const char* format;
  std::size_t offset;
  std::size_t bytes;
  unsigned values = 0;
};

const std::vector<Field>& fields() {
  static const std::vector<Field> kFields = {
      {"opcode", "u1", offsetof(Op, opcode), sizeof(Op::opcode), kOpcodeCount},
      {"clear", "?", offsetof(Op, clear), sizeof(Op::clear), 2},
      {"relu", "?", offsetof(Op, relu), sizeof(Op::relu), 2},
      {"tag", "u1", offsetof(Op, tag), sizeof(Op::tag), 3},
      {"biased", "?", offsetof(Op, biased), sizeof(Op::biased), 2},
      {"a_type", "u1", offsetof(Op, a_type), sizeof(Op::a_type), kElementTypeCount},
      {"kernel", "<u2", offsetof(Op, kernel), sizeof(Op::kernel)},
      {"m", "<u2", offsetof(Op, m), sizeof(Op::m)},
      {"n", "<u2", offsetof(Op, n), sizeof(Op::n)},
      {"k", "<u2", offsetof(Op, k), sizeof(Op::k)},
      {"b_type", "u1", offsetof(Op, b_type), sizeof(Op::b_type), kElementTypeCount},
      {"a_transposed", "?", offsetof(Op, a_transposed), sizeof(Op::a_transposed), 2},
      {"b_transposed", "?", offsetof(Op, b_transposed), sizeof(Op::b_transposed), 2},
      {"a_zero", "<i2", offsetof(Op, a_zero), sizeof(Op::a_zero)},
      {"b_zero", "<i2", offsetof(Op, b_zero), sizeof(Op::b_zero)},
      {"region", "<u4", offsetof(Op, region), sizeof(Op::region)},
      {"row", "<u4", offsetof(Op, row), sizeof(Op::row)},
      {"col", "<u4", offsetof(Op, col), sizeof(Op::col)},
      {"step", "<u4", offsetof(Op, step), sizeof(Op::step)},
      {"a", "<u4", offsetof(Op, a), sizeof(Op::a)},
      {"b", "<u4", offsetof(Op, b), sizeof(Op::b)},
      {"c", "<u4", offsetof(Op, c), sizeof(Op::c)},
      {"d", "<u4", offsetof(Op, d), sizeof(Op::d)},
      {"dst", "<u4", offsetof(Op, dst), sizeof(Op::dst)},
  };
  return kFields;
}

py::dtype op_dtype() {
  py::list names;
  py::list formats;
  py::list offsets;
  for (const Field& field : fields()) {
    names.append(field.name);
    formats.append(field.format);
    offsets.append(field.offset);
  }
  return {names, formats, offsets, sizeof(Op)};
}

/// A copy, contiguous and writable.
py::array ops_array(const Program& program) {
  py::array array(op_dtype(), program.ops.size());
  std::memcpy(array.mutable_data(), program.ops.data(), program.ops.size() * sizeof(Op));
  return array;
}

/// Throws InputError for a value that is none: what is read as an enumerator or a bool has to be one.
void check_fields(const std::byte* op, std::size_t index) {
  for (const Field& field : fields()) {
    const auto value = std::to_integer<unsigned>(op[field.offset]);
    if (field.values != 0 && value >= field.values) {
      throw InputError("op " + std::to_string(index) + ": " + field.name + " = " +
                       std::to_string(value) + "; allowed: 0 to " +
                       std::to_string(field.values - 1));
    }
  }
}

/// Of all ops what check_fields() says, at most so much.
std::vector<std::string> field_problems(const py::array& array, std::size_t most) {
  std::vector<std::string> found;
  if (!array.dtype().equal(op_dtype()) || array.ndim() != 1) {
    return found;
  }
  const auto* from = static_cast<const std::byte*>(array.data());
  for (py::ssize_t i = 0; i < array.size() && found.size() < most; ++i) {
    try {
      check_fields(from + i * array.strides(0), static_cast<std::size_t>(i));
    } catch (const InputError& error) {
      found.emplace_back(error.what());
    }
  }
  return found;
}

/// The same program with other ops. What the array's padding holds does not matter.
Shared with_ops(const Program& program, const py::array& array) {
  if (!array.dtype().is(op_dtype()) && !array.dtype().equal(op_dtype())) {
    throw InputError("ops have another dtype than Program.op_dtype");
  }
  if (array.ndim() != 1) {
    throw InputError("ops are an array of " + std::to_string(array.ndim()) +
                     " dimensions; allowed: 1");
  }
  const auto count = static_cast<std::size_t>(array.size());
  if (count > kMaxOps) {
    throw InputError(std::to_string(count) + " ops; allowed: up to " + std::to_string(kMaxOps));
  }
  auto changed = std::make_shared<Program>(program);
  changed->ops.assign(count, {});
  const auto* from = static_cast<const std::byte*>(array.data());
  for (std::size_t i = 0; i < count; ++i) {
    const std::byte* op = from + static_cast<py::ssize_t>(i) * array.strides(0);
    check_fields(op, i);
    auto* to = reinterpret_cast<std::byte*>(&changed->ops[i]);
    for (const Field& field : fields()) {
      std::memcpy(to + field.offset, op + field.offset, field.bytes);
    }
  }
  // One past the highest byte that the ops touch, as of a compiled program.
  changed->sram_bytes = 0;
  for (const Op& op : changed->ops) {
    if (op.region >= changed->regions() ||
        op.kernel >= std::max<std::size_t>(1, changed->kernels.size())) {
      continue;  // the verifier says so
    }
    const auto reach = [&](std::uint32_t address, std::uint64_t bytes) {
      changed->sram_bytes = std::max(changed->sram_bytes, address + bytes);
    };
    if (!rule_of(op.opcode).has_kernel || !changed->kernels.empty()) {
      visit_sram(*changed, op, reach, reach);
    }
  }
  changed->sram_bytes = std::min(changed->sram_bytes, kMaxSramBytes);
  return changed;
}

Shared parse(const py::bytes& content, const std::string& name) {
  const auto view = static_cast<std::string_view>(content);
  const auto bytes = std::as_bytes(std::span(view));
  return std::make_shared<Program>(is_binary_program(bytes) ? parse_binary(bytes, name)
                                                            : parse_program_text(view, name));
}

/// Throws InputError for an op that no stored form has room for.
void check_ops(const Program& program) {
  for (std::size_t i = 0; i < program.ops.size(); ++i) {
    if (const auto found = find_problem(program.ops[i], program)) {
      throw InputError("op " + std::to_string(i) + " (" + op_text(program, program.ops[i]) + ") " +
                       found->text());
    }
  }
}

py::bytes binary(const Program& program) {
  check_ops(program);
  const std::vector<std::byte> bytes = to_binary(program);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

py::list tensors(const Program& program) {
  py::list all;
  for (const ProgramTensor& tensor : program.tensors) {
    all.append(py::make_tuple(tensor.name, py::make_tuple(tensor.shape.rows, tensor.shape.cols),
                              std::string(to_string(tensor.type())), to_string(tensor.role),
                              py::make_tuple(tensor.tile.rows, tensor.tile.cols),
                              py::make_tuple(tensor.stored.rows, tensor.stored.cols),
                              tensor.dram_base));
  }
  return all;
}

py::list windows(const Program& program) {
  py::list all;
  for (const Window& window : program.windows) {
    const ElementRange elements = window.elements();
    all.append(py::make_tuple(window.tensor, py::make_tuple(elements.row, elements.row_end),
                              py::make_tuple(elements.col, elements.col_end),
                              py::make_tuple(window.tile.rows, window.tile.cols)));
  }
  return all;
}

std::vector<std::string> kernels(const Program& program) {
  std::vector<std::string> texts;
  for (const VectorKernel& kernel : program.kernels) {
    texts.push_back(to_text(kernel));
  }
  return texts;
}

std::string text_of(const Program& program, std::size_t op) {
  if (op >= program.ops.size()) {
    throw py::index_error("no such op");
  }
  return op_text(program, program.ops[op]);
}

py::dict figures(const PreparedWork& work) {
  const CompileFigures& figures = work.compiled.figures;
  py::dict known;
  const auto add = [&](const char* name, const std::optional<std::uint64_t>& value) {
    if (value) {
      known[name] = *value;
    }
  };
  add("operators", figures.operators);
  add("operators_fused", figures.operators_fused);
  add("uops", figures.uops);
  known["scheduled_ops"] = figures.scheduled_ops;
  known["loads"] = figures.loads;
  add("loads_eliminated", figures.loads_eliminated);
  known["executes"] = figures.executes;
  known["stores"] = figures.stores;
  known["macs"] = figures.macs;
  add("evictions", figures.evictions);
  add("peak_sram_bytes", figures.peak_sram_bytes);
  add("final_live_bytes", figures.final_live_bytes);
  return known;
}

/// Of a graph where that is given; the ONNX model brings its values. As `compiled`, if there is such, it has to
/// compute what that does.
Work adopt(const Program& program, const std::string& name, const Graph* graph,
           const std::shared_ptr<OnnxModel>& onnx, const Program* compiled) {
  auto work = std::make_shared<PreparedWork>(adopt_work(program, name, graph));
  if (compiled != nullptr) {
    require_same_values(program, *compiled, name);
  }
  if (onnx) {
    work->onnx = *onnx;
  }
  return work;
}

}  // namespace

void add_program(py::module_& module) {
  py::class_<PreparedWork, std::shared_ptr<PreparedWork>>(module, "Work")
      .def(
          "program",
          [](const PreparedWork& work) { return std::make_shared<Program>(work.compiled.program); })
      .def("figures", &figures);
  py::class_<Program, Shared>(module, "Program")
      .def_static("parse", &parse)
      .def("text",
           [](const Program& program) {
             check_ops(program);
             return to_text(program);
           })
      .def("canonical", &canonical_text)
      .def("binary", &binary)
      .def("ops", &ops_array)
      .def("with_ops", &with_ops)
      .def("op_text", &text_of)
      .def("size", [](const Program& program) { return program.ops.size(); })
      .def("tensors", &tensors)
      .def("windows", &windows)
      .def("kernels", &kernels)
      .def("tile",
           [](const Program& program) {
             return py::make_tuple(program.tile.m, program.tile.n, program.tile.k);
           })
      .def("sram_bytes", [](const Program& program) { return program.sram_bytes; })
      .def("adopt", &adopt, py::arg("name"), py::arg("graph").none(true),
           py::arg("onnx").none(true), py::arg("compiled").none(true))
      .def("problems", &program_problems)
      .def("equal", [](const Program& a, const Program& b) { return a == b; });
  module.def("field_problems", &field_problems);
  module.def("op_dtype", &op_dtype);
  py::list opcodes;
  for (std::size_t i = 0; i < kOpcodeCount; ++i) {
    opcodes.append(std::string(rule_of(static_cast<Opcode>(i)).word));
  }
  module.attr("opcodes") = opcodes;
  py::list types;
  for (const std::string_view name : kElementTypeNames) {
    types.append(std::string(name));
  }
  module.attr("types") = types;
}

}  // namespace tilewave::python
