#include "node/recovery_file.h"

#include <fmt/format.h>

#include "log/jcs.h"
#include "store/files.h"

namespace tansiq::node {
namespace {

constexpr std::size_t kFileBytesMax = 16'384;

std::string path_of(const std::filesystem::path& folder) { return (folder / kRecoveryFileName).string(); }

}  // namespace

Result<std::optional<RecoveryFile>> read_recovery_file(const std::filesystem::path& folder) {
  const auto bytes = TRY(store::system_files().read(path_of(folder)));
  if (!bytes) return std::nullopt;
  const auto read = [&]() -> Result<RecoveryFile> {
    const auto document = TRY(log::JcsDocument::parse(as_text(*bytes), kFileBytesMax));
    return core::read_fields<RecoveryFile>(document.root());
  };
  auto file = read();
  if (!file) return fail(ErrorCode::kCorrupt, file.error().text() + "; remove it: it is made again", path_of(folder));
  return std::optional(std::move(*file));
}

Status write_recovery_file(const std::filesystem::path& folder, const RecoveryFile& file) {
  std::string text;
  log::JcsWriter out(text);
  core::write_fields(out, file);
  const ByteView parts[] = {as_bytes(text)};
  return store::system_files().replace(path_of(folder), parts);
}

Status accept_recovery(const std::filesystem::path& folder, const Acceptance& acceptance) {
  auto file = TRY(read_recovery_file(folder));
  if (!file) {
    return fail(ErrorCode::kNotFound,
                "this node is not recovering: there is nothing to accept. It finds out when it starts",
                path_of(folder));
  }
  if (acceptance.by.empty() || acceptance.second.empty() || acceptance.by == acceptance.second) {
    return fail(ErrorCode::kInvalid, "two different officers must answer for this", "second");
  }
  if (file->accepted) {
    return fail(ErrorCode::kConflict, fmt::format("{} and {} have accepted already, at {}", file->accepted->by.str(),
                                                  file->accepted->second.str(), format_utc(file->accepted->at)));
  }
  file->accepted = acceptance;
  return write_recovery_file(folder, *file);
}

}  // namespace tansiq::node
