# The layering: which folder of src/ may use which. Arrows point down only, and the build enforces it.
#
# Every folder is one library, `tansiq_<folder>`. Its headers are visible under `<folder>/…` only to targets that link
# it: the include directory that a folder exports is a directory in the build tree that holds one symbolic link, to that
# folder. So `#include "node/node.h"` in core fails to compile, whatever the compiler finds elsewhere.
#
#   tansiq_folder(geo THIRD_PARTY s2 GeographicLib::GeographicLib)
#
# takes every *.cc beside the CMakeLists.txt as follows: `x_test.cc` into the test program `tansiq_<folder>_test`,
# `x_bench.cc` into `tansiq_<folder>_bench`, each `x_fuzz.cc` into a fuzzer `tansiq_<folder>_<x>_fuzz`, `x_main.cc` is
# left to the CMakeLists.txt, the rest into the library.

set(TANSIQ_FOLDERS base geo log talks core coordination f3548 uss formats surveillance picture store net node sim cli verify)

set(TANSIQ_LAYER_base "")
set(TANSIQ_LAYER_geo base)
set(TANSIQ_LAYER_log base)
set(TANSIQ_LAYER_talks log base)
set(TANSIQ_LAYER_core geo log base)
set(TANSIQ_LAYER_coordination core geo log base)
set(TANSIQ_LAYER_f3548 core geo log base)
set(TANSIQ_LAYER_uss f3548 core geo log base)
set(TANSIQ_LAYER_formats core geo log base)
set(TANSIQ_LAYER_surveillance formats core geo log base)
set(TANSIQ_LAYER_picture surveillance core geo log base)
set(TANSIQ_LAYER_store log base)
set(TANSIQ_LAYER_net base)
set(TANSIQ_LAYER_node picture surveillance coordination uss f3548 formats store net core talks geo log base)
set(TANSIQ_LAYER_sim coordination core geo log base)
set(TANSIQ_LAYER_cli node sim picture surveillance coordination uss f3548 formats store net core talks geo log base)
set(TANSIQ_LAYER_verify log base)

function(tansiq_folder folder)
  cmake_parse_arguments(ARG "" "" "THIRD_PARTY;THIRD_PARTY_PUBLIC;TEST_THIRD_PARTY;TEST_LINKS" ${ARGN})
  file(GLOB all CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
  set(library ${all})
  list(FILTER library EXCLUDE REGEX "_(test|bench|fuzz|main|testlib|figures)\\.cc$")
  set(layers)
  foreach(used IN LISTS TANSIQ_LAYER_${folder})
    list(APPEND layers tansiq_${used})
  endforeach()

  # One place for every preset, so that ccache can share objects between build trees.
  set(view ${CMAKE_SOURCE_DIR}/build/layers/${folder})
  file(MAKE_DIRECTORY ${view})
  if(NOT EXISTS ${view}/${folder})
    file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${view}/${folder} SYMBOLIC)
  endif()

  if(library)
    add_library(tansiq_${folder} STATIC ${library})
    target_include_directories(tansiq_${folder} PUBLIC ${view})
    target_link_libraries(tansiq_${folder} PUBLIC ${layers} ${ARG_THIRD_PARTY_PUBLIC} PRIVATE ${ARG_THIRD_PARTY})
  else()
    add_library(tansiq_${folder} INTERFACE)
    target_include_directories(tansiq_${folder} INTERFACE ${view})
    target_link_libraries(tansiq_${folder} INTERFACE ${layers})
  endif()

  if(TANSIQ_TESTS)
    set(tests ${all})
    list(FILTER tests INCLUDE REGEX "_(test|testlib)\\.cc$")
    if(tests)
      add_executable(tansiq_${folder}_test ${tests})
      target_link_libraries(tansiq_${folder}_test PRIVATE tansiq_${folder} ${ARG_TEST_LINKS} ${ARG_THIRD_PARTY}
                            ${ARG_TEST_THIRD_PARTY} GTest::gtest GTest::gmock GTest::gtest_main rapidcheck
                            rapidcheck_gtest)
      target_compile_definitions(tansiq_${folder}_test PRIVATE TANSIQ_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
      gtest_discover_tests(tansiq_${folder}_test TEST_PREFIX "${folder}." DISCOVERY_TIMEOUT 60
                           PROPERTIES TIMEOUT 300 LABELS ${folder})
    endif()
  endif()

  if(TANSIQ_BENCH)
    set(benches ${all})
    list(FILTER benches INCLUDE REGEX "_bench\\.cc$")
    if(benches)
      add_executable(tansiq_${folder}_bench ${benches})
      target_link_libraries(tansiq_${folder}_bench PRIVATE tansiq_${folder} ${ARG_THIRD_PARTY} ${ARG_TEST_THIRD_PARTY}
                            benchmark::benchmark)
    endif()
  endif()

  # Fuzzers. With libFuzzer they search; in every other build the same target replays its corpus as a test.
  set(fuzzers ${all})
  list(FILTER fuzzers INCLUDE REGEX "_fuzz\\.cc$")
  foreach(source IN LISTS fuzzers)
    get_filename_component(stem ${source} NAME_WE)
    string(REGEX REPLACE "_fuzz$" "" stem ${stem})
    set(target tansiq_${folder}_${stem}_fuzz)
    set(corpus ${CMAKE_CURRENT_SOURCE_DIR}/corpus/${stem})
    if(TANSIQ_FUZZ)
      add_executable(${target} ${source})
      target_link_libraries(${target} PRIVATE tansiq_${folder} ${ARG_THIRD_PARTY})
      target_link_options(${target} PRIVATE -fsanitize=fuzzer)
    elseif(TANSIQ_TESTS)
      add_executable(${target} ${source} ${CMAKE_SOURCE_DIR}/cmake/fuzz_replay.cc)
      target_link_libraries(${target} PRIVATE tansiq_${folder} ${ARG_THIRD_PARTY})
      add_test(NAME ${folder}.corpus.${stem} COMMAND ${target} ${corpus})
      set_tests_properties(${folder}.corpus.${stem} PROPERTIES TIMEOUT 120 LABELS ${folder})
    endif()
  endforeach()
endfunction()
