# What every target of tilewave is compiled with.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

add_library(tilewave_options INTERFACE)
target_include_directories(tilewave_options INTERFACE ${PROJECT_SOURCE_DIR})
# An enumerator that a switch forgets is an error in every build.
target_compile_options(tilewave_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
                       -Werror=switch)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # False alarms at -O3: on concatenated std::strings (GCC PR105651, PR105329), and on the clean-up of
  # structs with defaulted std::string members.
  target_compile_options(tilewave_options INTERFACE -Wno-restrict -Wno-array-bounds -Wno-stringop-overflow
                         -Wno-maybe-uninitialized)
endif()
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  # In g++'s -Wconversion, signs are no part of it in C++.
  target_compile_options(tilewave_options INTERFACE -Wno-sign-conversion)
endif()
if(TILEWAVE_WERROR)
  target_compile_options(tilewave_options INTERFACE -Werror)
endif()
if(TILEWAVE_SANITIZE)
  target_compile_options(tilewave_options INTERFACE
    -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(tilewave_options INTERFACE -fsanitize=address,undefined)
endif()

if(TILEWAVE_FUZZ)
  target_compile_options(tilewave_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

# Whether some files are compiled for AVX2, to be entered after the CPU has been asked. Not on 32-bit
# x86: glibc has no vector mathematics there.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
  set(TILEWAVE_AVX2 ON)
endif()

# What nearly every file includes, read by the compiler once. Not more: a third of sim/ includes the JSON
# library, and in here it would cost the other two thirds more than it saves. No file depends on it: a
# build with CMAKE_DISABLE_PRECOMPILE_HEADERS=ON, such as CI's with clang, finds a missing include.
set(TILEWAVE_STANDARD_HEADERS <algorithm> <array> <fstream> <functional> <iostream> <map>
    <memory> <optional> <set> <sstream> <string> <string_view> <unordered_map> <variant> <vector>)
if(CCACHE)
  # Lets ccache see what a precompiled header is made of.
  add_compile_options($<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
endif()

# The rooms are linked into the program as they are, and into the shared library and Python's module, if
# there are such: for that they are position-independent, without the detours that would allow others to replace a function.
if(TILEWAVE_SHARED OR TILEWAVE_PYTHON)
  set(CMAKE_POSITION_INDEPENDENT_CODE ON)
  add_compile_options($<$<CXX_COMPILER_ID:GNU>:-fno-semantic-interposition>)
endif()

# tilewave_room(NAME [LIBRARIES] [FOLDERS...]): the static library of one room, built from every source
# below it, or below these folders of it, but main.cpp and what is in a library already.
function(tilewave_room NAME)
  cmake_parse_arguments(ROOM "" "" "FOLDERS" ${ARGN})
  if(ROOM_FOLDERS)
    list(TRANSFORM ROOM_FOLDERS REPLACE "(.+)" "${CMAKE_CURRENT_SOURCE_DIR}/\\1/*.cpp")
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${ROOM_FOLDERS})
  else()
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  endif()
  get_property(taken GLOBAL PROPERTY TILEWAVE_ROOM_SOURCES)
  list(REMOVE_ITEM sources ${taken})
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$|/onnx/absent/|/module/")
  if(NOT NAME STREQUAL "onnx")
    list(FILTER sources EXCLUDE REGEX "/compiler/onnx/")
  endif()
  set_property(GLOBAL APPEND PROPERTY TILEWAVE_ROOM_SOURCES ${sources})
  add_library(tilewave_${NAME} STATIC ${sources})
  add_library(tilewave::${NAME} ALIAS tilewave_${NAME})
  target_link_libraries(tilewave_${NAME} PUBLIC tilewave_options ${ROOM_UNPARSED_ARGUMENTS})
  if(NAME MATCHES "^(compiler|platform)$")  # the latter has headers of its own
    target_precompile_headers(tilewave_${NAME} PRIVATE ${TILEWAVE_STANDARD_HEADERS})
  else()
    target_precompile_headers(tilewave_${NAME} REUSE_FROM tilewave_compiler)
  endif()
endfunction()

# tilewave_module(NAME SOURCE LIBRARIES...): a part of tilewave that is a file of its own, tilewave_NAME.so, target
# tilewave_NAME_module. In the build tree it lies to the programs as it does installed
# (compiler/base/module_loader.cpp has the places).
include(GNUInstallDirs)
set(TILEWAVE_MODULE_DIR ${CMAKE_INSTALL_LIBDIR}/tilewave)
function(tilewave_module NAME SOURCE)
  set(target tilewave_${NAME}_module)
  add_library(${target} MODULE ${SOURCE})
  target_link_libraries(${target} PRIVATE ${ARGN} tilewave::identity)
  set_target_properties(${target} PROPERTIES PREFIX "" OUTPUT_NAME tilewave_${NAME}
                        LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/${TILEWAVE_MODULE_DIR})
  target_link_options(${target} PRIVATE -Wl,--version-script,${PROJECT_SOURCE_DIR}/cmake/module_symbols.map)
  set_property(TARGET ${target} PROPERTY LINK_DEPENDS ${PROJECT_SOURCE_DIR}/cmake/module_symbols.map)
  install(TARGETS ${target} LIBRARY DESTINATION ${TILEWAVE_MODULE_DIR})
  set_property(GLOBAL APPEND PROPERTY TILEWAVE_MODULES ${target})
endfunction()

# tilewave_embed(TARGET FUNCTION HEADER FILE...): the program carries these files, as texts by name, in a
# vector<EmbeddedText> that FUNCTION of HEADER returns.
function(tilewave_embed TARGET FUNCTION HEADER)
  set(script ${PROJECT_SOURCE_DIR}/cmake/embed_text.cmake)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${FUNCTION}.cpp)
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -D OUTPUT=${output} -D HEADER=${HEADER} -D FUNCTION=${FUNCTION}
            -P ${script} ${ARGN}
    DEPENDS ${ARGN} ${script}
    VERBATIM)
  target_sources(${TARGET} PRIVATE ${output})
endfunction()
