// A desk in a small world of its own: an airspace of cells, relations and control that a test sets by hand, and a log.
//
// The airspace is one row of cells; two volumes conflict when they stand in the same cell and overlap in level and
// time.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coordination/leg_desk.h"

namespace tansiq::coordination::leg_testing {

inline constexpr UtcMs kStart{1'700'000'000'000};
inline constexpr DurationMs kSecond = 1'000;

[[nodiscard]] AuthorityId who(std::string_view id);
[[nodiscard]] ZoneId zone(std::string_view id);

/// Levels in units of 100 m, times in seconds after kStart.
struct Box {
  int cell = 0;
  int low = 10;
  int high = 20;
  int start_s = 600;
  int end_s = 900;
};
[[nodiscard]] geo::Volume4d volume(const Box& box);
[[nodiscard]] bool overlap(const geo::Volume4d& a, const geo::Volume4d& b);

/// Two zones of us, K1 and K2, K3 of fr, D1 disputed, S1 at sea.
[[nodiscard]] core::Charter small_charter();

class FakeRelations final : public RelationView {
 public:
  [[nodiscard]] std::int64_t level(const Edge& edge) const override;
  [[nodiscard]] std::uint64_t revision() const override { return revision_; }
  void set(std::string_view home, std::int64_t level);

 private:
  std::map<AuthorityId, std::int64_t> levels_;  // 1 where nothing is set
  std::uint64_t revision_ = 0;
};

class FakeControl final : public ControlView {
 public:
  struct Zone {
    bool keeps = false;
    bool grants = false;
    std::int64_t epoch = 1;
    std::int64_t number = 0;
    std::optional<AuthorityId> sequencer = {};
    std::optional<UtcMs> begin = {};
    std::optional<UtcMs> end = {};
  };
  FakeControl();
  [[nodiscard]] bool may_grant(const ZoneId& zone, UtcMs now) const override;
  [[nodiscard]] bool keeps(const ZoneId& zone) const override { return at(zone).keeps; }
  [[nodiscard]] std::int64_t epoch(const ZoneId& zone) const override { return at(zone).epoch; }
  [[nodiscard]] std::int64_t next_number(const ZoneId& zone) const override { return at(zone).number; }
  [[nodiscard]] std::optional<AuthorityId> sequencer(const ZoneId& zone) const override { return at(zone).sequencer; }
  [[nodiscard]] std::optional<UtcMs> grants_end(const ZoneId& zone) const override { return at(zone).end; }
  [[nodiscard]] std::optional<UtcMs> grants_begin(const ZoneId& zone) const override { return at(zone).begin; }
  [[nodiscard]] bool was_sequencer(const ZoneId&, std::int64_t, const AuthorityId&) const override { return true; }
  [[nodiscard]] std::uint64_t revision() const override { return revision_; }

  /// Alters what is known of a zone.
  Zone& set(std::string_view zone);
  void lease(std::string_view zone, std::string_view tenant);
  void resume(std::string_view zone);
  /// Counts numbered entries of our own.
  void note(const Body& body);

 private:
  [[nodiscard]] const Zone& at(const ZoneId& zone) const;
  std::map<ZoneId, Zone> zones_;
  std::uint64_t revision_ = 0;
};

class FakeAirspace final : public Airspace {
 public:
  [[nodiscard]] Result<Answer> judge(const Ask& ask, UtcMs now) const override;
  void book(const Booking& booking) override { bookings.insert_or_assign(booking.request, booking); }
  void confirm(const EntryHash& request) override;
  void release(const EntryHash& request) override { bookings.erase(request); }

  std::map<EntryHash, Booking> bookings;
  bool offers_level = true;
  bool offers_time = true;

 private:
  [[nodiscard]] std::vector<const Booking*> in_the_way(const Ask& ask, const std::vector<geo::Volume4d>& volumes) const;
};

/// One line of the history: an entry that became durable here.
struct Line {
  AuthorityId author;
  EntryHash hash;
  UtcMs time;
  Body body;
  bool odd = false;  ///< It did not fit.
  core::Subject by = core::Subject::trusted("duty");
  [[nodiscard]] Said said() const { return {author, hash, time, body, by}; }
};

class Office {
 public:
  explicit Office(LegQuota quota = {});

  /// An entry that has been read, or written, here.
  EntryHash say(std::string_view author, Body body);
  /// Writes what is due. Returns, for each entry and oddity since the last call, a word: `hold`, `counter`,
  /// `refused(late)`, `lapsed(time)`, `closed(ended)`, `anomaly`, `anomaly!` with alarm, …; `-` for nothing.
  std::string react();
  void pass(int seconds) { now = now + seconds * kSecond; }

  [[nodiscard]] LegRequest request(std::string_view flight, const Box& box = {}, std::string_view in = "K1") const;
  /// Asks, and reacts. The reaction is in `last`.
  EntryHash ask(std::string_view home, const LegRequest& body);
  EntryHash ask(std::string_view home, std::string_view flight, const Box& box = {});
  EntryHash commit(std::string_view home, const EntryHash& request);
  /// A request that is confirmed.
  EntryHash confirmed(std::string_view home, std::string_view flight, const Box& box = {});
  /// An officer's answer, or why it cannot be given; and the reaction.
  std::string answer(const EntryHash& request, HandAnswer how, std::optional<DurationMs> later = {},
                     std::optional<std::int64_t> higher_cm = {});
  [[nodiscard]] EntryHash hold_of(const EntryHash& request) const { return *desk->find(request)->hold; }
  [[nodiscard]] std::string state(const EntryHash& request) const;
  template <class T>
  [[nodiscard]] const T& newest() const {
    for (auto at = lines.rbegin(); at != lines.rend(); ++at) {
      if (const auto* body = std::get_if<T>(&at->body)) return *body;
    }
    static const T kNone{};
    return kNone;
  }

  [[nodiscard]] static std::string state_text(const LegDesk& desk);
  /// A second desk of the same views, with an airspace of its own.
  struct Copy {
    FakeAirspace airspace;
    std::unique_ptr<LegDesk> desk;
  };
  [[nodiscard]] std::unique_ptr<Copy> replayed() const;
  [[nodiscard]] std::unique_ptr<Copy> reread() const;

  core::Charter charter = small_charter();
  LegQuota quota;
  FakeRelations relations;
  FakeControl control;
  FakeAirspace airspace;
  std::unique_ptr<LegDesk> desk;
  UtcMs now = kStart;
  std::vector<Line> lines;
  std::string last;

 private:
  [[nodiscard]] std::unique_ptr<Copy> fresh() const;
  std::vector<std::string> words_;
};

/// A version of fr's in one column of the table of docs/coordination.md, section 3: `none`, `held`, `confirmed`, or an
/// end.
struct Case {
  Office office;
  EntryHash request;

  explicit Case(std::string_view state);
  /// What follows `act`, whether space came free, and the state afterwards: `closed(ended) free > ended`.
  std::string after(const std::function<void(Case&)>& act);
};

}  // namespace tansiq::coordination::leg_testing
