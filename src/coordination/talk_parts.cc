#include "coordination/talk_parts.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/foreign_text.h"
#include "base/limits.h"

namespace tansiq::coordination {
namespace {

constexpr std::size_t kLanguageBytesMax = 35;  // RFC 5646, 4.4.1: room for every tag in use
constexpr std::int64_t kLatE7Max = 900'000'000;
constexpr std::int64_t kLngE7Max = 1'800'000'000;

Status check_place(std::int64_t lat_e7, std::int64_t lng_e7) {
  if (lat_e7 < -kLatE7Max || lat_e7 > kLatE7Max || lng_e7 < -kLngE7Max || lng_e7 > kLngE7Max) {
    return fail(ErrorCode::kInvalid, fmt::format("{}, {} in 1e-7 degree is no place on the earth", lat_e7, lng_e7));
  }
  return {};
}

Status check_rows(std::size_t rows, std::string_view what) {
  if (rows <= kTalkRowsMax) return {};
  return fail(ErrorCode::kInvalid, fmt::format("{} {}, but at most {} are allowed", rows, what, kTalkRowsMax));
}

bool is_word(std::string_view text, std::string_view beside) {
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || beside.contains(c);
  });
}

}  // namespace

Status check_words(std::string_view text) {
  if (text.size() > kTalkTextBytesMax) {
    return fail(ErrorCode::kInvalid, fmt::format("text has at most {} bytes, not {}", kTalkTextBytesMax, text.size()));
  }
  // Line by line: each must be fit to stand alone.
  while (true) {
    const std::size_t end = text.find('\n');
    TRY_VOID(core::check_label(text.substr(0, end), kTalkTextBytesMax, "text"));
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
}

Status TextPart::check() const {
  if (!is_word(language, "-") || language.size() > kLanguageBytesMax) {
    return fail(ErrorCode::kInvalid, "a text names its language by a tag such as \"ar\" or \"zh-Hans\"");
  }
  if (text.text.empty()) return fail(ErrorCode::kInvalid, "a text is not empty");
  return {};
}

Status TemplatePart::check() const {
  if (!is_word(id, "-_.") || id.size() > kIdBytesMax) return fail(ErrorCode::kInvalid, "a template has an id");
  if (version < 1) return fail(ErrorCode::kInvalid, "versions of a template count from 1");
  return check_rows(values.size(), "values");
}

Status PositionPart::check() const { return check_place(lat_e7, lng_e7); }

Status AreaPart::check() const {
  if (volume.window.start >= volume.window.end)
    return fail(ErrorCode::kInvalid, "an area's window ends after it begins");
  return {};
}

Status TimePart::check() const {
  if (until && *until <= at) return fail(ErrorCode::kInvalid, "a window ends after it begins");
  return {};
}

Status QueryPart::check() const { return check_place(lat_e7, lng_e7); }

Status AssessmentPart::check() const {
  if (period.start >= period.end) return fail(ErrorCode::kInvalid, "a period ends after it begins");
  if (sections.empty()) return fail(ErrorCode::kInvalid, "an assessment has at least one section");
  return check_rows(sections.size(), "sections");
}

Status CallPart::check() const {
  if (end < begin) return fail(ErrorCode::kInvalid, "a call does not end before it begins");
  if (functions.empty()) return fail(ErrorCode::kInvalid, "a call names the functions that spoke");
  TRY_VOID(check_rows(functions.size(), "functions"));
  return check_rows(agreed.size(), "agreed points");
}

Status PlanPart::check() const {
  if (day.start >= day.end) return fail(ErrorCode::kInvalid, "a day ends after it begins");
  if (version < 1) return fail(ErrorCode::kInvalid, "versions of a plan count from 1");
  if (answer_by < submit_by) return fail(ErrorCode::kInvalid, "a plan is submitted before it is answered");
  return {};
}

std::string_view kind_name(const TalkPart& part) { return core::name_of(part); }

}  // namespace tansiq::coordination

namespace tansiq::core {

using coordination::TalkPart;
using coordination::Words;

Result<Words> Codec<Words>::read(const log::JcsValue& value) {
  const std::string_view text = TRY(value.string());
  if (const Status ok = coordination::check_words(text); !ok) return value.fail_here(ok.error().message);
  return Words{std::string(text)};
}

void Codec<TalkPart>::write(log::JcsWriter& out, const TalkPart& value) {
  out.begin_object().key(name_of(value));
  write_fields(out, value);
  out.end_object();
}

Result<TalkPart> Codec<TalkPart>::read(const log::JcsValue& value) {
  TRY_VOID(value.expect(log::JcsValue::Kind::kObject));
  if (value.size() != 1) return value.fail_here("a part has one member, which is named after its kind");
  const std::string_view name = value.name(0);
  const log::JcsValue inner = TRY(value.at(name));
  auto read = read_named<TalkPart>(name, inner);
  if (!read) {
    return value.fail_here(fmt::format("there is no part \"{}\"; known are {}", foreign_text(name, kQuotedBytesMax),
                                       fmt::join(record_names<TalkPart>, ", ")));
  }
  return std::move(*read);
}

}  // namespace tansiq::core
