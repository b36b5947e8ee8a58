// The alerts of one picture: one for each situation, from its beginning to its end.
//
//   AlertBook book(options, [&](const AlertChange& change) { publish(change); });
//   book.holds(situation, finding, now);     // said by a detector: raises it, or keeps it up to date
//   book.over(situation, now);               // the situation is no more
//   book.acknowledge(id, "watch-1", now);    // a person has seen it
//   book.tick(now);                          // escalates, sounds again, clears
//
//   state \ what      holds                  over                          acknowledge     tick
//   unacknowledged    kept up to date        rectified (1)                 acknowledged    escalated, sounded again
//   acknowledged      kept up to date (2)    settling                      –               –
//   rectified         unacknowledged (4)     –                             settling        cleared after `rectified_ms`
//   settling          as it was before (3)   –                             acknowledged    cleared after `settle_ms`
//
//   (1) a caution needs no acknowledgement: it settles at once
//   (2) never sounds again for the same situation, whatever its priority becomes: whoever acknowledged it is on it.
//   What
//       was acknowledged as a caution is not when it becomes more, for nobody had to look at it
//   (3) a situation that flickers stays one alert: it keeps its id, its acknowledgement and its time of raising
//   (4) after more than `settle_ms` it is news: it sounds, and what is said of its time of warning begins anew
//   –   no effect
//
// A warning that nobody acknowledges within `escalate_ms` is an alarm from then on; alarms and emergencies sound again
// every `repeat_ms`, each time one `attention` higher, which is how consoles know to sound and how whoever relieves or
// calls the next officer knows for how long nobody came. Practice of alert management at sea (IMO MSC.302(87), IEC
// 62923).
//
// Deterministic: what it says depends on what it is told alone, and is said in the order of ids. Bounded: beyond
// `alerts_max` what needs nobody makes room: what is settling, then what is over unseen, then cautions, the oldest
// first; what finds no room is counted, and may be said again.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "picture/alert.h"

namespace tansiq::picture {

/// Given in the order of raising, from 1.
using AlertId = std::uint64_t;

enum class AlertState : std::uint8_t {
  kUnacknowledged,
  kAcknowledged,
  kRectified,  ///< Over, and nobody has acknowledged it: stays in sight.
  kSettling,   ///< Over, and nobody needs to see it; the same situation may be back in a moment.
  kCleared,    ///< Ended. Only in the change that says so.
};
[[nodiscard]] std::string_view name_of(AlertState state);

struct Alert {
  AlertId id = 0;
  Situation situation;
  Finding finding;                         ///< As last said,
  UtcMs found;                             ///< and when.
  Priority priority = Priority::kWarning;  ///< The finding's, or an alarm's once escalated.
  AlertState state = AlertState::kUnacknowledged;
  UtcMs raised;
  UtcMs changed;
  std::optional<UtcMs> violated;  ///< First moment at which it was so, not only predicted.
  std::optional<UtcMs> over;      ///< Since when it is over.
  std::optional<UtcMs> acknowledged;
  std::string acknowledged_by;
  Priority acknowledged_as = Priority::kCaution;  ///< What it was then.
  std::uint32_t attention = 1;                    ///< How often it has sounded; 0 for a caution.
  UtcMs sounded;                                  ///< When last.
  bool escalated = false;                         ///< It is an alarm because nobody came.

  /// For how long there was warning before it was so: absent while it has not come to that.
  [[nodiscard]] std::optional<DurationMs> warned_ms() const {
    return violated ? std::optional<DurationMs>(violated->ms - raised.ms) : std::nullopt;
  }
};

enum class AlertEvent : std::uint8_t {
  kRaised,
  kUpdated,
  kEscalated,
  kSounded,
  kAcknowledged,
  kRectified,
  kBack,
  kCleared
};
[[nodiscard]] std::string_view name_of(AlertEvent event);

struct AlertChange {
  AlertEvent event = AlertEvent::kRaised;
  const Alert& alert;  ///< Lives until the call returns.
};

struct AlertOptions {
  DurationMs escalate_ms = 60'000;
  DurationMs repeat_ms = 30'000;
  DurationMs settle_ms = 60'000;
  DurationMs rectified_ms = 24LL * 3'600'000;  ///< Unacknowledged ones are kept for the next watch, not for ever.
  /// Figures of a live alert are passed on no oftener than this, unless priority or `now` changes.
  DurationMs update_ms = 1'000;
  std::size_t alerts_max = 10'000;
};

class AlertBook {
 public:
  using OnChange = std::function<void(const AlertChange&)>;
  AlertBook(const AlertOptions& options, OnChange on_change);

  /// The situation holds at `now`. Returns the alert's id; 0 when there was no room. O(log n).
  AlertId holds(const Situation& situation, const Finding& finding, UtcMs now);
  /// The track is now known as another, with which it is one craft: what was said of it is over and may be back under
  /// that name, with its acknowledgement. O(alerts).
  void rename(TrackId from, TrackId to, UtcMs now);
  /// It holds no more. No effect when there is none. O(log n).
  void over(const Situation& situation, UtcMs now);
  /// Fails with `kNotFound`; acknowledging once more is no error and changes nothing. `by`: for people and the record.
  [[nodiscard]] Status acknowledge(AlertId id, std::string_view by, UtcMs now);
  /// What time alone brings. Call once a second or so; linear in the alerts in sight.
  void tick(UtcMs now);

  /// Null when it is cleared or never was.
  [[nodiscard]] const Alert* find(AlertId id) const;
  /// All that are not cleared, in the order of raising.
  [[nodiscard]] const std::map<AlertId, Alert>& alerts() const { return alerts_; }
  /// Situations that found no room.
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

 private:
  using Alerts = std::map<AlertId, Alert>;

  [[nodiscard]] bool make_room(Priority for_priority, UtcMs now);
  void come_back(Alert& alert, UtcMs now);
  static void set_priority(Alert& alert);
  /// It has become more than a caution: whoever knew it as one has not seen this.
  static void need_a_person(Alert& alert, UtcMs now);
  static void sound(Alert& alert, UtcMs now);
  void say(AlertEvent event, const Alert& alert) const { on_change_({event, alert}); }
  Alerts::iterator clear(Alerts::iterator at, UtcMs now);

  AlertOptions options_;
  OnChange on_change_;
  Alerts alerts_;
  std::map<Situation, AlertId> by_situation_;
  AlertId next_ = 1;
  std::uint64_t dropped_ = 0;
};

}  // namespace tansiq::picture
