// Authorities that talk, for tests: each a talk desk with its relations and its record, and logs that are read when a
// test says so. Every entry goes through its bytes.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coordination/log_name.h"
#include "coordination/talk_desk.h"

namespace tansiq::coordination::talk_testing {

inline constexpr UtcMs kNoon{1'795'608'000'000};
inline constexpr DurationMs kSecond = 1'000;
inline constexpr DurationMs kMinute = 60'000;

[[nodiscard]] AuthorityId who(std::string_view id);

/// Authorities fr, ru and us, with centres and chiefs open between all; nothing between ministries. Dm 10 s, Do 5 s,
/// Ds 60 s.
[[nodiscard]] core::Charter talk_charter();

/// One entry as it stands in its author's log.
struct Line {
  LogName log;
  EntryHash hash;
  std::string text;
};

[[nodiscard]] TalkPart words(std::string_view text);
[[nodiscard]] TalkPart position(std::string_view name, double lat, double lng);
[[nodiscard]] Letter letter(std::vector<std::string_view> to, Needs needs = Needs::kReceived,
                            std::optional<UtcMs> due = {}, std::string_view thread = "T1");
[[nodiscard]] Letter stop(std::vector<std::string_view> to);
[[nodiscard]] Letter query(std::vector<std::string_view> to, UtcMs due);

class Party {
 public:
  explicit Party(std::string_view self, TalkOptions options = {}, core::Charter charter = talk_charter());
  // Its desk looks at its charter.
  Party(const Party&) = delete;
  Party& operator=(const Party&) = delete;
  Party(Party&&) = delete;
  Party& operator=(Party&&) = delete;
  ~Party() = default;

  // What this authority says
  Line say(const Body& body, std::string_view by = {});
  /// An officer's act, which must be allowed.
  Line act(Result<Body> body);
  std::vector<Line> act(Result<std::vector<Body>> bodies);
  /// Everything that `next` has to say now.
  std::vector<Line> run();
  /// Time passes, and what is due is said.
  std::vector<Line> wait(DurationMs d);
  /// Narrows, or opens again, what is between centres here towards a peer, in both directions.
  void freeze(std::string_view peer);

  // What it reads
  std::optional<Oddity> read(const Line& line);

  /// As it was made: nothing said, nothing read.
  void begin_anew();

  // A crash
  /// A new desk, led through the record.
  void restart();
  /// The desk as its state has it.
  void restore();
  /// All but the newest `lines` of the record are lost, and it is restarted: what a restore from a backup does.
  void forget(std::size_t lines);
  [[nodiscard]] std::string state() const;
  /// Both ways back lead to the same state and say the same next.
  void check_ways_back();

  // What it holds
  [[nodiscard]] const TalkSent& sent(const EntryHash& message) const { return desk->sent().at(message); }
  [[nodiscard]] const TalkHeard& heard(const EntryHash& message) const { return desk->heard().at(message); }
  [[nodiscard]] std::vector<Line> own(std::string_view type = {}) const;
  [[nodiscard]] std::size_t count(std::string_view type) const { return own(type).size(); }

  AuthorityId self;
  core::Charter charter;
  TalkOptions options;
  UtcMs now = kNoon;
  std::vector<Line> record;
  std::unique_ptr<Relations> relations;
  std::unique_ptr<TalkDesk> desk;

 private:
  void begin();
  std::optional<Oddity> apply(const Line& line);

  std::uint64_t seq_ = 0;
};

/// The body of a line, which must be a T.
template <class T>
[[nodiscard]] T body_of(const Line& line) {
  const auto entry = read_entry(line.text);
  return std::get<T>(entry.value().body);
}
/// Their types in order.
[[nodiscard]] std::string types(const std::vector<Line>& lines);
/// Reads, at each of them, what the others have written for it, once; those of `to` in the order of their logs.
void deliver(Party& to, const Party& from);
/// Until nobody has anything new to say.
void settle(const std::vector<Party*>& all);
/// What an act was answered: `done`, or the error's words.
[[nodiscard]] std::string answer(const Result<Body>& of);
[[nodiscard]] std::string answer(const Result<std::vector<Body>>& of);
[[nodiscard]] std::string answer(const std::optional<Oddity>& of);
[[nodiscard]] inline bool alarms(const std::optional<Oddity>& of) { return of && of->alarm; }

}  // namespace tansiq::coordination::talk_testing
