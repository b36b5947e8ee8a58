// What caveats compare, and what is kept of them: plain data, and the one comparison that holder and sequencer share.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coordination/caveat_entries.h"
#include "coordination/views.h"

namespace tansiq::coordination {

/// Caveats of one holder: its own, and those it may deposit with one sequencer.
inline constexpr std::size_t kCaveatsMax = 64;
/// Rows of one entry; what is more is counted in the last.
inline constexpr std::size_t kCaveatMeetsMax = 64;
/// Name of the row for what cannot be compared for its amount.
inline constexpr std::string_view kCaveatTooMany = "too many to compare";
/// Legs and intents of which one sequencer may have told what they meet.
inline constexpr std::size_t kCaveatReportsMax = 4'096;
/// Level of `disclosure` that a sequencer's reports need: who is told that X is near is told who it is (coarse).
inline constexpr std::int64_t kCaveatDisclosure = 2;
/// Changes of traffic noted between two looks; beyond it everything is looked at again.
inline constexpr std::size_t kTrafficChangesMax = 1'024;

/// Whether what `manager` files is a use of `whom`: the same name, a name below it (`sy:ops` of `sy`), or an officer of
/// that authority (`duty@sy`).
[[nodiscard]] bool belongs_to(const core::Subject& manager, const core::Subject& whom);
[[nodiscard]] bool belongs_to(const AuthorityId& authority, const core::Subject& whom);
[[nodiscard]] bool belongs_to(const core::Subject& manager, const std::optional<AuthorityId>& principal,
                              const core::Subject& whom);

/// What is flown of a use, named so that the same volumes are known again.
[[nodiscard]] EntryHash name_of(const PlannedUse& use);

/// What comes too near to a use, in order of leg and name, at most `kCaveatMeetsMax` rows. What cannot be compared for
/// its amount counts as met. `here`: only what is in zones of this node. O(volumes × log n + hits).
[[nodiscard]] std::vector<CaveatMeet> meets_of(const CaveatRule& rule, const PlannedUse& use, const KnownTraffic& known,
                                               bool here);

/// At most `most` rows: the last of them then says how many more there were, and is another one when any of these is.
void cut_meets(std::vector<CaveatMeet>& rows, std::size_t most);

/// `never within 10 NM and 15 min of sy`, for people.
[[nodiscard]] std::string caveat_words(const CaveatRule& rule);

/// With whom a caveat is deposited.
struct CaveatDeposit {
  EntryHash deposit;  ///< Its entry.
  EntryHash set;      ///< The CaveatSet that it carries.
  AuthorityId to;
  static constexpr auto fields() {
    return field_list(field("deposit", &CaveatDeposit::deposit), field("set", &CaveatDeposit::set),
                      field("to", &CaveatDeposit::to));
  }
  friend bool operator==(const CaveatDeposit&, const CaveatDeposit&) = default;
};
struct CaveatStanding {
  CaveatId caveat;
  std::vector<CaveatDeposit> deposits;
  CaveatRule rule;
  EntryHash set;
  std::string text;
  static constexpr auto fields() {
    return field_list(field("caveat", &CaveatStanding::caveat), field("deposits", &CaveatStanding::deposits),
                      field("rule", &CaveatStanding::rule), field("set", &CaveatStanding::set),
                      field("text", &CaveatStanding::text));
  }
  friend bool operator==(const CaveatStanding&, const CaveatStanding&) = default;
};
/// What a flight or intent meets now, as it was logged last, and how much of that an officer has accepted.
struct CaveatMeeting {
  std::vector<CaveatMeet> accepted;
  CaveatMet body;
  EntryHash met;     ///< Its entry.
  std::string text;  ///< Why it was accepted last.
  static constexpr auto fields() {
    return field_list(field("accepted", &CaveatMeeting::accepted), field("body", &CaveatMeeting::body),
                      field("met", &CaveatMeeting::met), field("text", &CaveatMeeting::text));
  }
  [[nodiscard]] bool open() const { return accepted.size() < body.meets.size(); }
  friend bool operator==(const CaveatMeeting&, const CaveatMeeting&) = default;
};
/// What a sequencer has told, or this sequencer another.
struct CaveatTold {
  CaveatReport body;
  AuthorityId by;
  static constexpr auto fields() { return field_list(field("body", &CaveatTold::body), field("by", &CaveatTold::by)); }
  friend bool operator==(const CaveatTold&, const CaveatTold&) = default;
};
/// A caveat of another that is deposited here.
struct CaveatWatched {
  CaveatId caveat;
  EntryHash deposit;
  AuthorityId holder;
  CaveatRule rule;
  static constexpr auto fields() {
    return field_list(field("caveat", &CaveatWatched::caveat), field("deposit", &CaveatWatched::deposit),
                      field("holder", &CaveatWatched::holder), field("rule", &CaveatWatched::rule));
  }
  friend bool operator==(const CaveatWatched&, const CaveatWatched&) = default;
};

/// Of whom a report or a meeting speaks.
[[nodiscard]] inline UseParty party_of(const CaveatReport& body) {
  return {.home = body.home, .flight = body.flight, .intent = body.intent, .request = body.request};
}
[[nodiscard]] inline UseParty party_of(const CaveatMet& body) {
  return {.home = body.home, .flight = body.flight, .intent = body.intent, .request = {}};
}
/// `flight M1`, `intent i7`, with the home where it is not ours.
[[nodiscard]] std::string party_words(const UseParty& party, const AuthorityId& self);

}  // namespace tansiq::coordination
