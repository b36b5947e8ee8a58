// Finds the recordings that tests use where they are present; they are not part of the project.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tansiq::formats {

/// The text of a file below TANSIQ_SHARED (default: ../shared beside the project's root); nothing when it is absent.
[[nodiscard]] std::optional<std::string> shared_file(std::string_view path);

}  // namespace tansiq::formats
