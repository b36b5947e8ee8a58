// Between a decoder and whoever uses its reports: times that cannot be, repetitions, statements that come late.
//
//   Intake intake(sink);
//   decoder.feed(bytes, now, intake);
//
// A source's clock may be wrong, a network may double or reorder datagrams, and a stream may be fed in twice. A report
// whose time lies more than `future_ms` after its reception, or `old_ms` before it, is dropped: it says more about a
// clock than about a craft. Of reports of one craft by one source, an exact repetition of the last is dropped, and so
// is one that is older than the newest by less than `old_ms` (and `disorder_ms`): what the newer says is already known.
// Everything dropped is counted by reason. Identities and texts pass, for they replace nothing that moves; of statuses
// only those from the future do not.
//
// The memory of craft is a fixed table: two that fall on one place displace each other's, which lets a repetition
// through and never drops what is new.
#pragma once

#include <limits>
#include <vector>

#include "surveillance/counters.h"
#include "surveillance/report.h"

namespace tansiq::surveillance {

struct IntakeOptions {
  DurationMs future_ms = 5'000;
  DurationMs old_ms = 120'000;  ///< Long enough for a recording's or a satellite's delay; replays set it high.
  /// Behind the newest of a craft by more, a report is no straggler: the source's clock was set back.
  DurationMs disorder_ms = std::numeric_limits<DurationMs>::max();
};

inline constexpr std::size_t kIntakeCraftMax = 1U << 16;

class Intake final : public Sink {
 public:
  explicit Intake(Sink& next, const IntakeOptions& options = {});

  void report(const Report& report) override;
  void status(const SensorStatus& status) override;
  void identity(const Identity& identity) override { next_.identity(identity); }
  void text(const Text& text) override { next_.text(text); }

  /// Reports that were dropped for their time.
  struct Misdated {
    std::uint64_t count = 0;
    DurationMs off_ms = 0;  ///< Of the last: ahead of its reception positive, behind negative.
  };
  [[nodiscard]] const Misdated& misdated() const { return misdated_; }
  /// `reports` passed, and `rejected` by reason.
  [[nodiscard]] const DecodeCounters& counters() const { return counters_; }

 private:
  struct Memory {
    std::uint64_t craft = 0;   ///< Hash of who says it of whom; 0: none yet.
    std::uint64_t saying = 0;  ///< Hash of what was said last.
    UtcMs time;
  };

  Sink& next_;
  IntakeOptions options_;
  std::vector<Memory> memory_;
  DecodeCounters counters_;
  Misdated misdated_;
};

}  // namespace tansiq::surveillance
