// Random histories: the desk beside a slow, obvious auditor that keeps a plain list and compares every pair.
//
// The auditor has no queues, timers or indices. It reads the log line by line, asks of each entry of the owner whether
// the table allowed it at that moment, and after each step whether something was due that was not written. It judges
// space by comparing every pair of volumes. At random moments the desk is replaced by one that was replayed from the
// log, or read back from its state.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/random.h"
#include "coordination/leg_testlib.h"

namespace tansiq::coordination {
namespace {

using leg_testing::Box;
using leg_testing::kSecond;
using leg_testing::kStart;
using leg_testing::Line;
using leg_testing::Office;
using leg_testing::who;
using leg_testing::zone;

enum class Is : std::uint8_t { kAsked, kHeld, kConfirmed, kEnded };

struct Leg {
  LegRequest asked;
  std::string home;
  std::size_t read = 0;  // which request it was
  Is is = Is::kAsked;
  std::vector<geo::Volume4d> volumes;
  EntryHash hold;
  UtcMs until;
  std::optional<UtcMs> standby;
  std::set<EntryHash> waits_for;  // holds in the way when it was told to stand by
  bool committed = false;
  std::optional<Closing> closing;
  bool entered = false;
  bool alarmed = false;
  bool revoking = false;

  [[nodiscard]] bool booked() const { return is == Is::kHeld || is == Is::kConfirmed; }
  [[nodiscard]] UtcMs first() const {
    UtcMs out = volumes[0].window.start;
    for (const auto& v : volumes) out = std::min(out, v.window.start);
    return out;
  }
  [[nodiscard]] UtcMs last() const {
    UtcMs out = volumes[0].window.end;
    for (const auto& v : volumes) out = std::max(out, v.window.end);
    return out;
  }
};

class Auditor {
 public:
  Auditor(const Office& office, LegQuota quota) : office_(office), quota_(quota) {}

  std::map<EntryHash, Leg> legs;

  /// An entry of the owner: was it allowed, now?
  void check(const Body& body, const EntryHash& hash) {
    if (const auto* b = std::get_if<LegHold>(&body)) return check_hold(*b, hash);
    if (const auto* b = std::get_if<LegRefused>(&body)) return check_refused(*b);
    if (const auto* b = std::get_if<LegStandby>(&body)) return check_standby(*b);
    if (const auto* b = std::get_if<LegConfirmed>(&body)) {
      Leg& leg = legs.at(b->request);
      EXPECT_EQ(leg.is, Is::kHeld);
      EXPECT_TRUE(leg.committed);
      EXPECT_FALSE(leg.closing);
      EXPECT_LT(now(), leg.until);
      EXPECT_FALSE(frozen(leg)) << "confirmed under a freeze";
      EXPECT_TRUE(office_.control.may_grant(leg.asked.zone, now()));
      leg.is = Is::kConfirmed;
    }
    if (const auto* b = std::get_if<LegLapsed>(&body)) {
      Leg& leg = legs.at(b->request);
      EXPECT_EQ(leg.is, Is::kHeld);
      if (b->reason == Lapse::kTime) {
        EXPECT_GE(now(), leg.until);
      }
      if (b->reason == Lapse::kFrozen) {
        EXPECT_TRUE(frozen(leg));
      }
      if (b->reason == Lapse::kTime) abandoned_.emplace_back(leg.home, now());
      leg.is = Is::kEnded;
    }
    if (const auto* b = std::get_if<LegClosed>(&body)) check_closed(*b);
    if (const auto* b = std::get_if<Alarm>(&body)) {
      Leg& leg = legs.at(b->about);
      EXPECT_TRUE(leg.is == Is::kConfirmed && leg.entered && !leg.closing && !leg.alarmed &&
                  now() >= leg.last() + 2'000);
      leg.alarmed = true;
    }
    if (const auto* b = std::get_if<LegRevoke>(&body)) {
      if (!b->emergency) legs.at(b->request).revoking = true;
    }
  }

  /// An entry of a home (which may be the owner's own authority).
  void hear(const std::string& home, const Body& body, const EntryHash& hash) {
    if (const auto* b = std::get_if<LegRequest>(&body)) {
      Leg leg;
      leg.asked = *b;
      leg.home = home;
      leg.read = legs.size();
      leg.volumes = b->volumes;
      legs.emplace(hash, std::move(leg));
    }
    for (auto& [request, leg] : legs) {
      if (leg.home != home) continue;
      if (const auto* b = std::get_if<FlightCommit>(&body)) {
        if (leg.is == Is::kHeld && std::ranges::find(b->holds, leg.hold) != b->holds.end()) leg.committed = true;
      }
      if (const auto* b = std::get_if<FlightCancel>(&body)) {
        if (std::ranges::find(b->requests, request) != b->requests.end()) end(leg, Closing::kCancelled);
      }
      if (leg.is != Is::kConfirmed) continue;
      if (const auto* b = std::get_if<LegEntered>(&body)) leg.entered = leg.entered || b->request == request;
      if (const auto* b = std::get_if<LegEnd>(&body)) {
        if (b->request == request) end(leg, Closing::kEnded);
      }
      if (const auto* b = std::get_if<LegRevokeAck>(&body)) {
        if (b->request == request && leg.revoking) end(leg, Closing::kRevoked);
      }
      if (const auto* b = std::get_if<LegRelease>(&body)) {
        if (b->released == request) end(leg, Closing::kReleased);
      }
    }
  }

  /// Nothing that was due has been left out, and the space is as the log says.
  void check_complete() {
    std::map<EntryHash, std::pair<bool, std::vector<geo::Volume4d>>> booked;
    for (const auto& [request, leg] : legs) {
      SCOPED_TRACE(request.hex());
      if (leg.is == Is::kAsked) {
        EXPECT_FALSE(leg.closing);
        ASSERT_TRUE(leg.standby);
        EXPECT_LT(now(), *leg.standby);
        EXPECT_TRUE(std::ranges::any_of(leg.waits_for, [&](const EntryHash& h) { return legs.at(h).is == Is::kHeld; }));
      }
      if (leg.is == Is::kHeld) {
        EXPECT_LT(now(), leg.until);
        EXPECT_FALSE(frozen(leg));
        EXPECT_FALSE(leg.closing);
        EXPECT_FALSE(leg.committed && office_.control.may_grant(leg.asked.zone, now()));
      }
      if (leg.is == Is::kConfirmed) {
        EXPECT_FALSE(leg.closing);
        const bool keeps = office_.control.keeps(leg.asked.zone);
        EXPECT_TRUE(now() < leg.last() + 2'000 || (leg.entered && (leg.alarmed || !keeps)));
      }
      if (leg.booked()) booked.emplace(request, std::pair(leg.is == Is::kConfirmed, leg.volumes));
    }
    std::map<EntryHash, std::pair<bool, std::vector<geo::Volume4d>>> in_airspace;
    for (const auto& [request, b] : office_.airspace.bookings)
      in_airspace.emplace(request, std::pair(b.confirmed, b.volumes));
    EXPECT_TRUE(in_airspace == booked);
    for (const auto& [a, leg] : legs) {
      if (leg.booked()) {
        EXPECT_TRUE(in_the_way(a, leg.volumes).empty()) << "space was allocated twice";
      }
    }
  }

 private:
  [[nodiscard]] UtcMs now() const { return office_.now; }

  static void end(Leg& leg, Closing how) {
    if (leg.is != Is::kEnded && !leg.closing) leg.closing = how;
  }

  [[nodiscard]] bool frozen(const Leg& leg) const {
    if (leg.home == "us") return false;
    const Edge edge{.capability = core::Capability::kRequest,
                    .domain = core::RelationDomain::kAir,
                    .from = who("us"),
                    .to = who(leg.home)};
    return office_.relations.level(edge) == 0 && !shrinks(leg);
  }

  [[nodiscard]] const Leg* replaced(const Leg& leg) const {
    if (!leg.asked.replaces) return nullptr;
    const auto at = legs.find(*leg.asked.replaces);
    if (at == legs.end()) return nullptr;
    const Leg& old = at->second;
    return old.is == Is::kConfirmed && same_flight(old, leg) && old.asked.zone == leg.asked.zone ? &old : nullptr;
  }

  [[nodiscard]] bool shrinks(const Leg& leg) const {
    const Leg* old = replaced(leg);
    if (old == nullptr || another_change(leg)) return false;
    return std::ranges::all_of(leg.volumes, [&](const geo::Volume4d& in) {
      return std::ranges::any_of(old->volumes, [&](const geo::Volume4d& out) {
        return in.outline == out.outline && in.band.lower_cm >= out.band.lower_cm &&
               in.band.upper_cm <= out.band.upper_cm && in.window.start >= out.window.start &&
               in.window.end <= out.window.end;
      });
    });
  }

  [[nodiscard]] bool another_change(const Leg& leg) const {
    return std::ranges::any_of(legs, [&](const auto& item) {
      const Leg& other = item.second;
      return &other != &leg && other.asked.replaces && same_flight(other, leg) && other.asked.zone == leg.asked.zone &&
             (other.is == Is::kHeld || (other.is == Is::kAsked && other.read < leg.read));
    });
  }

  static bool same_flight(const Leg& a, const Leg& b) { return a.home == b.home && a.asked.flight == b.asked.flight; }

  [[nodiscard]] std::set<EntryHash> in_the_way(const EntryHash& request,
                                               const std::vector<geo::Volume4d>& volumes) const {
    const Leg& mine = legs.at(request);
    std::set<EntryHash> out;
    for (const auto& [hash, leg] : legs) {
      if (!leg.booked() || same_flight(leg, mine) || leg.asked.zone != mine.asked.zone) continue;
      for (const auto& a : volumes) {
        for (const auto& b : leg.volumes) {
          if (leg_testing::overlap(a, b)) out.insert(hash);
        }
      }
    }
    return out;
  }

  /// Everything but the space; nothing when all is well.
  [[nodiscard]] std::optional<LegRefusal> unfit(const Leg& leg, UtcMs first, UtcMs last) const {
    const ZoneId& in = leg.asked.zone;
    if (in == zone("D1")) return LegRefusal::kDisputed;
    if (!office_.control.may_grant(in, now())) return LegRefusal::kNotSequencer;
    if (now() >= leg.asked.expires) return LegRefusal::kLate;
    if (frozen(leg)) return LegRefusal::kFrozen;
    std::size_t open = 0;
    std::size_t abandoned = 0;
    for (const auto& [hash, other] : legs) {
      const bool waits = other.is == Is::kAsked && other.standby && now() < *other.standby && still_waits(other);
      if (&other != &leg && other.home == leg.home && (other.is == Is::kHeld || waits)) ++open;
    }
    for (const auto& [home, time] : abandoned_) {
      if (home == leg.home && time > now() - quota_.abandoned_window_ms) ++abandoned;
    }
    if (open >= quota_.holds_open_max || abandoned >= quota_.abandoned_max) return LegRefusal::kQuota;
    const UtcMs until = now() + (leg.asked.remaining * 25 + 24) * kSecond;
    if (first < until + 44 * kSecond) return LegRefusal::kLate;
    if (last - first <= 4 * kSecond) return LegRefusal::kOther;
    const auto end = office_.control.grants_end(in);
    if (end && (last > *end || until > *end - 2 * kSecond)) return LegRefusal::kOther;
    const auto begin = office_.control.grants_begin(in);
    if (begin && first < *begin) return LegRefusal::kConflict;
    if (leg.asked.replaces && (replaced(leg) == nullptr || another_change(leg))) return LegRefusal::kOther;
    return std::nullopt;
  }

  [[nodiscard]] bool still_waits(const Leg& leg) const {
    return std::ranges::all_of(leg.waits_for, [&](const EntryHash& h) {
      const Leg& other = legs.at(h);
      return other.is == Is::kHeld || other.until != *leg.standby;
    });
  }

  void check_hold(const LegHold& b, const EntryHash& hash) {
    Leg& leg = legs.at(b.request);
    ASSERT_EQ(leg.is, Is::kAsked);
    EXPECT_FALSE(leg.closing);
    const auto moved = core::shifted(leg.volumes, b.time_shift_ms.value_or(0), b.level_shift_cm.value_or(0));
    EXPECT_EQ(b.counter(), !in_the_way(b.request, leg.volumes).empty());
    EXPECT_TRUE(in_the_way(b.request, moved).empty()) << "held over another's use";
    leg.volumes = moved;
    EXPECT_EQ(unfit(leg, leg.first(), leg.last()), std::nullopt);
    EXPECT_EQ(b.until, now() + (leg.asked.remaining * 25 + 24) * kSecond);
    leg.is = Is::kHeld;
    leg.hold = hash;
    leg.until = b.until;
  }

  void check_refused(const LegRefused& b) {
    Leg& leg = legs.at(b.request);
    ASSERT_EQ(leg.is, Is::kAsked);
    EXPECT_FALSE(leg.closing);
    const auto reason = unfit(leg, leg.first(), leg.last());
    EXPECT_EQ(b.reason, reason.value_or(LegRefusal::kConflict)) << b.text;
    if (!reason) {
      EXPECT_FALSE(in_the_way(b.request, leg.volumes).empty());
    }
    leg.is = Is::kEnded;
  }

  void check_standby(const LegStandby& b) {
    Leg& leg = legs.at(b.request);
    ASSERT_EQ(leg.is, Is::kAsked);
    EXPECT_FALSE(leg.standby) << "once";
    EXPECT_EQ(unfit(leg, leg.first(), leg.last()), std::nullopt);
    const auto way = in_the_way(b.request, leg.volumes);
    ASSERT_FALSE(way.empty());
    UtcMs first = kUtcMax;
    for (const EntryHash& hash : way) {
      EXPECT_EQ(legs.at(hash).is, Is::kHeld) << "only holds";
      first = std::min(first, legs.at(hash).until);
    }
    EXPECT_EQ(b.until, first);
    leg.standby = b.until;
    leg.waits_for = way;
  }

  void check_closed(const LegClosed& b) {
    Leg& leg = legs.at(b.request);
    EXPECT_NE(leg.is, Is::kEnded);
    if (leg.is == Is::kHeld) abandoned_.emplace_back(leg.home, now());
    if (b.how == Closing::kExpired && !leg.closing) {
      EXPECT_EQ(leg.is, Is::kConfirmed);
      EXPECT_GE(now(), leg.last() + 2 * kSecond);
      EXPECT_TRUE(!leg.entered || leg.alarmed);
    } else {
      EXPECT_EQ(leg.closing, b.how);
    }
    leg.is = Is::kEnded;
  }

  const Office& office_;
  LegQuota quota_;
  std::vector<std::pair<std::string, UtcMs>> abandoned_;
};

class History {
 public:
  explicit History(std::uint64_t seed) : random_(seed) {
    office_.airspace.offers_level = random_.one_in(2);
    office_.airspace.offers_time = random_.one_in(2);
  }

  void run(int steps) {
    for (int i = 0; i < steps && !::testing::Test::HasFailure(); ++i) {
      SCOPED_TRACE(fmt::format("step {}", i));
      const int many = random_.one_in(3) ? 3 : 1;  // several entries read at once
      for (int k = 0; k < many; ++k) step();
      if (random_.one_in(4)) office_.now = office_.now + random_.between(1, 60'000);
      if (random_.one_in(12)) restart();
      settle();
      if (random_.one_in(6)) repeat();
    }
  }

  [[nodiscard]] const std::map<std::string, int>& seen() const { return seen_; }

 private:
  static constexpr LegQuota kQuota{.holds_open_max = 4, .abandoned_max = 6, .abandoned_window_ms = 120'000};

  EntryHash say(const std::string& author, const Body& body) {
    const EntryHash hash = office_.say(author, body);
    ++seen_[std::string(type_name(body))];
    const bool home_speaks = std::visit(
        [](const auto& b) {
          return requires { b.number; } ? false
                                        : !std::is_same_v<std::decay_t<decltype(b)>, LegStandby> &&
                                              !std::is_same_v<std::decay_t<decltype(b)>, Alarm>;
        },
        body);
    if (home_speaks) {
      auditor_.hear(author, body, hash);
    } else {
      auditor_.check(body, hash);
    }
    return hash;
  }

  void settle() {
    for (int round = 0; round < 1'000; ++round) {
      const auto body = office_.desk->next(office_.now);
      if (!body) {
        auditor_.check_complete();
        const auto timer = office_.desk->next_timer();
        if (timer) {
          EXPECT_GT(*timer, office_.now) << "a timer that is past has been answered";
        }
        return;
      }
      say("us", *body);
      if (::testing::Test::HasFailure()) return;
    }
    ADD_FAILURE() << "next() never comes to an end";
  }

  /// Replayed from the log or read back from the state, the desk is the same and has the same to say.
  void restart() {
    const auto replayed = office_.replayed();
    const auto reread = office_.reread();
    const std::string state = Office::state_text(*office_.desk);
    EXPECT_TRUE(Office::state_text(*replayed->desk) == state);
    EXPECT_TRUE(Office::state_text(*reread->desk) == state);
    EXPECT_EQ(replayed->airspace.bookings, office_.airspace.bookings);
    EXPECT_EQ(reread->airspace.bookings, office_.airspace.bookings);
    const auto next = office_.desk->next(office_.now);
    EXPECT_EQ(replayed->desk->next(office_.now), next);
    EXPECT_EQ(reread->desk->next(office_.now), next);
    // Go on as one that has just started.
    const auto document = log::JcsDocument::parse(state, state.size());
    office_.desk = std::make_unique<LegDesk>(who("us"), office_.charter, office_.charter.timing, office_.relations,
                                             office_.control, office_.airspace, kQuota);
    ASSERT_TRUE(office_.desk->read_state(document->root()));
    ++seen_["restart"];
  }

  /// An entry that was read is read again.
  void repeat() {
    if (office_.lines.empty()) return;
    const Line line =
        office_
            .lines[static_cast<std::size_t>(random_.between(0, static_cast<std::int64_t>(office_.lines.size()) - 1))];
    if (line.odd) return;  // a report that came too early may fit by now
    // Of a version that was forgotten, what gives it up or reports on it counts as read early.
    const auto unknown = [&](const EntryHash& request) { return office_.desk->find(request) == nullptr; };
    if (const auto* of = std::get_if<FlightCancel>(&line.body); of != nullptr && unknown(of->requests[0])) return;
    if (const auto* of = std::get_if<LegEnd>(&line.body); of != nullptr && unknown(of->request)) return;
    if (const auto* of = std::get_if<LegEntered>(&line.body); of != nullptr && unknown(of->request)) return;
    if (const auto* of = std::get_if<LegRevokeAck>(&line.body); of != nullptr && unknown(of->request)) return;
    if (const auto* of = std::get_if<LegRelease>(&line.body); of != nullptr && unknown(of->released)) return;
    const bool forgotten = std::holds_alternative<LegRequest>(line.body) && office_.desk->find(line.hash) == nullptr;
    const std::string before = Office::state_text(*office_.desk);
    static_cast<void>(office_.desk->apply(line.said()));
    if (!forgotten) {
      EXPECT_TRUE(Office::state_text(*office_.desk) == before) << type_name(line.body);
      EXPECT_EQ(office_.desk->next(office_.now), std::nullopt);
      return;
    }
    const auto body = office_.desk->next(office_.now);
    ASSERT_TRUE(body && (std::holds_alternative<LegRefused>(*body) || std::holds_alternative<LegClosed>(*body)))
        << "a forgotten request was granted";
    office_.lines.push_back(line);
    office_.say("us", *body);
    EXPECT_EQ(office_.desk->next(office_.now), std::nullopt);
    ++seen_["forgotten"];
  }

  [[nodiscard]] std::string home() {
    return std::array{"fr", "uk", "us"}[static_cast<std::size_t>(random_.between(0, 2))];
  }

  /// A known version, mostly one that lives.
  [[nodiscard]] std::optional<EntryHash> some(std::optional<Is> state = {}) {
    std::vector<EntryHash> all;
    for (const auto& [hash, leg] : auditor_.legs) {
      if (!state || leg.is == *state) all.push_back(hash);
    }
    if (all.empty()) return std::nullopt;
    return all[static_cast<std::size_t>(random_.between(0, static_cast<std::int64_t>(all.size()) - 1))];
  }

  void file() {
    const auto now_s = static_cast<int>((office_.now - kStart) / kSecond);
    const auto start = now_s + static_cast<int>(random_.between(random_.one_in(8) ? 20 : 90, 400));
    const auto low = static_cast<int>(random_.between(0, 3) * 10);
    Box box{.cell = static_cast<int>(random_.between(0, 1)),
            .low = low,
            .high = low + 10,
            .start_s = start,
            .end_s = start + static_cast<int>(random_.between(3, 200))};
    const std::string by = home();
    LegRequest body = office_.request(fmt::format("f{}", random_.between(0, 5)), box,
                                      random_.one_in(12)  ? "D1"
                                      : random_.one_in(3) ? "K2"
                                                          : "K1");
    body.legs = 3;
    body.remaining = random_.between(1, 2);
    body.expires = office_.now + random_.between(0, 2'000) * kSecond;
    if (random_.one_in(4))
      body.volumes.push_back(
          leg_testing::volume({.cell = 3, .low = low, .high = low + 5, .start_s = start, .end_s = start + 50}));
    const auto old = some(Is::kConfirmed);
    if (old && random_.one_in(3)) {
      const Leg& leg = auditor_.legs.at(*old);
      body.replaces = *old;
      body.flight = leg.asked.flight;
      body.zone = leg.asked.zone;
      if (random_.one_in(2)) {
        body.volumes = leg.volumes;
        for (auto& v : body.volumes) v.band.upper_cm -= 10'000 * random_.between(0, 2);
      }
      say(random_.one_in(8) ? by : leg.home, body);
      return;
    }
    say(by, body);
  }

  void zone_changes() {
    const std::string id = random_.one_in(2) ? "K1" : "K2";
    if (!office_.control.keeps(zone(id))) {
      say("us", ZoneResume{.epoch = office_.control.epoch(zone(id)) + 1, .returned = {}, .zone = zone(id)});
      office_.control.resume(id);
      if (random_.one_in(2)) office_.control.set(id).begin = office_.now + random_.between(0, 200'000);
      return;
    }
    switch (random_.between(0, 2)) {
      case 0:
        for (const Body& body : office_.desk->lapse_all(zone(id), Lapse::kHandover)) say("us", body);
        say("us", ZoneLease{.epoch = office_.control.epoch(zone(id)) + 1,
                            .snapshot = {},
                            .tenant = who("fr"),
                            .until = {},
                            .zone = zone(id)});
        office_.control.lease(id, "fr");
        return;
      case 1:
        office_.control.set(id).end =
            random_.one_in(2) ? std::optional(office_.now + random_.between(0, 400'000)) : std::nullopt;
        return;
      default:
        office_.control.set(id).grants = !random_.one_in(3);
        return;
    }
  }

  void step() {
    const auto any = some(random_.one_in(5) ? std::optional<Is>() : random_.one_in(3) ? Is::kHeld : Is::kConfirmed);
    const std::int64_t dice = random_.between(1, 24);
    if (dice <= 7) return file();
    if (dice == 8) return office_.relations.set(random_.one_in(2) ? "fr" : "uk", random_.one_in(3) ? 0 : 1);
    if (dice == 9) {
      if (random_.one_in(3)) zone_changes();
      return;
    }
    if (dice <= 13) {
      const auto held = some(Is::kHeld);
      if (held)
        say(random_.one_in(10) ? home() : auditor_.legs.at(*held).home, FlightCommit{{auditor_.legs.at(*held).hold}});
      return;
    }
    if (!any) return;
    const std::string by = random_.one_in(12) ? home() : auditor_.legs.at(*any).home;
    if (dice <= 15) {
      say(by, FlightCancel{{*any}});
    } else if (dice == 16) {
      say(by, LegEntered{*any, who("us")});
    } else if (dice == 17) {
      say(by, LegEnd{*any, who("us")});
    } else if (dice == 18) {
      say(by, LegRelease{*any, log::sha256("elsewhere"), who("us")});
    } else if (dice <= 20) {
      say(by, LegRevokeAck{*any, who("us")});
    } else if (dice == 21) {
      if (auditor_.legs.at(*any).is == Is::kConfirmed) say(by, LegUnable{*any, "airborne", who("us")});
    } else {
      const auto body = dice == 22   ? office_.desk->withdraw(*any)
                        : dice == 23 ? office_.desk->free_overdue(*any)
                                     : office_.desk->revoke(*any, random_.one_in(4), "");
      if (body) say("us", *body);
    }
  }

  SeededRandom random_;
  Office office_{kQuota};
  Auditor auditor_{office_, kQuota};
  std::map<std::string, int> seen_;
};

TEST(LegDeskModel, RandomHistories) {
  std::map<std::string, int> seen;
  for (std::uint64_t seed = 1; seed <= 25; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    History history(seed);
    history.run(250);
    for (const auto& [what, count] : history.seen()) seen[what] += count;
    if (HasFailure()) return;
  }
  // A history in which nothing happens would prove nothing.
  for (const auto what : {"leg.hold", "leg.refused", "leg.standby", "leg.confirmed", "leg.lapsed", "leg.closed",
                          "leg.revoke", "alarm", "restart", "zone.lease", "forgotten"}) {
    EXPECT_GT(seen[what], 10) << what;
  }
}

}  // namespace
}  // namespace tansiq::coordination
