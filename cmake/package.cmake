# What `cmake --install` puts where, and the Debian package that `cpack -G DEB` makes of it.
include(GNUInstallDirs)

install(TARGETS tilewave RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY configs/ DESTINATION ${CMAKE_INSTALL_DATADIR}/tilewave/configs)
install(CODE "set(SOURCE \"${PROJECT_SOURCE_DIR}\")
set(SCRATCH \"${PROJECT_BINARY_DIR}/installed_docs\")
set(DOCS \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_DOCDIR}\")
set(CONFIGS \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_DATADIR}/tilewave/configs\")
include(\"${PROJECT_SOURCE_DIR}/cmake/install_docs.cmake\")")

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME tilewave)
set(CPACK_PACKAGE_CONTACT "tilewave founders <tilewave@example.org>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "compiler and SystemC simulator for a tiled neural processor")
set(CPACK_PACKAGE_DESCRIPTION
"tilewave compiles neural networks to static schedules of tile loads, executes
and stores, simulates them on a configurable SystemC platform, and verifies
and explains the result.")
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "${CPACK_PACKAGE_CONTACT}")
set(CPACK_DEBIAN_PACKAGE_SECTION electronics)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
include(CPack)
