#include "coordination/disclosure_content.h"

#include <algorithm>
#include <utility>

#include "coordination/disclosure_coarse.h"
#include "core/record.h"
#include "log/jcs.h"

namespace tansiq::coordination {
namespace {

constexpr std::string_view kShareDomain = "tansiq share\n";
constexpr std::string_view kSaltDomain = "salt\n";
constexpr std::string_view kIdDomain = "id\n";
constexpr std::size_t kIdDigits = 20;

/// Hashed twice, so that nobody who knows the hash of one text can extend it to that of a longer one.
log::Hash keyed(const ShareKey& key, std::string_view domain, std::string_view text) {
  const log::Hash inner = log::Sha256().update(key.key.view()).update(domain).update(text).finish();
  return log::Sha256().update(key.key.view()).update(inner.view()).finish();
}

}  // namespace

Status ShareShown::check() const {
  if (level < 1 || level > 4) return fail(ErrorCode::kInvalid, "a share has a level of 1 to 4");
  if (bytes <= kShareSaltBytes || bytes > kShareBytesMax) {
    return fail(ErrorCode::kInvalid, "a share has a body of 33 bytes to 4 MiB");
  }
  return {};
}

Status SharePassed::check() const {
  if (bytes <= kShareSaltBytes || bytes > kShareBytesMax) {
    return fail(ErrorCode::kInvalid, "a share has a body of 33 bytes to 4 MiB");
  }
  return {};
}

Status ShareContent::check() const {
  if (report.has_value() != (domain == core::RelationDomain::kInformation)) {
    return fail(ErrorCode::kInvalid, "reports, and nothing else, are shown in domain information");
  }
  if (report && level != ShareLevel::kFull) return fail(ErrorCode::kInvalid, "a report is shown whole");
  if (!craft.empty() && (report || level < ShareLevel::kFull)) {
    return fail(ErrorCode::kInvalid, "craft are shown at full or live alone");
  }
  return core::check_craft(craft);
}

const core::Coarsening* coarsening_at(ShareLevel level, const core::DisclosureTerms& terms) {
  switch (level) {
    case ShareLevel::kNone:
    case ShareLevel::kBusy:
      return &terms.busy;
    case ShareLevel::kCoarse:
      return &terms.coarse;
    case ShareLevel::kFull:
    case ShareLevel::kLive:
      break;
  }
  return nullptr;
}

ShareContent content_at(const OwnSource& source, ShareLevel level, const core::DisclosureTerms& terms) {
  ShareContent out;
  out.domain = source.domain;
  out.level = level;
  if (level == ShareLevel::kNone) return out;
  if (source.report) {
    out.source = source.source;
    out.report = source.report;
    // To whom it may be passed on now is for the envelope to say.
    out.report->onward.clear();
    return out;
  }
  if (const core::Coarsening* less = coarsening_at(level, terms)) {
    out.volumes = coarsened(source.volumes, *less);
  } else {
    if (!source.call_sign.empty()) out.call_sign = source.call_sign;
    out.craft = source.craft;
    out.source = source.source;
    out.state = source.state;
    out.tracks = level == ShareLevel::kLive;
    out.volumes = source.volumes;
  }
  // More volumes than a record holds become fewer and larger ones, never fewer alone.
  for (core::Coarsening more = terms.busy; out.volumes.size() > core::kListMax && more.grid_e7 < 450'000'000;) {
    more.grid_e7 = more.grid_e7 < 100'000'000 ? 100'000'000 : 450'000'000;
    more.level_step_cm = 10'000'000;
    more.time_step_ms = 24LL * 3'600'000;
    out.volumes = coarsened(source.volumes, more);
  }
  return out;
}

ShareKey ShareKey::derive(ByteView secret) { return {log::Sha256().update(kShareDomain).update(secret).finish()}; }

ShareId share_id(const ShareKey& key, std::string_view source, const AuthorityId& recipient) {
  const std::string text = keyed(key, kIdDomain, recipient.str() + "\n" + std::string(source)).hex();
  return ShareId::trusted("s-" + text.substr(0, kIdDigits));
}

SealedShare seal(const ShareContent& content, const ShareKey& key) {
  std::string json;
  log::JcsWriter out(json);
  core::write_fields(out, content);
  const log::Hash salt = keyed(key, kSaltDomain, json);
  std::string bytes(as_text(salt.view()));
  bytes += json;
  const EntryHash hash = log::sha256(bytes);
  return {.hash = hash, .bytes = std::move(bytes)};
}

Result<ShareContent> open_share(const EntryHash& commitment, std::string_view bytes) {
  if (bytes.size() > kShareBytesMax) return fail(ErrorCode::kTooLarge, "a share has at most 4 MiB");
  if (bytes.size() <= kShareSaltBytes) return fail(ErrorCode::kMalformed, "a share has a salt of 32 bytes and a text");
  if (log::sha256(bytes) != commitment) {
    return fail(ErrorCode::kCorrupt, "these bytes are not the share that the hash commits to");
  }
  const auto document = TRY(log::JcsDocument::parse(bytes.substr(kShareSaltBytes), kShareBytesMax));
  return core::read_fields<ShareContent>(document.root());
}

}  // namespace tansiq::coordination
