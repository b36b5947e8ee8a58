#include "f3548/entry.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "base/invariant.h"
#include "base/limits.h"
#include "core/jcs_read.h"
#include "core/record.h"

namespace tansiq::f3548 {
namespace {

constexpr std::int64_t kFormat = 1;
constexpr auto kIndices = std::make_index_sequence<std::variant_size_v<Body>>();

template <std::size_t... I>
constexpr std::array<std::string_view, sizeof...(I)> all_types(std::index_sequence<I...>) {
  return {std::variant_alternative_t<I, Body>::kType...};
}
constexpr auto kTypes = all_types(kIndices);

template <std::size_t... I>
Result<Body> read_body(std::string_view type, const log::JcsValue& value, std::index_sequence<I...>) {
  Result<Body> out =
      fail(ErrorCode::kUnsupported, fmt::format("entry type \"{}\" is not known here", type.substr(0, 64)), "type");
  const auto attempt = [&]<class T>(std::type_identity<T>) {
    if (T::kType != type) return false;
    auto body = core::read_fields<T>(value);
    if (body) {
      out = Body(std::move(*body));
    } else {
      out = std::unexpected(std::move(body).error());
    }
    return true;
  };
  static_cast<void>((attempt(std::type_identity<std::variant_alternative_t<I, Body>>()) || ...));
  return out;
}

}  // namespace

std::string_view type_name(const Body& body) { return kTypes[body.index()]; }

std::string write_entry(const Entry& entry) {
  std::string line;
  log::JcsWriter out(line);
  out.begin_object().key("f3548");
  std::visit([&](const auto& of) { core::write_fields(out, of); }, entry.body);
  out.key("seq").integer(static_cast<std::int64_t>(entry.place.seq));
  out.key("time_ms").integer(entry.place.time.ms);
  out.key("type").string(type_name(entry.body));
  out.key("v").integer(kFormat);
  out.end_object();
  line += '\n';
  EXPECT_INVARIANT(line.size() <= kEntryBytesMax);
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
  TRY_VOID(root.only({"f3548", "seq", "time_ms", "type", "v"}));
  Entry entry;
  entry.place.seq = static_cast<std::uint64_t>(TRY(core::integer_at(root, "seq", 0, log::kJcsIntegerMax)));
  entry.place.time = UtcMs{TRY(core::integer_at(root, "time_ms", kUtcMin.ms, kUtcMax.ms))};
  const log::JcsValue body = TRY(root.at("f3548"));
  entry.body = TRY(read_body(type, body, kIndices));
  return entry;
}

}  // namespace tansiq::f3548
