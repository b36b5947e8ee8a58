// What the tests of golden records share: a folder of tests/golden, written once and read ever after.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/file.h"
#include "base/invariant.h"

namespace tansiq::core::testing {

class GoldenFolder {
 public:
  /// Below tests/golden, such as `v1`.
  explicit GoldenFolder(std::string_view name)
      : path_(std::filesystem::path(TANSIQ_SOURCE_DIR) / "tests" / "golden" / name) {}

  /// Whether this run is asked to write what its version says (TANSIQ_WRITE_GOLDEN=1). A record that stands is never
  /// written again: then the program ends.
  [[nodiscard]] bool to_be_written(std::string_view record) const {
    if (std::getenv("TANSIQ_WRITE_GOLDEN") == nullptr) return false;
    const bool golden_record_stands_already = std::filesystem::exists(path_ / record);
    EXPECT_INVARIANT(!golden_record_stands_already);
    std::filesystem::create_directories(path_);
    return true;
  }
  [[nodiscard]] std::filesystem::path file(std::string_view name) const { return path_ / name; }
  [[nodiscard]] std::string text(std::string_view name) const {
    constexpr std::size_t kMost = std::size_t{1} << 26;
    auto read = read_file(path_ / name, kMost);
    EXPECT_TRUE(read.has_value()) << read.error().text();
    return std::move(read).value_or("");
  }
  /// Each with its line feed.
  [[nodiscard]] std::vector<std::string> lines(std::string_view name) const {
    const std::string all = text(name);
    std::vector<std::string> out;
    for (std::size_t at = 0; at < all.size();) {
      const std::size_t end = all.find('\n', at);
      out.push_back(all.substr(at, end - at + 1));
      at = end == std::string::npos ? all.size() : end + 1;
    }
    return out;
  }

 private:
  std::filesystem::path path_;
};

/// The names of all types of entry in a variant of bodies.
template <class Body>
std::set<std::string> all_types() {
  return []<std::size_t... I>(std::index_sequence<I...>) {
    return std::set<std::string>{std::string(std::variant_alternative_t<I, Body>::kType)...};
  }(std::make_index_sequence<std::variant_size_v<Body>>());
}

}  // namespace tansiq::core::testing
