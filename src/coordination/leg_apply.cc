// The fold: what each entry does to the versions, row by row of the table in docs/coordination.md, section 3.
#include <fmt/format.h>

#include <algorithm>

#include "coordination/leg_desk.h"

namespace tansiq::coordination {
namespace {

std::string brief(const EntryHash& hash) { return hash.hex().substr(0, 8); }

/// What is odd in a list of a stranger's, which may be long: the first few, and how many more.
class OddList {
 public:
  void add(const EntryHash& of, std::string_view why) {
    if (++size_ <= kNamed) text_ += fmt::format(" {} ({})", brief(of), why);
  }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::string text() const {
    return size_ <= kNamed ? text_ : fmt::format("{}, and {} more", text_, size_ - kNamed);
  }

 private:
  static constexpr std::size_t kNamed = 8;
  std::size_t size_ = 0;
  std::string text_;
};

/// An entry about a version in a state in which it cannot be.
Oddity misplaced(std::string_view what, const EntryHash& request, const LegVersion* version, bool alarm = false) {
  if (version == nullptr)
    return {fmt::format("{} for version {}, which is not its author's here", what, brief(request))};
  return {fmt::format("{} for version {} of flight {} in {}, which is {}", what, brief(request), version->flight.str(),
                      version->zone.str(), to_text(version->state)),
          alarm};
}

Oddity unasked(std::string_view what, const EntryHash& request) {
  return {fmt::format("own {} for request {}, which is not known here", what, brief(request)), true};
}

LegState end_state(Closing how) {
  switch (how) {
    case Closing::kCancelled:
      return LegState::kCancelled;
    case Closing::kRevoked:
      return LegState::kRevoked;
    case Closing::kExpired:
      return LegState::kExpired;
    case Closing::kReleased:
    case Closing::kEnded:
      break;
  }
  return LegState::kEnded;
}

}  // namespace

std::optional<Oddity> LegDesk::apply(const Said& said) {
  const bool own = said.author == self_;
  std::optional<Oddity> oddity = std::visit(
      [&]<class T>(const T& body) -> std::optional<Oddity> {
        if constexpr (requires { this->hear(said, body); }) {
          // A node reads its own requests to others, too.
          if constexpr (requires { body.to; }) {
            if (body.to != self_) return std::nullopt;
          }
          return this->hear(said, body);
        } else if constexpr (requires { this->record(said, body); }) {
          return own ? this->record(said, body) : std::nullopt;
        } else {
          return std::nullopt;
        }
      },
      said.body);
  if (own) {
    table_.forget(said.time);
    prune_notices(said.time);
  }
  return oddity;
}

// From home
// ------------------------------------------------------------------------------------------------------------

std::optional<Oddity> LegDesk::hear(const Said& said, const LegRequest& body) {
  if (const LegVersion* known = table_.find(said.hash)) {
    if (known->home == said.author) return std::nullopt;
    return Oddity{fmt::format("REQUEST {} repeats, byte for byte, one of {}", brief(said.hash), known->home.str()),
                  true};
  }
  LegVersion version;
  version.call_sign = body.call_sign;
  version.craft = body.craft;
  version.domain = body.domain;
  version.expires = body.expires;
  version.flight = body.flight;
  version.home = said.author;
  version.leg = body.leg;
  version.legs = body.legs;
  version.order = order_++;
  version.principal = body.principal;
  version.remaining = body.remaining;
  version.replaces = body.replaces;
  version.request = said.hash;
  version.volumes = body.volumes;
  version.window = window_of(body.volumes);
  version.zone = body.zone;
  if (table_.take_early_cancel(said.author, said.hash)) version.closing = Closing::kCancelled;
  table_.add(std::move(version));
  return std::nullopt;
}

std::optional<Oddity> LegDesk::hear(const Said& said, const FlightCommit& body) {
  // It quotes the holds of all owners on the way; what is nobody's here is theirs.
  OddList odd;
  for (const EntryHash& quoted : body.holds) {
    const LegVersion* version = table_.find_by_hold(quoted);
    if (version == nullptr) {
      if (table_.find(quoted) != nullptr) odd.add(quoted, "a request, not a hold");
    } else if (version->home != said.author) {
      odd.add(quoted, fmt::format("for {}", version->home.str()));
    } else if (version->state == LegState::kHeld && !version->commit) {
      table_.change(EntryHash(version->request), [&](LegVersion& v) { v.commit = said.hash; });
    }
  }
  if (odd.empty()) return std::nullopt;
  return Oddity{fmt::format("COMMIT quotes what is no hold for its author:{}", odd.text())};
}

std::optional<Oddity> LegDesk::hear(const Said& said, const FlightCancel& body) {
  OddList odd;
  for (const EntryHash& request : body.requests) {
    const LegVersion* version = table_.find(request);
    if (version == nullptr) {
      table_.note_early_cancel(said.author, request);
    } else if (version->home != said.author) {
      odd.add(request, fmt::format("of {}", version->home.str()));
    } else if (version->live() && !version->closing) {
      table_.change(request, [](LegVersion& v) { v.closing = Closing::kCancelled; });
    }
  }
  if (odd.empty()) return std::nullopt;
  return Oddity{fmt::format("CANCEL names versions of others:{}", odd.text())};
}

std::optional<Oddity> LegDesk::hear_end(const Said& said, const EntryHash& request, std::string_view what,
                                        Closing how) {
  const LegVersion* version = table_.find(request);
  // A window that is still to be adopted: home may tell its next sequencer before that one has read of it.
  if (version == nullptr) table_.note_early_cancel(said.author, request);
  if (version != nullptr && version->home != said.author) version = nullptr;
  if (version == nullptr || version->state == LegState::kAsked || version->state == LegState::kHeld) {
    return misplaced(what, request, version);
  }
  if (version->state != LegState::kConfirmed || version->closing) return std::nullopt;
  table_.change(request, [&](LegVersion& v) { v.closing = how; });
  return std::nullopt;
}

std::optional<Oddity> LegDesk::hear(const Said& said, const LegRelease& body) {
  // What home gives up is free whatever it flies instead, unless that contradicts our own record. A version that is not
  // known here may be another sequencer's grant.
  const LegVersion* released = table_.find(body.released);
  const LegVersion* taken = table_.find(body.taken);
  if (released != nullptr && taken != nullptr && released->state == LegState::kConfirmed) {
    const bool same = taken->home == released->home && taken->flight == released->flight && taken != released;
    if (!same || !taken->granted) {
      return Oddity{fmt::format("RELEASE of version {} for version {}, which was not confirmed to flight {}",
                                brief(body.released), brief(body.taken), released->flight.str()),
                    true};
    }
  }
  return hear_end(said, body.released, "RELEASE", Closing::kReleased);
}

std::optional<Oddity> LegDesk::hear(const Said& said, const LegEnd& body) {
  return hear_end(said, body.request, "END", Closing::kEnded);
}

std::optional<Oddity> LegDesk::hear(const Said& said, const LegRevokeAck& body) {
  const LegVersion* version = table_.find(body.request);
  if (version != nullptr && version->home == said.author && version->state == LegState::kConfirmed &&
      !version->revoking) {
    return misplaced("REVOKE-ACK without a REVOKE", body.request, version);
  }
  return hear_end(said, body.request, "REVOKE-ACK", Closing::kRevoked);
}

std::optional<Oddity> LegDesk::hear(const Said& said, const LegEntered& body) {
  const LegVersion* version = table_.find(body.request);
  if (version == nullptr) table_.note_early_entry(said.author, body.request);
  if (version == nullptr || version->home != said.author) return misplaced("ENTRY", body.request, nullptr);
  if (version->state == LegState::kConfirmed) {
    if (!version->entered) table_.change(body.request, [](LegVersion& v) { v.entered = true; });
    return std::nullopt;
  }
  if (version->entered) return std::nullopt;  // read again
  return misplaced("ENTRY", body.request, version, version->state != LegState::kAsked);
}

std::optional<Oddity> LegDesk::hear(const Said& said, const LegUnable& body) {
  const LegVersion* version = table_.find(body.request);
  if (version == nullptr || version->home != said.author || version->state != LegState::kConfirmed) return std::nullopt;
  table_.change(body.request, [&](LegVersion& v) {
    v.unable = true;
    v.text = body.text;
  });
  return std::nullopt;
}

std::optional<Oddity> LegDesk::hear(const Said& said, const FlightContingency& body) {
  // Recorded, never judged (R7).
  for (const EntryHash& request : body.requests) {
    const LegVersion* version = table_.find(request);
    if (version == nullptr || version->home != said.author || !version->live()) continue;
    table_.change(request, [&](LegVersion& v) {
      v.contingency = true;
      v.text = body.text;
    });
  }
  return std::nullopt;
}

std::optional<Oddity> LegDesk::hear(const Said& said, const LegNotice& body) {
  if (body.volumes.empty()) {
    return Oddity{fmt::format("NOTICE of flight {} in {} states no volume", body.flight.str(), body.zone.str())};
  }
  if (std::ranges::any_of(notices_, [&](const NotedLeg& n) { return n.entry == said.hash; })) return std::nullopt;
  const auto same_leg = [&](const NotedLeg& n) {
    return n.home == said.author && n.notice.flight == body.flight && n.notice.leg == body.leg &&
           n.notice.zone == body.zone;
  };
  std::erase_if(notices_, same_leg);
  const auto of_home = [&](const NotedLeg& n) { return n.home == said.author; };
  if (static_cast<std::size_t>(std::ranges::count_if(notices_, of_home)) >= kNoticesMax) {
    notices_.erase(std::ranges::find_if(notices_, of_home));
  }
  notices_.push_back({said.hash, said.author, body});
  return std::nullopt;
}

void LegDesk::prune_notices(UtcMs now) {
  std::erase_if(notices_,
                [&](const NotedLeg& n) { return window_of(n.notice.volumes).end + timing_.clock_error_ms <= now; });
}

// Our own
// --------------------------------------------------------------------------------------------------------------

std::optional<Oddity> LegDesk::record(const Said& said, const LegHold& body) {
  const LegVersion* version = table_.find(body.request);
  if (version == nullptr) return unasked("HOLD", body.request);
  if (version->state != LegState::kAsked) return std::nullopt;
  const bool officer = by_hand(*version) && !version->approved();
  table_.change(body.request, [&](LegVersion& v) {
    v.answer_by = officer ? std::optional(body.until) : std::nullopt;
    v.state = LegState::kHeld;
    v.epoch = body.epoch;
    v.hold = said.hash;
    v.until = body.until;
    v.level_shift_cm = body.level_shift_cm;
    v.time_shift_ms = body.time_shift_ms;
    v.volumes = core::shifted(std::move(v.volumes), body.time_shift_ms.value_or(0), body.level_shift_cm.value_or(0));
    v.window = window_of(v.volumes);
  });
  airspace_.book(booking_of(*table_.find(body.request)));
  return std::nullopt;
}

std::optional<Oddity> LegDesk::record(const Said& /*said*/, const LegRefused& body) {
  const LegVersion* version = table_.find(body.request);
  if (version == nullptr) return unasked("REFUSED", body.request);
  if (version->state == LegState::kAsked) finish(body.request, LegState::kRefused);
  return std::nullopt;
}

std::optional<Oddity> LegDesk::record(const Said& /*said*/, const LegStandby& body) {
  const LegVersion* version = table_.find(body.request);
  if (version == nullptr) return unasked("STANDBY", body.request);
  if (version->state != LegState::kAsked) return std::nullopt;
  const bool officer = by_hand(*version);
  if (version->standby && !officer) return std::nullopt;
  table_.change(body.request, [&](LegVersion& v) {
    v.standby = body.until;
    // What stood by for a hold before its zone was answered by hand stands by once more.
    v.standby_over = false;
    if (officer) v.answer_by = body.until;
  });
  return std::nullopt;
}

std::optional<Oddity> LegDesk::record(const Said& /*said*/, const LegConfirmed& body) {
  const LegVersion* version = table_.find(body.request);
  if (version == nullptr) return unasked("CONFIRMED", body.request);
  if (version->state != LegState::kHeld) return std::nullopt;
  const ZoneId zone = version->zone;
  const UtcMs until = version->until.value_or(UtcMs{});
  table_.change(body.request, [&](LegVersion& v) {
    v.state = LegState::kConfirmed;
    v.granted = true;
    v.commit = body.commit;
  });
  airspace_.confirm(body.request);
  hold_ended(zone, until);
  return std::nullopt;
}

std::optional<Oddity> LegDesk::record(const Said& said, const LegLapsed& body) {
  const LegVersion* version = table_.find(body.request);
  if (version == nullptr) return unasked("LAPSED", body.request);
  if (version->state != LegState::kHeld) return std::nullopt;
  // Only time is home's doing; the other reasons are ours, and so is an officer who has let a COMMIT wait.
  const bool ours = version->answer_by && version->commit;
  if (body.reason == Lapse::kTime && !ours) table_.note_abandoned(version->home, said.time);
  finish(body.request, LegState::kLapsed);
  return std::nullopt;
}

std::optional<Oddity> LegDesk::record(const Said& said, const LegClosed& body) {
  const LegVersion* version = table_.find(body.request);
  if (version == nullptr) return unasked("CLOSED", body.request);
  if (!version->live()) return std::nullopt;
  if (version->state == LegState::kHeld && !version->commit) table_.note_abandoned(version->home, said.time);
  finish(body.request, end_state(body.how));
  return std::nullopt;
}

std::optional<Oddity> LegDesk::record(const Said& /*said*/, const LegRevoke& body) {
  const LegVersion* version = table_.find(body.request);
  if (version == nullptr) return unasked("REVOKE", body.request);
  if (version->state != LegState::kConfirmed) return std::nullopt;
  table_.change(body.request, [&](LegVersion& v) { (body.emergency ? v.emergency : v.revoking) = true; });
  return std::nullopt;
}

std::optional<Oddity> LegDesk::record(const Said& /*said*/, const Alarm& body) {
  if (body.kind != kOverdueInZone) return std::nullopt;
  const LegVersion* version = table_.find(body.about);
  if (version == nullptr || version->state != LegState::kConfirmed) return std::nullopt;
  table_.change(body.about, [](LegVersion& v) { v.overdue = true; });
  return std::nullopt;
}

std::optional<Oddity> LegDesk::record(const Said& /*said*/, const AnswerRule& body) {
  rules_.set(body);
  return std::nullopt;
}

std::optional<Oddity> LegDesk::record(const Said& said, const AnswerGiven& body) {
  const LegVersion* version = table_.find(body.request);
  if (version == nullptr) return unasked("answer", body.request);
  if (!version->needs_officer()) return std::nullopt;
  table_.change(body.request, [&](LegVersion& v) {
    v.answered = LegAnswered{.answer = body.answer,
                             .by = said.by,
                             .level_shift_cm = body.level_shift_cm,
                             .text = body.text,
                             .time_shift_ms = body.time_shift_ms};
    if (v.state == LegState::kHeld && v.approved()) v.answer_by.reset();
  });
  return std::nullopt;
}

std::optional<Oddity> LegDesk::record(const Said& /*said*/, const ZoneLease& body) {
  close_epoch(body.zone, body.epoch - 1);  // it opens the tenant's
  return std::nullopt;
}

std::optional<Oddity> LegDesk::record(const Said& /*said*/, const ZoneReturn& body) {
  close_epoch(body.zone, body.epoch);
  return std::nullopt;
}

std::optional<Oddity> LegDesk::record(const Said& /*said*/, const ZoneLeaseExpired& body) {
  close_epoch(body.zone, body.epoch);
  return std::nullopt;
}

void LegDesk::close_epoch(const ZoneId& zone, std::int64_t epoch) {
  for (const EntryHash& request : std::set<EntryHash>(table_.in_zone(zone))) {
    const LegVersion& version = *table_.find(request);
    if (version.epoch > epoch) continue;  // Read again in a later epoch, it ends nothing.
    if (version.state == LegState::kHeld) {
      finish(request, LegState::kLapsed);
    } else if (version.overdue && !owns(zone)) {
      // The question goes over with the zone, and no officer here can answer it any more: the window ends here by time.
      table_.change(request, [](LegVersion& v) { v.overdue = false; });
    }
  }
}

void LegDesk::adopt(const ZoneId& zone, const AdoptedWindow& window) {
  const LegVersion* known = table_.find(window.request);
  if (known == nullptr) {
    LegVersion version;
    version.domain = window.domain;
    version.entered = window.entered || table_.take_early_entry(window.home, window.request);
    version.expires = window_of(window.volumes).end;
    version.flight = window.flight;
    version.granted = true;
    version.home = window.home;
    version.order = order_++;
    version.request = window.request;
    version.revoking = window.revoking;
    version.state = LegState::kConfirmed;
    version.volumes = window.volumes;
    version.window = window_of(window.volumes);
    version.zone = zone;
    if (table_.take_early_cancel(window.home, window.request)) version.closing = Closing::kCancelled;
    table_.add(std::move(version));
  } else {
    // A version is of one zone: what another's snapshot says of it changes nothing here.
    if (!known->live() || known->home != window.home || known->zone != zone) return;
    const bool held = known->state == LegState::kHeld;
    const UtcMs until = known->until.value_or(UtcMs{});
    table_.change(window.request, [&](LegVersion& v) {
      v.state = LegState::kConfirmed;
      v.granted = true;
      v.entered = v.entered || window.entered;
      v.revoking = v.revoking || window.revoking;
      v.overdue = false;
      v.answer_by.reset();
      v.volumes = window.volumes;
      v.window = window_of(window.volumes);
    });
    if (held) hold_ended(zone, until);
  }
  airspace_.book(booking_of(*table_.find(window.request)));
}

void LegDesk::finish(const EntryHash& request, LegState state) {
  const LegVersion before = *table_.find(request);
  table_.change(request, [&](LegVersion& v) {
    v.state = state;
    v.answer_by.reset();
    v.closing.reset();
    v.volumes.clear();
    v.volumes.shrink_to_fit();
  });
  if (before.booked()) airspace_.release(request);
  if (before.state == LegState::kHeld) hold_ended(before.zone, before.until.value_or(UtcMs{}));
  if (before.state != LegState::kConfirmed) return;
  // A hold that was let be under a freeze because it only shrank this version is judged anew.
  for (const EntryHash& other : table_.of_flight(before.home, before.flight)) recheck_.insert(other);
}

void LegDesk::hold_ended(const ZoneId& zone, UtcMs until) {
  std::vector<EntryHash> woken;
  for (auto at = table_.waits().lower_bound({until, EntryHash{}}); at != table_.waits().end() && at->first == until;
       ++at) {
    const LegVersion& version = *table_.find(at->second);
    // Who waits for an officer waits for no hold, though the moments be the same.
    if (version.zone == zone && !version.answer_by) woken.push_back(at->second);
  }
  for (const EntryHash& request : woken) table_.change(request, [](LegVersion& v) { v.standby_over = true; });
}

}  // namespace tansiq::coordination
