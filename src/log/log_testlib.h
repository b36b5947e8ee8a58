// Shared by the tests of this folder: the published vectors, temporary folders.
#pragma once

#include <boost/json.hpp>
#include <filesystem>
#include <optional>
#include <string>

namespace tansiq::log::testing {

/// The folder of shared data: $TANSIQ_SHARED, or `../shared` from the project's root.
[[nodiscard]] std::filesystem::path shared_folder();

/// A parsed JSON file below the shared folder; nothing when it is not there (tests skip then).
[[nodiscard]] std::optional<boost::json::value> shared_json(const std::filesystem::path& path);

[[nodiscard]] std::string text_of(const boost::json::value& value);

/// A folder that is removed at the end.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

[[nodiscard]] std::string read_whole(const std::filesystem::path& path);
void write_whole(const std::filesystem::path& path, std::string_view bytes);

}  // namespace tansiq::log::testing
