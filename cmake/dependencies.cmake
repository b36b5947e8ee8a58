# Every third-party library, found once. All of them are Debian 12 packages; `./dev setup` installs the list in
# cmake/packages.txt.

find_package(PkgConfig REQUIRED)
find_package(fmt REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json)
find_package(OpenSSL 3 REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(ICU 72 REQUIRED COMPONENTS uc i18n)
find_package(Threads REQUIRED)
find_package(prometheus-cpp REQUIRED COMPONENTS core)
find_package(tomlplusplus REQUIRED)
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET libsodium)

find_path(GEOGRAPHICLIB_INCLUDE GeographicLib/Geodesic.hpp REQUIRED)
find_library(GEOGRAPHICLIB_LIBRARY NAMES GeographicLib Geographic REQUIRED)
add_library(geographiclib INTERFACE)
target_include_directories(geographiclib SYSTEM INTERFACE ${GEOGRAPHICLIB_INCLUDE})
target_link_libraries(geographiclib INTERFACE ${GEOGRAPHICLIB_LIBRARY})

# S2 0.10 has no CMake package. It uses absl and OpenSSL in its headers.
find_library(S2_LIBRARY s2 REQUIRED)
find_package(absl REQUIRED)
add_library(s2 INTERFACE)
target_link_libraries(s2 INTERFACE ${S2_LIBRARY} absl::base absl::strings absl::flat_hash_map absl::flat_hash_set
                                   absl::btree absl::fixed_array absl::inlined_vector absl::int128 absl::log_severity
                                   OpenSSL::Crypto Threads::Threads)

if(TANSIQ_TESTS)
  find_package(GTest REQUIRED)
  find_package(rapidcheck REQUIRED)
  include(GoogleTest)
endif()
if(TANSIQ_BENCH)
  find_package(benchmark REQUIRED)
endif()
