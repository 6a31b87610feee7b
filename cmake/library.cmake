# The library that others link, out of the rooms' objects: static and, unless TILEWAVE_SHARED is off,
# shared; its headers, which are those that sim/run/session.h leads to; and the CMake package.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(library_rooms tilewave_session tilewave_platform tilewave_watch tilewave_models tilewave_compiler
    tilewave_identity)
if(TILEWAVE_ONNX)
  list(APPEND library_rooms tilewave_onnx_loader)
else()
  list(APPEND library_rooms tilewave_onnx_absent)
endif()
list(TRANSFORM library_rooms REPLACE "(.+)" "$<TARGET_OBJECTS:\\1>" OUTPUT_VARIABLE library_objects)

set(library_headers "")
set(unread sim/run/session.h)
while(unread)
  list(POP_FRONT unread header)
  if(NOT header IN_LIST library_headers)
    list(APPEND library_headers ${header})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${header})
    file(STRINGS ${PROJECT_SOURCE_DIR}/${header} includes REGEX "^#include \"")
    list(TRANSFORM includes REPLACE "^#include \"([^\"]+)\".*" "\\1")
    list(APPEND unread ${includes})
  endif()
endwhile()

set(include_dir ${CMAKE_INSTALL_INCLUDEDIR}/tilewave)
foreach(header IN LISTS library_headers)
  get_filename_component(folder ${header} DIRECTORY)
  install(FILES ${PROJECT_SOURCE_DIR}/${header} DESTINATION ${include_dir}/${folder})
endforeach()
file(WRITE ${PROJECT_BINARY_DIR}/tilewave.h
     "// Compile and run in process.\n#pragma once\n\n#include \"sim/run/session.h\"\n")
install(FILES ${PROJECT_BINARY_DIR}/tilewave.h DESTINATION ${include_dir})

# tilewave_library(TARGET TYPE NAME): one form of it, exported as tilewave::NAME.
function(tilewave_library TARGET TYPE NAME)
  add_library(${TARGET} ${TYPE} ${library_objects})
  set_target_properties(${TARGET} PROPERTIES OUTPUT_NAME tilewave EXPORT_NAME ${NAME} LINKER_LANGUAGE CXX
                        VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
  target_compile_features(${TARGET} INTERFACE cxx_std_20)
  target_include_directories(${TARGET} INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
                             $<INSTALL_INTERFACE:${include_dir}>)
  install(TARGETS ${TARGET} EXPORT tilewaveTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
          LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
endfunction()

# Whoever links the archive links SystemC, libyaml and zlib, which the package finds by these names, and looks for
# the reader of ONNX where it is installed: the application may be anywhere.
tilewave_library(tilewave_archive STATIC tilewave_static)
target_link_libraries(tilewave_archive INTERFACE $<INSTALL_INTERFACE:tilewave::needed_systemc>
                      $<INSTALL_INTERFACE:tilewave::needed_yaml>
                      $<INSTALL_INTERFACE:tilewave::needed_zlib>
                      $<INSTALL_INTERFACE:${CMAKE_DL_LIBS}>)
if(TILEWAVE_ONNX)
  set(module_dir $<INSTALL_PREFIX>/${CMAKE_INSTALL_LIBDIR}/tilewave)
  target_link_options(tilewave_archive INTERFACE $<INSTALL_INTERFACE:LINKER:-rpath,${module_dir}>)
endif()
if(TILEWAVE_SHARED)
  tilewave_library(tilewave_shared SHARED tilewave)
  target_link_libraries(tilewave_shared PRIVATE tilewave::systemc PkgConfig::yaml PkgConfig::zlib
                        ${CMAKE_DL_LIBS})
endif()

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/tilewave)
install(EXPORT tilewaveTargets NAMESPACE tilewave:: DESTINATION ${package_dir})
configure_package_config_file(cmake/tilewaveConfig.cmake.in ${PROJECT_BINARY_DIR}/tilewaveConfig.cmake
                              INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/tilewaveConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/tilewaveConfig.cmake
              ${PROJECT_BINARY_DIR}/tilewaveConfigVersion.cmake DESTINATION ${package_dir})
