# The console (web/), built with npm and put into the node as read-only data.
#
#   tansiq_console(tansiq_node)      # console_assets(), of node/console_assets.h
#
# TANSIQ_CONSOLE   ON: where npm is there, else the node says that it has none. OFF: none. REQUIRED: or the build fails.
#
# The script runs with every build, and npm only where web/ has changed: it touches nothing else, so that nothing is
# compiled again.

set(TANSIQ_CONSOLE OFF CACHE STRING "put the console into the node: ON, OFF or REQUIRED")
set_property(CACHE TANSIQ_CONSOLE PROPERTY STRINGS ON OFF REQUIRED)

function(tansiq_console target)
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  set(out ${CMAKE_BINARY_DIR}/console)
  set(run ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/cmake/console_build.py
      --web ${CMAKE_SOURCE_DIR}/web --contract ${CMAKE_SOURCE_DIR}/src/node/openapi.yaml
      --cache ${CMAKE_SOURCE_DIR}/build/console --out ${out})
  if(TANSIQ_CONSOLE STREQUAL REQUIRED)
    list(APPEND run --required)
  endif()
  if(TANSIQ_CONSOLE)
    add_custom_target(tansiq_console_files COMMAND ${run} BYPRODUCTS ${out}/console_assets.cc ${out}/console_assets.bin
                      COMMENT "Looking whether the console has changed" VERBATIM)
    set_source_files_properties(${out}/console_assets.cc PROPERTIES GENERATED ON
                                OBJECT_DEPENDS ${out}/console_assets.bin)
    add_dependencies(${target} tansiq_console_files)
  else()
    add_custom_command(OUTPUT ${out}/console_assets.cc COMMAND ${run} --without
                       COMMAND ${CMAKE_COMMAND} -E touch ${out}/console_assets.cc
                       DEPENDS ${CMAKE_SOURCE_DIR}/cmake/console_build.py VERBATIM)
  endif()
  target_sources(${target} PRIVATE ${out}/console_assets.cc)
endfunction()
