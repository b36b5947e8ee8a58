// What is shown: the body that entries of shares name by hash, and how it is opened.
//
//   body = salt (32 bytes) ‖ canonical JSON of a ShareContent          commitment = SHA-256(body)
//
// So one hash does three things: it fetches the body, checks it, and commits its author to it before everybody else,
// who learn nothing from it. Without the salt they could: there are few plausible flights, and one could try them all.
//
//   const SealedShare sealed = seal(content, key);            // at the originator; the salt follows from key and
//   content const ShareContent shown = TRY(open_share(hash, bytes));  // at whoever holds the body
//
// Salts are keyed hashes of the content, so no random number has to be remembered, and the same content is sealed to
// the same hash: what has changed is found by comparing hashes (ADR 25).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "coordination/disclosure_entries.h"
#include "coordination/report_entries.h"
#include "core/craft_json.h"
#include "core/disclosure_terms.h"

namespace tansiq::coordination {

/// Bodies beyond this are not made, and not fetched.
inline constexpr std::size_t kShareBytesMax = std::size_t{4} << 20;
inline constexpr std::size_t kShareSaltBytes = 32;

/// Levels of the capability `disclosure`.
enum class ShareLevel : std::uint8_t { kNone, kBusy, kCoarse, kFull, kLive };
constexpr std::array<std::string_view, 5> enum_names(ShareLevel) { return {"none", "busy", "coarse", "full", "live"}; }

/// One version of a share. Who holds it knows from it whose word it is, to whom it was given and who else may see it.
struct ShareContent {
  UtcMs as_of;
  std::optional<std::string> call_sign;                      ///< From `full` on, where there is one.
  std::vector<core::Craft> craft = {};                       ///< From `full` on: who flies it.
  core::RelationDomain domain = core::RelationDomain::kAir;  ///< `information`: a report.
  AuthorityId from;
  ShareLevel level = ShareLevel::kBusy;
  std::vector<AuthorityId> onward;
  std::optional<InfoReport> report;  ///< In domain `information`, and there alone: `volumes` is empty then.
  ShareId share;
  std::optional<std::string>
      source;                        ///< From `full` on: `flight M1`. Below, two recipients cannot tell that it is one.
  std::optional<std::string> state;  ///< From `full` on.
  AuthorityId to;
  bool tracks = false;  ///< `live`: its tracks may follow.
  std::vector<geo::Volume4d> volumes;
  static constexpr auto fields() {
    using C = ShareContent;
    return field_list(field("as_of_ms", &C::as_of), field("call_sign", &C::call_sign), field("craft", &C::craft),
                      field("domain", &C::domain), field("from", &C::from), field("level", &C::level),
                      field("onward", &C::onward), field("report", &C::report), field("share", &C::share),
                      field("source", &C::source), field("state", &C::state), field("to", &C::to),
                      field("tracks", &C::tracks), field("volumes", &C::volumes));
  }
  [[nodiscard]] Status check() const;
  friend bool operator==(const ShareContent&, const ShareContent&) = default;
};

/// What an authority itself means to use, or reports, as its parts know it (own_use.h).
struct OwnSource {
  std::string source;  ///< `flight M1`, `intent i7`, `report R3`.
  std::string call_sign;
  core::RelationDomain domain = core::RelationDomain::kAir;
  std::string state;
  UtcMs changed;  ///< No earlier than its last change. Never in the future.
  std::vector<geo::Volume4d> volumes;
  std::optional<InfoReport> report = {};
  std::vector<core::Craft> craft = {};
  friend bool operator==(const OwnSource&, const OwnSource&) = default;
};

/// The members that a level allows; the envelope (`as_of`, `from`, `to`, `share`, `onward`) is the caller's. At `none`
/// there are no volumes. A report goes whole, or not at all.
[[nodiscard]] ShareContent content_at(const OwnSource& source, ShareLevel level, const core::DisclosureTerms& terms);
/// The relation under which something is shown.
[[nodiscard]] inline core::Edge shown_under(core::RelationDomain domain, const AuthorityId& from,
                                            const AuthorityId& to) {
  const bool report = domain == core::RelationDomain::kInformation;
  return {report ? core::Capability::kReports : core::Capability::kDisclosure, domain, from, to};
}
/// The level of shares that a level of that relation allows.
[[nodiscard]] constexpr std::int64_t share_level(core::RelationDomain domain, std::int64_t level) {
  if (domain != core::RelationDomain::kInformation) return level;
  return level > 0 ? static_cast<std::int64_t>(ShareLevel::kFull) : 0;
}
/// What a level takes away; null from `full` on.
[[nodiscard]] const core::Coarsening* coarsening_at(ShareLevel level, const core::DisclosureTerms& terms);

/// The node's secret for shares. Never logged; a new one shows everything anew, and changes nothing else.
struct ShareKey {
  log::Hash key;
  /// From a secret of the node that also serves other ends.
  [[nodiscard]] static ShareKey derive(ByteView secret);
};
/// The same for the same source and recipient; without the key nobody can tell which source it is of, or whether two
/// ids are of one.
[[nodiscard]] ShareId share_id(const ShareKey& key, std::string_view source, const AuthorityId& recipient);

struct SealedShare {
  EntryHash hash;
  std::string bytes;
};
[[nodiscard]] SealedShare seal(const ShareContent& content, const ShareKey& key);

/// Verifies an opening. Fails with `kCorrupt` (the bytes are not what was committed to), `kTooLarge`, `kMalformed`,
/// `kInvalid`.
[[nodiscard]] Result<ShareContent> open_share(const EntryHash& commitment, std::string_view bytes);

}  // namespace tansiq::coordination
