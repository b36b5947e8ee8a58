// A file as a whole.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "base/result.h"

namespace tansiq {

/// Reads a regular file: a pipe could block for ever, a device never end. Fails with `kNotFound` (also for what is no
/// file), `kTooLarge` beyond `bytes_max`, `kIo`; `where` is the path.
[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& path, std::size_t bytes_max);

}  // namespace tansiq
