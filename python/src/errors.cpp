// Errors of the library as exceptions of Python, with the same line.
#include <exception>
#include <utility>

#include "compiler/base/error.h"
#include "python/src/bindings.h"
#include "python/src/stop.h"

namespace tilewave::python {

void add_errors(py::module_& module) {
  // Kept by the module, which is never unloaded.
  static py::handle input_error;
  static py::handle internal_error;
  input_error = py::exception<InputError>(module, "InputError", PyExc_ValueError).release();
  internal_error =
      py::exception<InternalError>(module, "InternalError", PyExc_RuntimeError).release();
  py::register_exception_translator([](std::exception_ptr thrown) {
    try {
      std::rethrow_exception(std::move(thrown));
    } catch (const InputError& error) {
      PyErr_SetString(input_error.ptr(), error.what());
    } catch (const InternalError& error) {
      PyErr_SetString(internal_error.ptr(), error.what());
    } catch (const Stopped& error) {
      PyErr_SetString(PyExc_SystemExit, error.what());  // ends a thread without a word
    }
  });
}

}  // namespace tilewave::python
