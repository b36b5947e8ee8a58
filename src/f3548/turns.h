// Who is told next, where many want to write in one place at the same moment.
//
// A key can name only what is durable. So of thirty clients that write in one place at once and learn of each other by
// being refused, one succeeds in each commit, and twenty-nine retries of long keys are read for nothing: the more of
// them there are, the less comes of it. Taking turns ends that. Whoever is refused for something that was written just
// now is told at once when nobody was told just before it in the same place; it has the *turn* there, and a moment to
// come back. Whoever else is about to be refused there meanwhile *waits*, and is decided anew when its turn comes:
// then it may succeed (what was in its way is gone), or it is told of everything that was written until then, and its
// first retry finds nothing new.
//
//   switch (turns.standing(manager, put, now)) {                       // before deciding
//     case Standing::kBehind: …decide; refused for what is new? → turns.wait(manager, put, now)   // and keep the task
//     default:                …decide; refused for what is new? → turns.told(manager, put, now)   // else: turns.over
//   }
//   while (auto ticket = turns.next(now)) …decide the kept task, then turns.told(*ticket, now) or turns.over(*ticket);
//
// What it may and may not change: a request that waits has not been decided. Everything that decides is as it would be
// had the request come later, so no rule of the standard is touched; and nothing is answered that is not durable. Who
// has everything in its key never waits, nor who lacks something that is older than a moment, nor who is alone.
//
// Bounds: a turn lasts kTurnMs, nobody waits longer than kWaitMaxMs, kWaitingMax wait in all and at most half of them
// for one manager; small areas and keys only. Beyond any of these a request is answered at once, as if there were no
// turns. Nobody overtakes: those that meet are told in the order in which they came. Times are the caller's; a clock
// that jumps ends turns and waits early, never late.
//
// Alternatives considered: telling all at once and letting them come back after drawn delays (clients are not ours); a
// lock for whoever was refused (a client that goes away holds it); answering a 409 with what has been decided but is
// not durable (it would name what may never have been).
//
// Cost: `standing` O(rows), `next` O(rows²) comparisons of at most kWaitCellsMax cells. Nothing is allocated where
// nobody contends. Owned by the deciding thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "f3548/requests.h"

namespace tansiq::f3548 {

/// What was written so long ago or less is new.
inline constexpr DurationMs kMomentMs = 1'000;
/// Within this whoever has the turn comes back.
inline constexpr DurationMs kTurnMs = 100;
/// No answer is held back longer. Clients give up after ten seconds.
inline constexpr DurationMs kWaitMaxMs = 1'000;
inline constexpr std::size_t kWaitingMax = 128;
inline constexpr std::size_t kWaitingOfOneMax = kWaitingMax / 2;
/// Turns at the same time, in places apart.
inline constexpr std::size_t kTurnsMax = 128;
/// Whoever asks for more does not wait.
inline constexpr std::size_t kWaitCellsMax = 64;

/// Whether a refusal is for something new: only then turns help.
[[nodiscard]] bool lacks_new(const Refused& refused, UtcMs now);

class Turns {
 public:
  using Put = std::shared_ptr<const PutIntent>;
  using Ticket = std::uint64_t;

  enum class Standing : std::uint8_t {
    kFree,    ///< Nobody has the turn or waits in that place; or there is no room to wait.
    kTurn,    ///< It has the turn: this is the retry.
    kBehind,  ///< Somebody else has it: `wait` if refused for something new.
  };
  [[nodiscard]] Standing standing(std::string_view manager, const PutIntent& put, UtcMs now);

  /// It was refused for something new, and told so: it has the turn, if nobody else has it there.
  void told(std::string_view manager, const Put& put, UtcMs now);
  /// Needs kBehind. The caller keeps the request under this ticket.
  [[nodiscard]] Ticket wait(std::string_view manager, const Put& put, UtcMs now);
  /// It was answered otherwise: the turn, if it had one, is over.
  void over(std::string_view manager, const Uuid& id);

  /// Somebody whose request is to be decided now, waiting until then; each once.
  [[nodiscard]] std::optional<Ticket> next(UtcMs now);
  /// What came of it, before `next` is asked again.
  void told(Ticket ticket, UtcMs now);
  void over(Ticket ticket);

  /// Everybody who waits is next: the node stops.
  void close() { closed_ = true; }

  /// When `next` has something to do though nothing else happens; nothing while nobody waits.
  [[nodiscard]] std::optional<UtcMs> due() const;
  [[nodiscard]] std::size_t waiting() const { return waiting_; }

  /// So far.
  struct Counts {
    std::uint64_t waited = 0;
    std::uint64_t waited_too_long = 0;  ///< Answered out of turn after kWaitMaxMs.
    std::uint64_t unused = 0;           ///< Turns that ended because nobody came back while others waited.
    std::uint64_t no_room = 0;          ///< Answered at once beyond a bound.
  };
  [[nodiscard]] const Counts& counts() const { return counts_; }

 private:
  enum class Stage : std::uint8_t { kWaits, kDecided, kTold };
  struct Row {
    Ticket ticket = 0;
    std::string manager;
    Put put;
    Stage stage = Stage::kWaits;
    UtcMs since;        ///< When the stage began.
    bool late = false;  ///< Released out of turn: it gets none.
  };
  using Rows = std::list<Row>;

  void end_turns(UtcMs now);
  [[nodiscard]] Rows::iterator row_of(std::string_view manager, const Uuid& id);
  void erase(Rows::iterator at);

  Rows rows_;  ///< In the order in which they came.
  std::size_t waiting_ = 0;
  Ticket tickets_ = 0;
  bool closed_ = false;
  Counts counts_;
};

}  // namespace tansiq::f3548
