// What an authority says of its own use of air and sea, and what it reports (docs/coordination.md, Disclosure).
//
// What is shown stands in no log: entries name it by the hash of a body (disclosure_content.h), because a log only
// grows, and what was shown may have to be destroyed. The hash is a salted commitment: it tells nothing to those who do
// not hold the body, and binds the author to every byte for those who do.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "coordination/leg_entries.h"
#include "coordination/names.h"

namespace tansiq::coordination {

struct ShareTag {
  static constexpr std::string_view kKind = "share id";
};
/// What is shown of one flight, intent or report to one authority, through all its versions. Another authority is shown
/// the same flight under another id.
using ShareId = Id<ShareTag>;

/// Hashes in one entry.
inline constexpr std::size_t kSharesPerEntryMax = 512;

// At home
// --------------------------------------------------------------------------------------------------------------

/// Which flight, intent or report a share is of, before it is first shown. `source` is `flight M1`, `intent i7` or
/// `report R3`; reports are in domain `information`.
struct ShareNamed {
  static constexpr std::string_view kType = "share.named";
  static constexpr Audience kAudience = Audience::kOwn;
  core::RelationDomain domain = core::RelationDomain::kAir;
  AuthorityId recipient;
  ShareId share;
  std::string source;
  static constexpr auto fields() {
    return field_list(field("domain", &ShareNamed::domain), field("recipient", &ShareNamed::recipient),
                      field("share", &ShareNamed::share), field("source", &ShareNamed::source));
  }
  friend bool operator==(const ShareNamed&, const ShareNamed&) = default;
};
/// An officer says to whom a recipient may pass on what it is shown in a domain. Nobody until somebody is named. Of
/// reports, each has its own rule.
struct ShareRule {
  static constexpr std::string_view kType = "share.rule";
  static constexpr Audience kAudience = Audience::kOwn;
  core::Domain domain = core::Domain::kAir;
  std::vector<AuthorityId> onward;
  AuthorityId recipient;
  static constexpr auto fields() {
    return field_list(field("domain", &ShareRule::domain), field("onward", &ShareRule::onward),
                      field("recipient", &ShareRule::recipient));
  }
  friend bool operator==(const ShareRule&, const ShareRule&) = default;
};
/// An officer withdraws one flight, intent or report from one recipient, whatever the relation allows; or (`withheld`
/// false) lets the relation decide again.
struct ShareWithheld {
  static constexpr std::string_view kType = "share.withheld";
  static constexpr Audience kAudience = Audience::kOwn;
  AuthorityId recipient;
  std::string source;
  bool withheld = true;
  static constexpr auto fields() {
    return field_list(field("recipient", &ShareWithheld::recipient), field("source", &ShareWithheld::source),
                      field("withheld", &ShareWithheld::withheld));
  }
  friend bool operator==(const ShareWithheld&, const ShareWithheld&) = default;
};

// From the originator
// --------------------------------------------------------------------------------------------------

/// A version of a share: from now on it stands for the one before. `body` names what is shown.
struct ShareShown {
  static constexpr std::string_view kType = "share.shown";
  UtcMs as_of;  ///< Rises from version to version of a share.
  EntryHash body;
  std::uint64_t bytes = 0;  ///< Size of the body.
  std::int64_t level = 1;
  std::vector<AuthorityId> onward;  ///< To whom it may be passed on.
  ShareId share;
  AuthorityId to;
  static constexpr auto fields() {
    return field_list(field("as_of_ms", &ShareShown::as_of), field("body", &ShareShown::body),
                      field("bytes", &ShareShown::bytes), field("level", &ShareShown::level),
                      field("onward", &ShareShown::onward), field("share", &ShareShown::share),
                      field("to", &ShareShown::to));
  }
  [[nodiscard]] Status check() const;
  friend bool operator==(const ShareShown&, const ShareShown&) = default;
};
/// What was shown last does not stand any more; it may be kept for the record for a while.
struct ShareEnded {
  static constexpr std::string_view kType = "share.ended";
  ShareId share;
  AuthorityId to;
  static constexpr auto fields() {
    return field_list(field("share", &ShareEnded::share), field("to", &ShareEnded::to));
  }
  friend bool operator==(const ShareEnded&, const ShareEnded&) = default;
};
/// That these were shown, to somebody. Whoever comes to hold one of them can prove from this whose word it is.
struct ShareCommitment {
  static constexpr std::string_view kType = "share.commitment";
  static constexpr Audience kAudience = Audience::kMembers;
  std::vector<EntryHash> bodies;
  static constexpr auto fields() { return field_list(field("bodies", &ShareCommitment::bodies)); }
  friend bool operator==(const ShareCommitment&, const ShareCommitment&) = default;
};
/// Whoever holds one of these, from whomever, is asked to destroy it and to say that it has.
struct ShareRevoked {
  static constexpr std::string_view kType = "share.revoked";
  static constexpr Audience kAudience = Audience::kMembers;
  std::vector<EntryHash> bodies;
  static constexpr auto fields() { return field_list(field("bodies", &ShareRevoked::bodies)); }
  friend bool operator==(const ShareRevoked&, const ShareRevoked&) = default;
};

// From a holder
// --------------------------------------------------------------------------------------------------------

/// Passes on what an originator allows to be passed on to `to`.
struct SharePassed {
  static constexpr std::string_view kType = "share.passed";
  EntryHash body;
  std::uint64_t bytes = 0;
  AuthorityId originator;
  AuthorityId to;
  static constexpr auto fields() {
    return field_list(field("body", &SharePassed::body), field("bytes", &SharePassed::bytes),
                      field("originator", &SharePassed::originator), field("to", &SharePassed::to));
  }
  [[nodiscard]] Status check() const;
  friend bool operator==(const SharePassed&, const SharePassed&) = default;
};
/// Tells the originator to whom it was passed on.
struct ShareForwarded {
  static constexpr std::string_view kType = "share.forwarded";
  EntryHash body;
  AuthorityId holder;
  AuthorityId to;
  static constexpr auto fields() {
    return field_list(field("body", &ShareForwarded::body), field("holder", &ShareForwarded::holder),
                      field("to", &ShareForwarded::to));
  }
  friend bool operator==(const ShareForwarded&, const ShareForwarded&) = default;
};
/// The author does not hold the body any more. A receipt, and the author's word: it does not say that nobody has seen
/// it. To itself an originator writes it when it has destroyed its own copy.
struct ShareDestroyed {
  static constexpr std::string_view kType = "share.destroyed";
  EntryHash body;
  AuthorityId to;
  static constexpr auto fields() {
    return field_list(field("body", &ShareDestroyed::body), field("to", &ShareDestroyed::to));
  }
  friend bool operator==(const ShareDestroyed&, const ShareDestroyed&) = default;
};

}  // namespace tansiq::coordination
