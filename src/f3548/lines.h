// What the parts of F3548 have in common on paper: entries as lines of `main`, told apart by their first member, and
// states as rows, one a line.
//
//   framed_text("f3548", place, body)            {"f3548":{…},"seq":7,"time_ms":…,"type":"f3548.report","v":1}
//   TRY(read_framed<Entry>(line, "f3548"))
//
//   write_row(out, "uss", row);                  {"uss":{…}}
//   TRY_VOID(read_rows(text, [&](std::string_view kind, const log::JcsValue& row) -> Status { … }));
//
// Whether a line fits into an entry is for its writer to see.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>

#include "base/foreign_text.h"
#include "base/limits.h"
#include "core/jcs_read.h"
#include "core/record.h"
#include "f3548/entry.h"

namespace tansiq::f3548 {

inline constexpr std::int64_t kEntryFormat = 1;

template <class Body>
[[nodiscard]] std::string framed_text(std::string_view member, const Place& place, const Body& body) {
  std::string line;
  log::JcsWriter out(line);
  out.begin_object().key(member);
  core::write_fields(out, body);
  out.key("seq").integer(static_cast<std::int64_t>(place.seq));
  out.key("time_ms").integer(place.time.ms);
  out.key("type").string(core::name_of(body));
  out.key("v").integer(kEntryFormat);
  out.end_object();
  line += '\n';
  return line;
}

/// Fails with `kMalformed` (not canonical), `kUnsupported` (a later format or an unknown type), `kInvalid`,
/// `kTooLarge`.
template <class Entry>
[[nodiscard]] Result<Entry> read_framed(std::string_view line, std::string_view member) {
  if (line.empty() || line.back() != '\n') {
    return fail(ErrorCode::kMalformed, "an entry is one line that ends in a line feed");
  }
  const auto document = TRY(log::JcsDocument::parse(line.substr(0, line.size() - 1), kEntryBytesMax));
  const log::JcsValue root = document.root();
  TRY_VOID(root.expect(log::JcsValue::Kind::kObject));
  const std::string_view type = TRY(core::string_at(root, "type"));
  const std::int64_t format = TRY(core::integer_at(root, "v", 1, log::kJcsIntegerMax));
  if (format > kEntryFormat) {
    return fail(ErrorCode::kUnsupported, fmt::format("format {} was written by a newer program", format), "v");
  }
  TRY_VOID(root.only({member, "seq", "time_ms", "type", "v"}));
  Entry entry;
  entry.place.seq = static_cast<std::uint64_t>(TRY(core::integer_at(root, "seq", 0, log::kJcsIntegerMax)));
  entry.place.time = UtcMs{TRY(core::integer_at(root, "time_ms", kUtcMin.ms, kUtcMax.ms))};
  const log::JcsValue body = TRY(root.at(member));
  auto read = core::read_named<decltype(entry.body)>(type, body);
  if (!read) {
    return fail(ErrorCode::kUnsupported,
                fmt::format("entry type \"{}\" is not known here", foreign_text(type, kQuotedBytesMax)), "type");
  }
  entry.body = TRY(std::move(*read));
  return entry;
}

template <class Row>
void write_row(std::string& out, std::string_view kind, const Row& row) {
  log::JcsWriter writer(out);
  writer.begin_object().key(kind);
  core::write_fields(writer, row);
  writer.end_object();
  out += '\n';
}

/// Hands each row to `take`, which says when one is wrong. Fails with `kCorrupt` for what is no row.
template <class Take>
[[nodiscard]] Status read_rows(std::string_view text, Take&& take) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return fail(ErrorCode::kCorrupt, "the state is cut off");
    const auto document = TRY(log::JcsDocument::parse(text.substr(0, end)));
    text.remove_prefix(end + 1);
    const log::JcsValue root = document.root();
    if (root.kind() != log::JcsValue::Kind::kObject || root.size() != 1) {
      return fail(ErrorCode::kCorrupt, "a line is no row");
    }
    TRY_VOID(take(root.name(0), root[0]));
  }
  return {};
}

}  // namespace tansiq::f3548
