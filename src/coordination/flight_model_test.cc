// Random histories: a home with two flights, beside owners that follow the table of section 3 and are read late, again
// and in any order, and beside a plain account of what the crew holds.
//
// What is checked after every step uses only the owners' own state and that account: no entry without a confirmation at
// every owner up to the gate, none lost while airborne, nothing given up that the crew holds, all or nothing. At the
// end everything is delivered, time passes, and nothing may be left.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/random.h"
#include "coordination/flight_desk_testlib.h"

namespace tansiq::coordination {
namespace {

using flight_testing::authority;
using flight_testing::Home;
using flight_testing::minutes;

enum class At : std::uint8_t { kNone, kHeld, kConfirmed, kOver };

/// A version at its owner.
struct Booked {
  LegRequest request;
  AuthorityId owner;
  At at = At::kNone;
  bool entered = false;
  bool revoking = false;
  EntryHash hold;
  UtcMs until;
  std::vector<geo::Volume4d> volumes;  // as booked, a counter's shift included
  UtcMs window_end;
};

class History {
 public:
  explicit History(std::uint64_t seed) : random_(seed) {}

  void run(int steps) {
    for (int i = 0; i < steps && !::testing::Test::HasFailure(); ++i) {
      SCOPED_TRACE(fmt::format("step {}", i));
      step();
      settle();
      check();
      if (random_.one_in(8)) check_restart();
    }
    if (!::testing::Test::HasFailure()) heal();
  }
  std::map<std::string, int> seen;  // how often what happened, so that the histories are known to be worth something

 private:
  void step() {
    switch (random_.between(0, 9)) {
      case 0:
        advance(random_.between(1, 30'000));
        break;
      case 1:
      case 2:
        officer(flights_[static_cast<std::size_t>(random_.between(0, 1))]);
        break;
      case 3:
        crew(flights_[static_cast<std::size_t>(random_.between(0, 1))]);
        break;
      case 4:
        owner_acts();
        break;
      case 5:
        if (random_.one_in(12)) freeze(random_.one_in(2) ? "us" : "ru", random_.between(0, 1));
        if (!read_.empty()) static_cast<void>(home_.reread(any(read_)));
        break;
      default:
        for (std::int64_t i = random_.between(1, 5); i > 0; --i) {
          deliver();
          settle();
        }
        break;
    }
  }

  // Time stops where an aircraft must leave a window (T4) or an owner's timer is due.
  void advance(DurationMs by) {
    UtcMs to = home_.now + by;
    for (const FlightId& id : flights_) {
      const Flight* f = home_.desk->find(id);
      if (f == nullptr || f->ended) continue;
      for (const std::int64_t leg : f->entered) {
        if (std::ranges::find(f->left, leg) != f->left.end()) continue;
        const UtcMs out = span_of(f->plan.legs[static_cast<std::size_t>(leg)].volumes).end - 2'001;
        if (to < out) continue;
        home_.now = std::max(home_.now, out);
        act(home_.desk->leave(id, leg));
        to = home_.now;
      }
    }
    home_.now = to;
    for (auto& [hash, b] : booked_) timers(hash, b);
  }

  // The home's officers
  void officer(const FlightId& id) {
    const Flight* f = home_.desk->find(id);
    if (f == nullptr || f->ended) {
      act(home_.desk->file(plan(id), home_.now));
      ++seen["filed"];
      return;
    }
    if (!home_.desk->counters(id).empty()) {
      act(random_.one_in(4) ? home_.desk->decline_counter(id) : home_.desk->accept_counter(id));
      ++seen["counter"];
      return;
    }
    switch (random_.between(0, 11)) {
      case 0:
        if (random_.one_in(12)) act(home_.desk->cancel(id, "random"));
        break;
      case 1:
        if (random_.one_in(2)) act(home_.desk->cancel_change(id, "random"));
        break;
      case 2:
        modify(*f);
        break;
      case 3:
      case 4:
        switch_crew(*f);
        break;
      case 5:
        if (random_.one_in(8)) act(home_.desk->recall(id));
        break;
      case 6:
        if (f->airborne && random_.one_in(6)) act(home_.desk->land(id));
        break;
      default:
        clear(*f);
        break;
    }
  }

  /// R1 by the owners' own state: on the ground every leg up to the gate.
  void clear(const Flight& f) {
    const auto cleared = home_.desk->clear(f.plan.flight);
    if (!cleared) return;
    if (!f.airborne) expect_gate(f, "clearance");
    act(cleared);
  }
  void expect_gate(const Flight& f, std::string_view when) {
    const std::int64_t last = f.plan.gate_leg.value_or(static_cast<std::int64_t>(f.plan.legs.size()) - 1);
    for (std::int64_t leg = 0; leg <= last; ++leg) {
      const HomeVersion* v = f.version_of(leg);
      if (!home_.desk->disputed(f.plan.legs[static_cast<std::size_t>(leg)].zone)) {
        EXPECT_TRUE(v != nullptr && v->state == HomeState::kConfirmed) << when << " without leg " << leg << " in hand";
      }
      expect_confirmed(f, leg, when);
    }
  }

  FlightFiled plan(const FlightId& id) {
    FlightFiled out;
    out.flight = id;
    std::vector<std::string> zones{"A1", "B1", "C1", "D1", "H1"};
    const auto count = static_cast<std::size_t>(random_.between(1, 4));
    DurationMs at = random_.between(200'000, 320'000);
    for (std::size_t i = 0; i < count; ++i) {
      const auto pick = random_.between(0, static_cast<std::int64_t>(zones.size()) - 1);
      out.legs.push_back(
          {.volumes = box(home_.now + at), .zone = ZoneId::trusted(zones[static_cast<std::size_t>(pick)])});
      zones.erase(zones.begin() + pick);
      at += 100'000;
    }
    if (count > 2 && random_.one_in(3)) {
      out.alternate = "LCRA";
      out.gate_leg = random_.between(0, static_cast<std::int64_t>(count) - 2);
    }
    return out;
  }
  static std::vector<geo::Volume4d> box(UtcMs from) {
    auto out = flight_testing::box(0, 2);
    out[0].window = {from, from + 240'000};
    return out;
  }

  void modify(const Flight& f) {
    FlightFiled wanted = f.plan;
    const DurationMs by = random_.between(-20'000, 90'000);
    for (auto i = static_cast<std::size_t>(random_.between(0, static_cast<std::int64_t>(wanted.legs.size()) - 1));
         i < wanted.legs.size(); ++i) {
      wanted.legs[i].volumes = core::shifted(wanted.legs[i].volumes, by, random_.one_in(2) ? 0 : 30'480);
    }
    if (act(home_.desk->file(wanted, home_.now))) ++seen["modified"];
  }

  void switch_crew(const Flight& f) {
    bool inside = true;
    for (const std::int64_t leg : f.changed) {
      const bool in_leg = std::ranges::find(f.entered, leg) != f.entered.end();
      if (!in_leg || !f.change) continue;
      const auto window = span_of(f.change->legs[static_cast<std::size_t>(leg)].volumes);
      inside = inside && window.start <= home_.now && home_.now < window.end - 2'001;
    }
    if (act(home_.desk->switch_to(f.plan.flight, inside))) ++seen["switched"];
  }

  // The crew, which answers when it pleases
  void crew(const FlightId& id) {
    const Flight* f = home_.desk->find(id);
    if (f == nullptr) return;
    switch (random_.between(0, 3)) {
      case 0:
        act(home_.desk->read_back(id));
        break;
      case 1:
        act(home_.desk->gave_up(id));
        break;
      default:
        fly(*f);
        break;
    }
  }

  void fly(const Flight& f) {
    const FlightId& id = f.plan.flight;
    const auto next = static_cast<std::int64_t>(f.entered.size());
    if (!f.entered.empty() && f.left.size() < f.entered.size()) {
      act(home_.desk->leave(id, f.entered.back()));
      return;
    }
    if (!home_.desk->may_enter(id, next, home_.now)) return;
    if (next == 0) {
      expect_gate(f, "departure");
      ++seen["departed"];
    } else {
      expect_confirmed(f, next, "entry");
      ++seen["entered"];
    }
    act(home_.desk->enter(id, next));
  }

  void expect_confirmed(const Flight& f, std::int64_t leg, std::string_view when) {
    if (home_.desk->disputed(f.plan.legs[static_cast<std::size_t>(leg)].zone)) return;
    const HomeVersion* v = f.version_of(leg);
    ASSERT_NE(v, nullptr) << when;
    EXPECT_TRUE(booked_.at(v->request).at == At::kConfirmed)
        << when << " of " << f.plan.flight.str() << " leg " << leg << " is not confirmed at its owner";
  }

  bool act(Result<Body> body) {
    if (!body) return false;
    home_.say(home_.self, *body);
    settle();
    return true;
  }

  void freeze(std::string_view owner, std::int64_t level) {
    home_.set_level(owner, level);
    frozen_[authority(owner)] = level == 0;
    for (auto& [hash, b] : booked_) {
      if (level == 0 && b.owner.str() == owner && b.at == At::kHeld) lapse(hash, b, Lapse::kFrozen);
    }
  }

  /// `next` until it is silent, and what was written goes on its way to the owners.
  void settle() {
    home_.run();
    for (; cursor_ < home_.lines.size(); ++cursor_) {
      const flight_testing::Line line = home_.lines[cursor_];
      if (line.author != home_.self || from_owner(line.body)) continue;
      account(line);
      to_owners_.push_back(line);
    }
    EXPECT_FALSE(home_.odd) << home_.odd->text;
  }
  static bool from_owner(const Body& body) {
    return std::visit(
        []<class T>(const T&) {
          return std::is_same_v<T, LegHold> || std::is_same_v<T, LegRefused> || std::is_same_v<T, LegConfirmed> ||
                 std::is_same_v<T, LegLapsed> || std::is_same_v<T, LegClosed> || std::is_same_v<T, LegRevoke>;
        },
        body);
  }

  /// What the crew holds, told from the entries alone; and what may not be written while it does (R3).
  void account(const flight_testing::Line& line) {
    const auto free = [&](const EntryHash& request, std::string_view what) {
      EXPECT_FALSE(hand_.contains(request)) << what << " of a version that the crew holds";
    };
    if (const auto* request = std::get_if<LegRequest>(&line.body)) {
      requests_[line.hash] = *request;
    } else if (const auto* report = std::get_if<CrewReport>(&line.body)) {
      for (const EntryHash& r : report->requests) {
        if (report->step == CrewStep::kCleared) hand_.insert(r);
        if (report->step == CrewStep::kGaveUp) hand_.erase(r);
        if (report->step == CrewStep::kReadBack && requests_.at(r).replaces) hand_.erase(*requests_.at(r).replaces);
      }
    } else if (const auto* cancel = std::get_if<FlightCancel>(&line.body)) {
      for (const EntryHash& r : cancel->requests) free(r, "CANCEL");
    } else if (const auto* ack = std::get_if<LegRevokeAck>(&line.body)) {
      free(ack->request, "REVOKE-ACK");
    } else if (const auto* release = std::get_if<LegRelease>(&line.body)) {
      free(release->released, "RELEASE");
    } else if (const auto* end = std::get_if<LegEnd>(&line.body)) {
      hand_.erase(end->request);
    } else if (const auto* moved = std::get_if<FlightMoved>(&line.body)) {
      std::erase_if(hand_, [&](const EntryHash& r) {
        const LegRequest& of = requests_.at(r);
        return of.flight == moved->flight && moved->move == FlightMove::kLanded;
      });
    } else if (const auto* commit = std::get_if<FlightCommit>(&line.body)) {
      all_or_nothing(*commit);
    }
  }

  /// One COMMIT takes every leg of its round: all that need a confirmation, or every leg of the MODIFY.
  void all_or_nothing(const FlightCommit& commit) {
    ++seen["committed"];
    std::set<std::int64_t> legs;
    const LegRequest* first = nullptr;
    for (const EntryHash& hold : commit.holds) {
      const auto b = std::ranges::find_if(booked_, [&](const auto& of) { return of.second.hold == hold; });
      ASSERT_NE(b, booked_.end());
      first = &b->second.request;
      legs.insert(first->leg);
      const Flight& its = *home_.desk->find(first->flight);
      const FlightFiled& wanted = first->replaces && its.change ? *its.change : its.plan;
      EXPECT_EQ(wanted.legs[static_cast<std::size_t>(first->leg)].volumes, b->second.volumes)
          << "a window is taken that a counter has moved";
    }
    ASSERT_NE(first, nullptr);
    const Flight& f = *home_.desk->find(first->flight);
    if (first->replaces) return;
    for (std::size_t i = 0; i < f.plan.legs.size(); ++i) {
      EXPECT_EQ(legs.contains(static_cast<std::int64_t>(i)), !home_.desk->disputed(f.plan.legs[i].zone));
    }
  }

  // The owners
  void say(const Booked& b, const Body& body) {
    to_home_.push_back(home_.write(b.owner, body));
    ++seen[std::string(type_name(body))];
  }
  template <class T>
  T about(const EntryHash& hash, const Booked& b) {
    T out;
    out.request = hash;
    out.to = home_.self;
    out.zone = b.request.zone;
    return out;
  }
  void lapse(const EntryHash& hash, Booked& b, Lapse why) {
    b.at = At::kOver;
    auto out = about<LegLapsed>(hash, b);
    out.reason = why;
    say(b, out);
  }
  void close(const EntryHash& hash, Booked& b, Closing how) {
    if (b.at != At::kHeld && b.at != At::kConfirmed) return;
    b.at = At::kOver;
    auto out = about<LegClosed>(hash, b);
    out.how = how;
    say(b, out);
  }
  void timers(const EntryHash& hash, Booked& b) {
    if (b.at == At::kHeld && home_.now >= b.until) lapse(hash, b, Lapse::kTime);
    if (b.at == At::kConfirmed && !b.entered && home_.now >= b.window_end + 2'000) {
      close(hash, b, Closing::kExpired);
    }
  }

  void owner_acts() {
    if (booked_.empty()) return;
    auto at = booked_.begin();
    std::advance(at, random_.between(0, static_cast<std::int64_t>(booked_.size()) - 1));
    auto& [hash, b] = *at;
    if (b.at == At::kHeld && random_.one_in(12)) lapse(hash, b, Lapse::kWithdrawn);
    if (b.at == At::kConfirmed && random_.one_in(6)) {
      auto out = about<LegRevoke>(hash, b);
      out.emergency = random_.one_in(3);
      b.revoking = b.revoking || !out.emergency;
      say(b, out);
    }
  }

  /// Some entry, in either direction, at last arrives.
  void deliver() {
    if (!to_owners_.empty() && random_.one_in(2)) {
      const flight_testing::Line line = take(to_owners_);
      owner_reads(line);
    } else if (!to_home_.empty()) {
      read_.push_back(take(to_home_));
      const flight_testing::Line& line = read_.back();
      if (const auto* closed = std::get_if<LegClosed>(&line.body)) hand_.erase(closed->request);
      home_.read(line);
      EXPECT_FALSE(home_.odd) << home_.odd->text;
    }
  }
  template <class T>
  T take(std::vector<T>& from) {
    const auto i = random_.between(0, static_cast<std::int64_t>(from.size()) - 1);
    T out = from[static_cast<std::size_t>(i)];
    from.erase(from.begin() + i);
    return out;
  }
  template <class T>
  const T& any(const std::vector<T>& of) {
    return of[static_cast<std::size_t>(random_.between(0, static_cast<std::int64_t>(of.size()) - 1))];
  }

  void owner_reads(const flight_testing::Line& line) {
    if (const auto* request = std::get_if<LegRequest>(&line.body)) return decide(line.hash, *request);
    if (const auto* commit = std::get_if<FlightCommit>(&line.body)) {
      for (auto& [hash, b] : booked_) {
        if (b.at != At::kHeld || std::ranges::find(commit->holds, b.hold) == commit->holds.end()) continue;
        if (home_.now >= b.until || frozen_[b.owner]) {
          lapse(hash, b, frozen_[b.owner] ? Lapse::kFrozen : Lapse::kTime);
          continue;
        }
        b.at = At::kConfirmed;
        auto out = about<LegConfirmed>(hash, b);
        out.commit = line.hash;
        say(b, out);
      }
    } else if (const auto* cancel = std::get_if<FlightCancel>(&line.body)) {
      for (const EntryHash& r : cancel->requests) end(r, Closing::kCancelled);
    } else if (const auto* ended = std::get_if<LegEnd>(&line.body)) {
      end(ended->request, Closing::kEnded);
    } else if (const auto* release = std::get_if<LegRelease>(&line.body)) {
      end(release->released, Closing::kReleased);
    } else if (const auto* ack = std::get_if<LegRevokeAck>(&line.body)) {
      EXPECT_TRUE(booked_.at(ack->request).revoking);
      end(ack->request, Closing::kRevoked);
    } else if (const auto* entered = std::get_if<LegEntered>(&line.body)) {
      booked_.at(entered->request).entered = true;
    }
  }
  /// Also before the request was read: that is dead then.
  void end(const EntryHash& request, Closing how) {
    Booked& b = booked_[request];
    if (b.at == At::kNone) {
      b.at = At::kOver;
    } else {
      close(request, b, how);
    }
  }

  void decide(const EntryHash& hash, const LegRequest& request) {
    Booked& b = booked_[hash];
    const bool dead = b.at != At::kNone;
    b.request = request;
    b.owner = request.to;
    b.window_end = span_of(request.volumes).end;
    if (dead) return;
    const UtcMs until = home_.now + home_.timing.hold_ms(request.remaining);
    const bool late = until + home_.timing.hold_to_window_ms() > span_of(request.volumes).start;
    if (frozen_[b.owner] || late || random_.one_in(12)) {
      b.at = At::kOver;
      auto out = about<LegRefused>(hash, b);
      out.reason = frozen_[b.owner] ? LegRefusal::kFrozen : late ? LegRefusal::kLate : LegRefusal::kConflict;
      return say(b, out);
    }
    b.at = At::kHeld;
    b.until = until;
    auto out = about<LegHold>(hash, b);
    out.until = until;
    if (random_.one_in(8)) out.time_shift_ms = random_.between(1, 30'000);
    if (random_.one_in(8)) out.level_shift_cm = 30'480;
    b.volumes = core::shifted(request.volumes, out.time_shift_ms.value_or(0), out.level_shift_cm.value_or(0));
    b.window_end = span_of(b.volumes).end;
    say(b, out);
    b.hold = to_home_.back().hash;
  }

  // What must hold after every step
  void check() {
    for (const FlightId& id : flights_) {
      const Flight* f = home_.desk->find(id);
      if (f == nullptr) continue;
      int asked = 0;
      for (const HomeVersion& v : f->versions) {
        asked += v.state == HomeState::kRequested ? 1 : 0;
        EXPECT_EQ(v.crew != CrewHand::kNothing, hand_.contains(v.request)) << "leg " << v.leg;
      }
      EXPECT_LE(asked, 1) << "R6";
      check_all_or_nothing(*f);
      if (!f->airborne) continue;
      const std::int64_t last = f->plan.gate_leg.value_or(static_cast<std::int64_t>(f->plan.legs.size()) - 1);
      for (std::int64_t leg = 0; leg <= last; ++leg) {
        const UtcMs end = span_of(f->plan.legs[static_cast<std::size_t>(leg)].volumes).end;
        const bool left = std::ranges::find(f->left, leg) != f->left.end();
        if (!left && home_.now < end - 2'000) expect_confirmed(*f, leg, "airborne");
      }
    }
  }

  /// R2: on the ground nothing outlives a leg that ended badly, but what the crew has still to give up.
  static void check_all_or_nothing(const Flight& f) {
    if (f.airborne || f.landed || f.change) return;
    const bool bad = std::ranges::any_of(
        f.versions, [](const HomeVersion& v) { return v.role == VersionRole::kPlan && !live(v.state) && !v.left; });
    if (!bad || !f.left.empty()) return;
    const bool waits = std::ranges::any_of(
        f.versions, [](const HomeVersion& v) { return live(v.state) && v.crew == CrewHand::kRecalled; });
    for (const HomeVersion& v : f.versions) EXPECT_TRUE(!live(v.state) || waits) << "leg " << v.leg << " stays alone";
  }

  /// A node led through the record, and one that starts from the state, are this one: also in what they say next.
  void check_restart() {
    EXPECT_TRUE(*home_.replayed() == *home_.desk);
    EXPECT_TRUE(*home_.restored() == *home_.desk);
    const auto replayed = home_.replayed();
    const auto restored = home_.restored();
    const UtcMs later = home_.now + random_.between(0, 200'000);
    const auto said = restored->next(later);
    EXPECT_EQ(replayed->next(later), said);
    if (home_.desk->next_timer().value_or(kUtcMax) > later) {
      EXPECT_FALSE(said) << type_name(*said);
    }
    // And the history goes on with one of them.
    if (random_.one_in(2)) home_.desk = random_.one_in(2) ? home_.replayed() : home_.restored();
  }

  /// Links heal, crews answer, nothing new is begun: every attempt ends at home and at every owner.
  void heal() {
    for (int i = 0; i < 200; ++i) {
      while (!to_owners_.empty() || !to_home_.empty()) deliver();
      settle();
      for (const FlightId& id : flights_) {
        const Flight* f = home_.desk->find(id);
        if (f == nullptr || f->ended) continue;
        act(home_.desk->gave_up(id));
        if (!f->airborne) continue;
        if (f->left.size() < f->entered.size()) {
          act(home_.desk->leave(id, f->entered.back()));
        } else {
          fly(*f);
        }
        if (i > 150) act(home_.desk->land(id));
      }
      advance(10'000);
      settle();
      check();
    }
    for (const FlightId& id : flights_) {
      const Flight* f = home_.desk->find(id);
      EXPECT_TRUE(f == nullptr || f->ended) << id.str();
    }
    for (const auto& [hash, b] : booked_) {
      EXPECT_TRUE(b.at == At::kOver) << "leg " << b.request.leg << " of " << b.request.flight.str() << " is left over";
    }
    EXPECT_TRUE(home_.desk->next_timer().value_or(kUtcMax) > home_.now);
  }

  SeededRandom random_;
  Home home_;
  std::vector<FlightId> flights_{FlightId::trusted("F1"), FlightId::trusted("F2")};
  std::map<EntryHash, Booked> booked_;
  std::map<EntryHash, LegRequest> requests_;
  std::set<EntryHash> hand_;
  std::map<AuthorityId, bool> frozen_;
  std::vector<flight_testing::Line> to_owners_;
  std::vector<flight_testing::Line> to_home_;
  std::vector<flight_testing::Line> read_;
  std::size_t cursor_ = 0;
};

TEST(FlightModel, RandomHistoriesKeepTheRulesAndEnd) {
  std::map<std::string, int> seen;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    History history(seed);
    history.run(600);
    for (const auto& [what, times] : history.seen) seen[what] += times;
    if (HasFailure()) break;
  }
  // Nothing of this may be rare, or the histories prove nothing.
  for (const std::string what : {"filed", "counter", "modified", "switched", "committed", "departed", "entered",
                                 "leg.hold", "leg.refused", "leg.confirmed", "leg.lapsed", "leg.revoke"}) {
    EXPECT_GT(seen[what], 20) << what;
  }
}

}  // namespace
}  // namespace tansiq::coordination
