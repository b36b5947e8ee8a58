#include "node/attachment_store.h"

#include <fmt/format.h>

#include <vector>

#include "core/jcs_read.h"
#include "core/record.h"
#include "log/jcs.h"
#include "log/sha256.h"

namespace tansiq::node {
namespace {

using coordination::AttachmentHere;
using core::field;
using core::field_list;

constexpr std::string_view kHeader = "tansiq attachment 1\n";
constexpr std::string_view kPrefix = "attachment/";
constexpr std::size_t kRowBytesMax = 4'096;
constexpr std::size_t kKeysAtOnce = 1'024;

struct Row {
  std::int64_t bytes = 0;
  std::optional<AuthorityId> from;
  log::Hash kept;
  UtcMs since;
  static constexpr auto fields() {
    return field_list(field("bytes", &Row::bytes), field("from", &Row::from), field("kept", &Row::kept),
                      field("since_ms", &Row::since));
  }
};

}  // namespace

std::string attachment_body(std::string_view bytes) {
  std::string out;
  out.reserve(kHeader.size() + bytes.size());
  out += kHeader;
  out += bytes;
  return out;
}

std::string attachment_key(const log::Hash& sha256) { return fmt::format("{}{}", kPrefix, sha256.hex()); }

std::string attachment_row(const AttachmentHere& here) {
  std::string out;
  log::JcsWriter writer(out);
  core::write_fields(writer, Row{.bytes = here.bytes, .from = here.from, .kept = here.kept, .since = here.since});
  return out;
}

Result<AttachmentHere> read_attachment_row(std::string_view row) {
  const auto corrupt = [](const Error& error) {
    return fail(ErrorCode::kCorrupt, "what is kept of an attachment cannot be read: " + error.text());
  };
  const auto document = log::JcsDocument::parse(row, kRowBytesMax);
  if (!document) return corrupt(document.error());
  auto read = core::read_fields<Row>(document->root());
  if (!read) return corrupt(read.error());
  return AttachmentHere{.bytes = read->bytes, .from = std::move(read->from), .kept = read->kept, .since = read->since};
}

Status learn_attachments(store::LogStore& store, store::LogReader& reader, coordination::TalkAttachments& attachments) {
  std::vector<std::string> dead;
  std::string after;
  for (bool more = true; more;) {
    const std::vector<std::string> keys = TRY(reader.meta_keys(kPrefix, after, kKeysAtOnce));
    more = keys.size() == kKeysAtOnce;
    if (!keys.empty()) after = keys.back();
    for (const std::string& key : keys) {
      const auto row = TRY(reader.meta(key));
      const auto sha256 = log::Hash::from_hex(std::string_view(key).substr(kPrefix.size()));
      if (!row || !sha256) return fail(ErrorCode::kCorrupt, "this names no attachment", key);
      AttachmentHere here = TRY(read_attachment_row(as_text(*row)));
      if (TRY(reader.body_size(here.kept))) {
        attachments.keep(*sha256, std::move(here));
      } else {
        dead.push_back(key);
      }
    }
  }
  if (dead.empty() || store.recovering()) return {};
  std::vector<store::NewMeta> removed;
  for (const std::string& key : dead) removed.push_back({key, {}});
  TRY_VOID(store.append({.meta = removed}));
  return {};
}

Result<std::optional<std::string>> read_attachment(store::LogReader& reader, const log::Hash& sha256) {
  const auto row = TRY(reader.meta(attachment_key(sha256)));
  if (!row) return std::nullopt;
  const AttachmentHere here = TRY(read_attachment_row(as_text(*row)));
  const auto body = TRY(reader.body(here.kept));
  if (!body) return std::nullopt;
  const std::string_view text = as_text(*body);
  if (!text.starts_with(kHeader) || log::sha256(text.substr(kHeader.size())) != sha256) {
    return fail(ErrorCode::kCorrupt, "the attachment does not match its hash; restore a backup", sha256.hex());
  }
  return std::string(text.substr(kHeader.size()));
}

}  // namespace tansiq::node
