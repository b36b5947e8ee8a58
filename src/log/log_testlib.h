// Shared by the tests of this folder: the published vectors, temporary folders.
#pragma once

#include <boost/json.hpp>
#include <filesystem>
#include <optional>
#include <string>

#include "base/temporary_folder.h"

namespace tansiq::log::testing {

/// The folder of shared data: $TANSIQ_SHARED, or `../shared` from the project's root.
[[nodiscard]] std::filesystem::path shared_folder();

/// A parsed JSON file below the shared folder; nothing when it is not there (tests skip then).
[[nodiscard]] std::optional<boost::json::value> shared_json(const std::filesystem::path& path);

[[nodiscard]] std::string text_of(const boost::json::value& value);

[[nodiscard]] std::string read_whole(const std::filesystem::path& path);
void write_whole(const std::filesystem::path& path, std::string_view bytes);

}  // namespace tansiq::log::testing
