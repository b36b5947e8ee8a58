#include "base/temporary_folder.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>

#include "base/invariant.h"

namespace tansiq {

Result<TemporaryFolder> TemporaryFolder::make(std::string_view purpose, const std::filesystem::path& parent) {
  std::error_code error;
  const std::filesystem::path below = parent.empty() ? std::filesystem::temp_directory_path(error) : parent;
  if (error) return fail(ErrorCode::kIo, "there is no place for temporary folders: " + error.message(), "TMPDIR");
  std::string name = (below / fmt::format("tansiq-{}-XXXXXX", purpose)).string();
  if (::mkdtemp(name.data()) == nullptr) {
    return fail(ErrorCode::kIo, fmt::format("a temporary folder cannot be made: {}", std::strerror(errno)), name);
  }
  return TemporaryFolder(Made{std::move(name)});
}

TemporaryFolder::Made TemporaryFolder::made_or_abort(std::string_view purpose) {
  auto made = make(purpose);
  EXPECT_INVARIANT(made.has_value());
  return Made{std::exchange(made->path_, {})};
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace tansiq
