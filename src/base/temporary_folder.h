// A folder of its own for a test, a measurement or a demonstration, gone with all that is in it at the end.
//
//   const TemporaryFolder folder;                                   // aborts where there can be none
//   auto folder = TRY(TemporaryFolder::make("demo"));               // in a program that has somebody to tell
//
// Named `tansiq-<purpose>-XXXXXX`, below the system's place for such things (TMPDIR).
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace tansiq {

class TemporaryFolder {
 public:
  explicit TemporaryFolder(std::string_view purpose = "test") : TemporaryFolder(made_or_abort(purpose)) {}
  /// Below `parent` instead, which exists. Fails with `kIo`.
  [[nodiscard]] static Result<TemporaryFolder> make(std::string_view purpose, const std::filesystem::path& parent = {});
  TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::string file(std::string_view name) const { return (path_ / name).string(); }
  /// It stays, for somebody to look at.
  void keep() { path_.clear(); }

 private:
  struct Made {
    std::filesystem::path path;
  };
  explicit TemporaryFolder(Made made) : path_(std::move(made.path)) {}
  static Made made_or_abort(std::string_view purpose);

  std::filesystem::path path_;
};

}  // namespace tansiq
