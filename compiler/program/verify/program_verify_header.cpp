// Checks each record by itself, then names and places against each other.
#include "compiler/program/verify/program_verify_header.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "compiler/base/nearest.h"
#include "compiler/base/number_text.h"
#include "compiler/program/forms/program_fields.h"

namespace tilewave {

namespace {

std::string tensor_label(const Program& program, std::size_t tensor) {
  return "tensor " + std::to_string(tensor) + " (" + printable(program.tensors[tensor].name) + ")";
}

void verify_dram_layout(const Program& program, const VerifyErrors& errors) {
  const std::vector<bool> moved = moved_tensors(program);
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < program.tensors.size(); ++i) {
    if (moved[i] || program.tensors[i].role != TensorRole::kIntermediate) {
      order.push_back(i);
    }
  }
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return program.tensors[a].dram_base < program.tensors[b].dram_base;
  });
  for (std::size_t i = 1; i < order.size(); ++i) {
    const ProgramTensor& below = program.tensors[order[i - 1]];
    const ProgramTensor& above = program.tensors[order[i]];
    if (above.dram_base < below.dram_base + below.bytes()) {
      errors.fail(tensor_label(program, order[i]) + " at DRAM " + hex(above.dram_base) +
                  " overlaps " + tensor_label(program, order[i - 1]) + " at " +
                  hex(below.dram_base) + " to " + hex(below.dram_base + below.bytes()));
    }
  }
}

}  // namespace

void verify_header(const Program& program, const VerifyErrors& errors) {
  if (const auto problem = find_problem(program.tile)) {
    errors.fail("tile " + problem->text());
  }
  if (const auto problem = find_sram_problem(program.sram_bytes)) {
    errors.fail(problem->text());
  }
  if (program.tensors.size() > kMaxTensors) {
    errors.fail(std::to_string(program.tensors.size()) + " tensors; allowed: at most " +
                std::to_string(kMaxTensors));
  }
  if (program.windows.size() > kMaxWindows) {
    errors.fail(std::to_string(program.windows.size()) + " windows; allowed: at most " +
                std::to_string(kMaxWindows));
  }
  if (program.ops.size() > kMaxOps) {
    errors.fail(std::to_string(program.ops.size()) + " ops; allowed: at most " +
                std::to_string(kMaxOps));
  }
  std::unordered_map<std::string_view, std::size_t> names;
  for (std::size_t i = 0; i < program.tensors.size(); ++i) {
    if (const auto problem = find_problem(program.tensors[i], program.tile)) {
      errors.fail(tensor_label(program, i) + " " + problem->text());
    }
    const auto [earlier, inserted] = names.emplace(program.tensors[i].name, i);
    if (!inserted) {
      errors.fail(tensor_label(program, i) + " has the name of " +
                  tensor_label(program, earlier->second));
    }
  }
  for (std::size_t i = 0; i < program.windows.size(); ++i) {
    if (const auto problem = find_problem(program.windows[i], program)) {
      errors.fail("region " + std::to_string(i) + " " + problem->text());
    }
  }
  verify_dram_layout(program, errors);
}

}  // namespace tilewave
