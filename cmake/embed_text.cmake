# cmake -D OUTPUT=FILE.cpp -D HEADER=path.h -D FUNCTION=name -P embed_text.cmake FILE...
# Writes a function that returns the given text files by name, so that a program carries its data.
set(entries "")
math(EXPR last "${CMAKE_ARGC} - 1")
set(seen_script OFF)
foreach(i RANGE ${last})
  set(argument "${CMAKE_ARGV${i}}")
  if(seen_script)
    get_filename_component(name "${argument}" NAME_WLE)
    file(READ "${argument}" text)
    string(APPEND entries "    {\"${name}\", R\"embedded(${text})embedded\"},\n")
  elseif(argument MATCHES "embed_text\\.cmake$")
    set(seen_script ON)
  endif()
endforeach()
file(WRITE "${OUTPUT}" "// Generated from data files; do not edit.
#include \"${HEADER}\"

namespace tilewave {

const std::vector<EmbeddedText>& ${FUNCTION}() {
  static const std::vector<EmbeddedText> kTexts = {
${entries}  };
  return kTexts;
}

}  // namespace tilewave
")
