# Compiler flags, the same for every target.

# Deciding code must give the same result under both compilers: no fused multiply-add, no fast-math.
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Wconversion -Wsign-conversion
                    -Werror -ffp-contract=off -fno-omit-frame-pointer -fstack-protector-strong)
# TRY() is a GNU statement expression.
if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
  add_compile_options(-Wno-gnu-statement-expression -Wno-gnu-statement-expression-from-macro-expansion)
  add_link_options(-fuse-ld=lld)
else()
  # g++ 12 reports these falsely in optimised standard-library code.
  add_compile_options(-Wno-pedantic -Wno-maybe-uninitialized -Wno-restrict -Wno-stringop-overflow -Wno-array-bounds
                      -Wno-dangling-pointer -Wno-stringop-overread
                      # Readers made from a contract compare sizes with a least size that may be 0.
                      -Wno-type-limits)
endif()
# libstdc++'s cheap checks (bounds of operator[], empty optional) stay on everywhere.
add_compile_definitions(_GLIBCXX_ASSERTIONS)
if(CMAKE_BUILD_TYPE STREQUAL Release)
  add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
endif()

if(TANSIQ_SANITIZE)
  add_compile_options(-fsanitize=${TANSIQ_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${TANSIQ_SANITIZE})
endif()
if(TANSIQ_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(TANSIQ_COVERAGE)
  add_compile_options(--coverage -fprofile-abs-path)
  add_link_options(--coverage)
endif()

find_program(CCACHE ccache)
if(CCACHE)
  # Objects do not depend on where the checkout or the build tree stands, so equal flags share them.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_NOHASHDIR=1 CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} ${CCACHE})
endif()
