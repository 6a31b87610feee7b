// What the files of the extension module share. Each adds its part of the module; the Python around it
// (python/tilewave/) is what users see.
#pragma once

#include <memory>
#include <string>

#include <pybind11/pybind11.h>

#include "sim/run/session.h"

namespace tilewave::python {

namespace py = pybind11;

/// A model or a program, compiled or adopted, as often as one likes on any machine that it fits. Immutable,
/// so that threads may share it.
using Work = std::shared_ptr<const PreparedWork>;

void add_errors(py::module_& module);
void add_machine(py::module_& module);
void add_graph(py::module_& module);
void add_program(py::module_& module);
void add_run(py::module_& module);

}  // namespace tilewave::python
