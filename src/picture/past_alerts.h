// Alerts that are over and out of sight, for who comes later: bounded in number and time, gone with the process. What
// must be kept longer is in the recording, of which a replay raises the same alerts.
//
//   PastAlerts past;
//   past.add(alert, now);                    // once it is cleared
//   past.advance(now);                       // once a second
//   const PastAlerts::Page page = past.page(before, 100);
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "log/jcs.h"
#include "picture/alert_book.h"

namespace tansiq::picture {

inline constexpr DurationMs kPastAlertsKeptMs = 24LL * 3'600'000;
inline constexpr std::size_t kPastAlertsMax = 10'000;

struct PastAlert {
  std::uint64_t number = 0;  ///< In the order of ending, from 1.
  UtcMs ended;               ///< When it went out of sight.
  Alert alert;               ///< As it was last.
};

class PastAlerts {
 public:
  struct Page {
    std::vector<const PastAlert*> alerts;  ///< Until the next change. The last that ended first.
    std::optional<std::uint64_t> next;     ///< `before` of the next page; nothing on the last.
  };

  void add(const Alert& alert, UtcMs ended);
  void advance(UtcMs now);
  /// Those that ended before number `before`; without it, the last. At most `most` (> 0).
  [[nodiscard]] Page page(std::optional<std::uint64_t> before, std::size_t most) const;
  [[nodiscard]] std::size_t size() const { return alerts_.size(); }

 private:
  std::deque<PastAlert> alerts_;
  std::uint64_t numbers_ = 0;
};

/// {"alerts":[{… as write_alert, "ended_ms"}…],"next"?}
void write_past_alerts(log::JcsWriter& out, const PastAlerts::Page& page);

}  // namespace tansiq::picture
