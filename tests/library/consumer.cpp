// Compiles and runs in process, with a main() of its own: twice, with values of its own, and past
// an error. Prints what library_test compares.
#include <cstdio>
#include <limits>
#include <stdexcept>
#include <string>

#include <tilewave/tilewave.h>

namespace {

int failures = 0;

void expect(bool holds, const char* what) {
  if (!holds) {
    std::fprintf(stderr, "not so: %s\n", what);
    ++failures;
  }
}

}  // namespace

int main(int argc, char** argv) {
  using namespace tilewave;
  const Config config = make_config({{"sram.size", "64KiB"}, {"dram.bandwidth", "8GB/s"}});
  const PreparedWork work = compile_work(build_builtin("gemm:96x64x80"), config);

  RunRequest timing;
  timing.timing_only = true;
  const RunOutcome first = run_work(work, config, timing);
  const RunOutcome second = run_work(work, config);
  expect(first.result.cycles == second.result.cycles, "values take no time");
  expect(second.passed() && second.verification, "the values are right");

  // y = relu(x) of values that are given.
  const PreparedWork relu = compile_work(
      parse_graph("graph g\ninput x 2x3\ny = relu x\noutput y\n", "g.graph"), make_config());
  RunRequest request;
  request.inputs = {{"x", {1, -2, 3, -4, 5, -6}}};
  request.keep_outputs = true;
  const RunOutcome outcome = run_work(relu, make_config(), request);
  expect(outcome.outputs.at("y") == FloatArray({1, 0, 3, 0, 5, 0}), "outputs are given back");

  // Values of an i32 tensor are given as numbers, whole ones.
  const PreparedWork sums = compile_work(
      parse_graph("graph g\ninput x 1x2 i32\ny = copy x\noutput y\n", "g.graph"), make_config());
  request.inputs = {{"x", {-7, 16777216}}};
  const FloatArray given = run_work(sums, make_config(), request).outputs.at("y");
  expect(given.number(0) == -7 && given.number(1) == 16777216, "integers are given back");
  for (const float number : {0.5F, std::numeric_limits<float>::quiet_NaN()}) {
    try {
      request.inputs = {{"x", {number, 1}}};
      run_work(sums, make_config(), request);
      expect(false, "what is no integer is refused");
    } catch (const InputError& error) {
      expect(std::string(error.what()).find("which is no i32") != std::string::npos, error.what());
    }
  }

  // A program that was written down is adopted, and runs as it did.
  const PreparedWork adopted = adopt_work(Program(work.compiled.program), "the same");
  expect(run_work(adopted, config, timing).result.cycles == first.result.cycles, "adopted");

  // ONNX models, where the library reads them; an error is caught like any other.
  if (argc > 1) {
    const PreparedWork onnx = prepare({argv[1], {}, {}, {.batch = 2, .inputs = {}}}, config);
    expect(run_work(onnx, config).passed(), "an ONNX model runs");
    try {
      import_onnx("no model", {});
      expect(false, "what is no ONNX model is refused");
    } catch (const InputError& error) {
      expect(std::string(error.what()).starts_with("model.onnx: "), error.what());
    }
  }

  for (const char* value : {"3KiB", "many"}) {
    try {
      compile_work(build_builtin("gemm:64x64x64"), make_config({{"sram.size", value}}));
      expect(false, "an error is thrown");
    } catch (const InputError& error) {
      expect(std::string(error.what()).find("sram.size") != std::string::npos, error.what());
    }
  }
  expect(run_work(work, config, timing).result.cycles == first.result.cycles, "after an error");

  std::printf("%llu\n", static_cast<unsigned long long>(first.result.cycles));
  return failures;
}
