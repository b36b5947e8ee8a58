#include "uss/entry.h"

#include <fmt/format.h>

#include <utility>

#include "base/foreign_text.h"
#include "base/limits.h"
#include "core/jcs_read.h"
#include "core/record.h"

namespace tansiq::uss {
namespace {

constexpr std::int64_t kFormat = 1;

}  // namespace

std::string_view type_name(const Body& body) { return core::name_of(body); }

std::string write_entry(const Entry& entry) {
  std::string line;
  log::JcsWriter out(line);
  out.begin_object().key("f3548_uss");
  core::write_fields(out, entry.body);
  out.key("seq").integer(static_cast<std::int64_t>(entry.place.seq));
  out.key("time_ms").integer(entry.place.time.ms);
  out.key("type").string(type_name(entry.body));
  out.key("v").integer(kFormat);
  out.end_object();
  line += '\n';
  return line;
}

Result<Entry> read_entry(std::string_view line) {
  if (line.empty() || line.back() != '\n') {
    return fail(ErrorCode::kMalformed, "an entry is one line that ends in a line feed");
  }
  const auto document = TRY(log::JcsDocument::parse(line.substr(0, line.size() - 1), kEntryBytesMax));
  const log::JcsValue root = document.root();
  TRY_VOID(root.expect(log::JcsValue::Kind::kObject));
  const std::string_view type = TRY(core::string_at(root, "type"));
  const std::int64_t format = TRY(core::integer_at(root, "v", 1, log::kJcsIntegerMax));
  if (format > kFormat) {
    return fail(ErrorCode::kUnsupported, fmt::format("format {} was written by a newer program", format), "v");
  }
  TRY_VOID(root.only({"f3548_uss", "seq", "time_ms", "type", "v"}));
  Entry entry;
  entry.place.seq = static_cast<std::uint64_t>(TRY(core::integer_at(root, "seq", 0, log::kJcsIntegerMax)));
  entry.place.time = UtcMs{TRY(core::integer_at(root, "time_ms", kUtcMin.ms, kUtcMax.ms))};
  const log::JcsValue body = TRY(root.at("f3548_uss"));
  auto read = core::read_named<Body>(type, body);
  if (!read) {
    return fail(ErrorCode::kUnsupported,
                fmt::format("entry type \"{}\" is not known here", foreign_text(type, kQuotedBytesMax)), "type");
  }
  entry.body = TRY(std::move(*read));
  return entry;
}

}  // namespace tansiq::uss
