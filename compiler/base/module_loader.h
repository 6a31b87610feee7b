// Parts of tilewave that are files of their own, shared objects that are loaded when they are first wanted:
// what they link takes long to set itself up, and most runs of a program do without.
#pragma once

#include <string>

#include "compiler/base/build_identity.h"
#include "compiler/base/error.h"

namespace tilewave {

/// One such file. It exports one function, `extern "C" void entry(Table* table)`, which fills in what
/// the file can do: a struct of function pointers, and of `build`, its identity_text().
struct ModuleFile {
  const char* file;    ///< its name; module_loader.cpp has the places
  const char* entry;   ///< of the function
  const char* cannot;  ///< how an error about it begins: "cannot be read"
  const char* what;    ///< the part by its deed: "what reads ONNX"
};

/// The function `entry` of the file, which is loaded and stays so, for what it throws and what it
/// registered belong to it. Throws InputError, without a place: no such file, no module of ours; and
/// std::bad_alloc.
void* module_entry(const ModuleFile& module);

/// What the file can do. Throws InputError as module_entry() does, and for a file of another build: structs of
/// two builds may differ.
template <typename Table>
Table load_module(const ModuleFile& module) {
  const auto fill = reinterpret_cast<void (*)(Table*)>(module_entry(module));
  Table table{};
  fill(&table);
  if (table.build != identity_text()) {
    throw InputError(std::string(module.cannot) + ": " + module.file + " is of " +
                     std::string(table.build) + ", and this is " + identity_text());
  }
  return table;
}

}  // namespace tilewave
