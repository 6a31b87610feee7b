# Manual pages and completion for bash and zsh: the program prints them, out of the registers that its help
# comes from, as soon as it is linked. cmake/package.cmake installs them.
if(NOT CMAKE_CROSSCOMPILING)
  set(TILEWAVE_SHELL_FILES ${PROJECT_BINARY_DIR}/shell)
  add_custom_command(
    TARGET tilewave POST_BUILD
    COMMAND ${CMAKE_COMMAND} -E rm -rf ${TILEWAVE_SHELL_FILES}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${TILEWAVE_SHELL_FILES}/man1
    COMMAND $<TARGET_FILE:tilewave> man --dir ${TILEWAVE_SHELL_FILES}/man1
    COMMAND $<TARGET_FILE:tilewave> completion bash > ${TILEWAVE_SHELL_FILES}/tilewave
    COMMAND $<TARGET_FILE:tilewave> completion zsh > ${TILEWAVE_SHELL_FILES}/_tilewave
    VERBATIM)
  include(GNUInstallDirs)
  install(DIRECTORY ${TILEWAVE_SHELL_FILES}/man1 DESTINATION ${CMAKE_INSTALL_MANDIR})
  install(FILES ${TILEWAVE_SHELL_FILES}/tilewave
          DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
  # zsh looks for what is in /usr/local there, and Debian's for what packages bring, here.
  foreach(folder site-functions vendor-completions)
    install(FILES ${TILEWAVE_SHELL_FILES}/_tilewave DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/${folder})
  endforeach()
endif()
