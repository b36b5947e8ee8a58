// Where the bytes of attachments stand in the node's store (ADR 55).
//
//   store_.append({.bodies = {&body, 1}, .meta = {&row, 1}});     // attachment_body, attachment_row: together
//   TRY_VOID(learn_attachments(store, *reader, coalition.attachments()));        // at start
//   const auto bytes = TRY(read_attachment(*reader, sha256));
//
// Each is a body with a line before its bytes, so that it stands under another hash than its own: bytes that are also a
// charter, a share or what a supplier has sent are kept twice, and each goes when its own time has come. What it is
// called, how large it is and whom it came from stands in a small value of the same transaction.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "coordination/talk_attachments.h"
#include "store/log_store.h"

namespace tansiq::node {

/// What is kept as a body.
[[nodiscard]] std::string attachment_body(std::string_view bytes);
/// The key of the small value.
[[nodiscard]] std::string attachment_key(const log::Hash& sha256);
[[nodiscard]] std::string attachment_row(const coordination::AttachmentHere& here);
/// Fails with `kCorrupt`.
[[nodiscard]] Result<coordination::AttachmentHere> read_attachment_row(std::string_view row);

/// Tells which are here. A row whose body was destroyed before a crash is dropped, where the store may be written.
[[nodiscard]] Status learn_attachments(store::LogStore& store, store::LogReader& reader,
                                       coordination::TalkAttachments& attachments);

/// The bytes, verified; nothing where there are none. Fails with `kCorrupt`, `kIo`.
[[nodiscard]] Result<std::optional<std::string>> read_attachment(store::LogReader& reader, const log::Hash& sha256);

}  // namespace tansiq::node
