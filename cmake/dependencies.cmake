# Every outside library, found once. All of them are Debian 12 packages (see scripts/dependencies).
find_package(PkgConfig REQUIRED)
pkg_check_modules(systemc REQUIRED IMPORTED_TARGET systemc)
pkg_check_modules(sqlite REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(nettle REQUIRED IMPORTED_TARGET nettle)
find_package(Boost 1.74 REQUIRED COMPONENTS program_options)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(Threads REQUIRED)

# Debian's SystemC is compiled as C++17 and checks that its users are too; its interface is the same
# under C++20, so this one target says so on behalf of everybody.
add_library(tilewave_systemc INTERFACE)
add_library(tilewave::systemc ALIAS tilewave_systemc)
target_link_libraries(tilewave_systemc INTERFACE PkgConfig::systemc Threads::Threads)
target_compile_definitions(tilewave_systemc INTERFACE SC_CPLUSPLUS=201703L)

if(TILEWAVE_ONNX)
  find_package(Protobuf REQUIRED)
  find_package(ONNX 1.12 REQUIRED CONFIG)
endif()

if(TILEWAVE_TESTS)
  find_package(GTest REQUIRED)
endif()
if(TILEWAVE_BENCHMARKS)
  find_package(benchmark REQUIRED)
endif()
