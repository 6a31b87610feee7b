// The extension module tilewave._core.
#include "compiler/base/build_identity.h"
#include "python/src/bindings.h"

PYBIND11_MODULE(_core, module) {
  using namespace tilewave;
  module.doc() = "What tilewave's Python package is built on; use that.";
  module.attr("version") = std::string(version_number());
  module.attr("build") = std::string(build_id());
  python::add_errors(module);
  python::add_machine(module);
  python::add_graph(module);
  python::add_program(module);
  python::add_run(module);
}
