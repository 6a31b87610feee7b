# Every outside library, found once. All of them are Debian 12 packages (see scripts/dependencies).
find_package(PkgConfig REQUIRED)
pkg_check_modules(systemc REQUIRED IMPORTED_TARGET systemc)
pkg_check_modules(sqlite REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(nettle REQUIRED IMPORTED_TARGET nettle)
pkg_check_modules(yaml REQUIRED IMPORTED_TARGET yaml-0.1)
pkg_check_modules(zlib REQUIRED IMPORTED_TARGET zlib)
find_package(Boost 1.74 REQUIRED COMPONENTS program_options)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(Threads REQUIRED)

# Debian's SystemC is compiled as C++17 and checks that its users are too; its interface is the same
# under C++20, so this one target says so on behalf of everybody.
add_library(tilewave_systemc INTERFACE)
add_library(tilewave::systemc ALIAS tilewave_systemc)
target_link_libraries(tilewave_systemc INTERFACE PkgConfig::systemc Threads::Threads)
target_compile_definitions(tilewave_systemc INTERFACE SC_CPLUSPLUS=201703L)
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  # Its iterators compare in one direction only, which C++20 turns around.
  target_compile_options(tilewave_systemc INTERFACE -Wno-ambiguous-reversed-operator)
endif()

if(TILEWAVE_ONNX)
  find_package(Protobuf REQUIRED)
  find_package(ONNX 1.12 REQUIRED CONFIG)
endif()

if(TILEWAVE_PYTHON)
  if(NOT Python3_EXECUTABLE AND EXISTS /usr/bin/python3)
    set(Python3_EXECUTABLE /usr/bin/python3)  # Debian's, whose packages are there
  endif()
  find_package(Python3 3.11 REQUIRED COMPONENTS Interpreter Development.Module)
  set(PYTHON_EXECUTABLE ${Python3_EXECUTABLE})  # for pybind11
  find_package(pybind11 2.10 REQUIRED CONFIG)
endif()

# Charts of the HTML reports, put into the program at build time.
find_file(TILEWAVE_D3 d3.min.js PATHS /usr/share/nodejs/d3/dist NO_DEFAULT_PATH)
if(NOT TILEWAVE_D3)
  message(FATAL_ERROR "D3, which draws the HTML reports, is missing: install Debian's package node-d3"
                      " (scripts/dependencies build), or set TILEWAVE_D3 to a d3.min.js of version 5")
endif()

if(TILEWAVE_TESTS)
  find_package(GTest REQUIRED)
endif()
if(TILEWAVE_BENCHMARKS)
  find_package(benchmark REQUIRED)
endif()
