// What the tests of the flight desk share: a home with fakes of what it sees of other modules, and owners that say what
// a test makes them say.
//
// Home is `fr`. Zones, along a west-east line:
//
//   A1 us | B1 ru | C1 us | D1 ru, disputed | H1 fr (home's own)
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "coordination/flight_desk.h"

namespace tansiq::coordination::flight_testing {

inline constexpr UtcMs kNoon{1'795'348'800'000};
[[nodiscard]] constexpr UtcMs minutes(std::int64_t after_noon) { return kNoon + after_noon * 60'000; }

[[nodiscard]] AuthorityId authority(std::string_view id);
[[nodiscard]] core::Charter flight_charter();
/// A box in the zone between two minutes after noon.
[[nodiscard]] std::vector<geo::Volume4d> box(std::int64_t from_minute, std::int64_t to_minute);

class FakeRelations final : public RelationView {
 public:
  [[nodiscard]] std::int64_t level(const Edge& edge) const override {
    const auto at = levels_.find(edge);
    return at == levels_.end() ? 1 : at->second;
  }
  [[nodiscard]] std::uint64_t revision() const override { return revision_; }
  void set(const Edge& edge, std::int64_t level) {
    levels_[edge] = level;
    ++revision_;
  }

 private:
  std::map<Edge, std::int64_t> levels_;
  std::uint64_t revision_ = 1;
};

class FakeControl final : public ControlView {
 public:
  explicit FakeControl(const core::Charter& charter);
  [[nodiscard]] bool may_grant(const ZoneId& /*zone*/, UtcMs /*now*/) const override { return false; }
  [[nodiscard]] bool keeps(const ZoneId& /*zone*/) const override { return false; }
  [[nodiscard]] std::int64_t epoch(const ZoneId& zone) const override {
    return static_cast<std::int64_t>(chain_.at(zone).size()) - 1;
  }
  [[nodiscard]] std::int64_t next_number(const ZoneId& /*zone*/) const override { return 0; }
  [[nodiscard]] std::optional<AuthorityId> sequencer(const ZoneId& zone) const override {
    if (halted_ == zone || !chain_.contains(zone)) return {};
    return chain_.at(zone).back();
  }
  [[nodiscard]] std::optional<UtcMs> grants_end(const ZoneId& /*zone*/) const override { return {}; }
  [[nodiscard]] std::optional<UtcMs> grants_begin(const ZoneId& /*zone*/) const override { return {}; }
  [[nodiscard]] bool was_sequencer(const ZoneId& zone, std::int64_t epoch, const AuthorityId& author) const override;
  [[nodiscard]] std::uint64_t revision() const override { return revision_; }

  /// The next epoch of a zone begins.
  void pass(std::string_view zone, std::string_view to);
  void halt(std::string_view zone);

 private:
  std::map<ZoneId, std::vector<AuthorityId>> chain_;  // sequencer by epoch
  ZoneId halted_;
  std::uint64_t revision_ = 1;
};

/// One line of the record, as it was read.
struct Line {
  AuthorityId author;
  EntryHash hash;
  UtcMs time;
  Body body;
};

class Home {
 public:
  Home();

  /// An entry of `author`, durable there, and not read here yet.
  Line write(const AuthorityId& author, const Body& body);
  /// Reads an entry for the first time.
  void read(const Line& line);
  /// Both at once.
  Line say(const AuthorityId& author, const Body& body);
  /// Reads an entry again.
  std::optional<Oddity> reread(const Line& line);
  /// An officer's act, which must be allowed; `next` then says what follows.
  std::vector<Body> act(Result<Body> body);
  /// Everything that `next` has to say now.
  std::vector<Body> run();
  void freeze(std::string_view owner) { set_level(owner, 0); }
  void set_level(std::string_view owner, std::int64_t level);

  [[nodiscard]] FlightFiled plan(std::vector<std::string> zones) const;  // 10 minutes a leg from 12:10, at 12:00
  /// Files and asks.
  void file(const FlightFiled& filed) { act(desk->file(filed, now)); }
  [[nodiscard]] const Flight& flight() const { return *desk->find(id); }
  [[nodiscard]] const HomeVersion& leg(std::int64_t n, VersionRole role = VersionRole::kPlan) const;
  [[nodiscard]] HomeState state(std::int64_t n, VersionRole role = VersionRole::kPlan) const {
    return leg(n, role).state;
  }

  // What the owner of a leg says; `next` follows.
  std::vector<Body> hold(const HomeVersion& v, DurationMs time_shift = 0, std::int64_t level_shift = 0);
  std::vector<Body> confirm(const HomeVersion& v);
  std::vector<Body> refuse(const HomeVersion& v);
  std::vector<Body> lapse(const HomeVersion& v, Lapse why = Lapse::kTime);
  std::vector<Body> close(const HomeVersion& v, Closing how);
  std::vector<Body> revoke(const HomeVersion& v, bool emergency = false);
  /// Holds whatever is asked for, until nothing is.
  void hold_all();
  /// Holds and confirms whatever is asked for.
  void confirm_all();
  /// Files and brings every leg to that state, as far as R6 lets them go together.
  void bring(HomeState to, std::vector<std::string> zones = {"A1", "B1"});
  /// Cleared and read back.
  void clear();

  [[nodiscard]] std::string state_text() const;
  /// A second desk led through the same record.
  [[nodiscard]] std::unique_ptr<FlightDesk> replayed() const;
  [[nodiscard]] std::unique_ptr<FlightDesk> restored() const;

  AuthorityId self = authority("fr");
  core::Charter charter = flight_charter();
  core::Timing timing;
  FakeRelations relations;
  FakeControl control{charter};
  std::unique_ptr<FlightDesk> desk = std::make_unique<FlightDesk>(self, charter, timing, relations, control);
  FlightId id = FlightId::trusted("MIRAGE1");
  UtcMs now = kNoon;
  std::vector<Line> lines;
  std::optional<Oddity> odd;  ///< Of the last entry.

 private:
  std::uint64_t seq_ = 0;
};

/// The bodies of one type.
template <class T>
[[nodiscard]] std::vector<T> of_type(const std::vector<Body>& bodies) {
  std::vector<T> out;
  for (const Body& body : bodies) {
    if (const T* one = std::get_if<T>(&body)) out.push_back(*one);
  }
  return out;
}
/// Their types in order, for messages and comparisons: `leg.request leg.request flight.commit`.
[[nodiscard]] std::string types(const std::vector<Body>& bodies);

}  // namespace tansiq::coordination::flight_testing
