# Installs README.md, docs/ and what goes with them. In the repository README.md lies above docs/ and
# beside configs/; installed, it lies beside the pages and the configs elsewhere, so links are rewritten.
# At the time of installation, with SOURCE, SCRATCH, DOCS and CONFIGS (the last two absolute) set.
file(RELATIVE_PATH to_configs ${DOCS} ${CONFIGS})

# install_page(FILE FOLDER UP [FROM TO]...): FILE of SOURCE, into FOLDER below DOCS.
function(install_page FILE FOLDER)
  file(READ ${SOURCE}/${FILE} text)
  set(replacements ${ARGN})
  while(replacements)
    list(POP_FRONT replacements from to)
    string(REPLACE "](${from}" "](${to}" text "${text}")
  endwhile()
  get_filename_component(name ${FILE} NAME)
  file(WRITE ${SCRATCH}/${FOLDER}/${name} "${text}")
  file(INSTALL DESTINATION ${DOCS}/${FOLDER} TYPE FILE FILES ${SCRATCH}/${FOLDER}/${name})
endfunction()

install_page(README.md . docs/ ./ configs/ ${to_configs}/)
file(GLOB pages RELATIVE ${SOURCE} ${SOURCE}/docs/*.md)
foreach(page IN LISTS pages)
  install_page(${page} . ../configs/ ${to_configs}/ ../README.md README.md
               ../CHANGELOG.md CHANGELOG.md ../LICENSE LICENSE)
endforeach()
file(GLOB decisions RELATIVE ${SOURCE} ${SOURCE}/docs/decisions/*.md)
foreach(page IN LISTS decisions)
  install_page(${page} decisions ../../configs/ ../${to_configs}/ ../../README.md ../README.md)
endforeach()
install_page(CHANGELOG.md . docs/ ./ configs/ ${to_configs}/)
file(INSTALL DESTINATION ${DOCS} TYPE FILE FILES ${SOURCE}/LICENSE ${SOURCE}/CITATION.cff)
# As Debian's packages call it.
file(INSTALL DESTINATION ${DOCS} TYPE FILE RENAME copyright FILES ${SOURCE}/LICENSE)
# Whatever else lies in docs/: pictures, schemas.
file(INSTALL DESTINATION ${DOCS} TYPE DIRECTORY FILES ${SOURCE}/docs/ PATTERN "*.md" EXCLUDE)
