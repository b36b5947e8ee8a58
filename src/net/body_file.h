// A file as the body of an answer: it goes out piece by piece, and is gone when the answer is.
#pragma once

#include <filesystem>
#include <memory>

#include "base/result.h"
#include "net/http_types.h"

namespace tansiq::net {

/// Opens the file and takes its name away at once: whatever becomes of the answer, and of this process, nothing stays
/// on the disk. Fails with `kNotFound`, `kIo`.
[[nodiscard]] Result<std::shared_ptr<BodySource>> take_body_file(const std::filesystem::path& path);

}  // namespace tansiq::net
