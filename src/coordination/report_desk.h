// The reports of this authority (docs/coordination.md, Disclosure): what is filed, revised, revoked, and what has
// expired. Whom they go to is the business of ShowDesk, which finds them through OwnUse as it finds flights.
//
//   const Body body = TRY(desk.file(report, now));          // an officer's act: check, then write
//   desk.apply(said);                                       // every entry; only own ones matter
//   while (auto body = desk.next(now)) write(*body);        // live only: report.ended when the time has passed
//
// The end of a report is an entry, like the end of any right (G5): what is taken back follows from the record, not from
// whose clock is looked at. Holders have the time in the report itself and destroy it by their own clocks too, also
// when no line to its originator is up.
//
// Cost: O(log n) an entry. Core thread only.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <utility>

#include "coordination/entry.h"
#include "coordination/views.h"
#include "core/charter.h"

namespace tansiq::coordination {

/// Reports of one authority that stand.
inline constexpr std::size_t kReportsMax = 4'096;
/// How long one that is over is known by its id.
inline constexpr DurationMs kEndedReportKeptMs = 31LL * 24 * 3'600'000;

struct OwnReport {
  std::optional<UtcMs> ended;
  std::optional<ReportEnd> how;
  InfoReport report;  ///< Of one that is over, without areas, sections and references.
  UtcMs since;        ///< Of the newest version.
  static constexpr auto fields() {
    return field_list(field("ended_ms", &OwnReport::ended), field("how", &OwnReport::how),
                      field("report", &OwnReport::report), field("since_ms", &OwnReport::since));
  }
  friend bool operator==(const OwnReport&, const OwnReport&) = default;
};

class ReportDesk {
 public:
  /// `charter` must outlive this.
  ReportDesk(AuthorityId self, const core::Charter& charter) : self_(std::move(self)), charter_(charter) {}

  // The fold
  std::optional<Oddity> apply(const Said& said);
  void write_state(log::JcsWriter& out) const;
  [[nodiscard]] Status read_state(const log::JcsValue& value);

  // What this node must say
  [[nodiscard]] std::optional<Body> next(UtcMs now) const;
  [[nodiscard]] std::optional<UtcMs> next_timer() const;

  // Acts
  /// A new report, as version 1. Fails with `kInvalid`, `kNotFound` (an authority that is none), `kWrongState` (the id
  /// is taken), `kTooLarge`.
  [[nodiscard]] Result<Body> file(InfoReport report, UtcMs now) const;
  /// The next version of one that stands. Fails as `file`, with `kNotFound` where there is none, and with `kWrongState`
  /// when `version` is not the next: somebody else has revised it.
  [[nodiscard]] Result<Body> revise(InfoReport report, UtcMs now) const;
  /// Fails with `kNotFound`, `kWrongState` (over already).
  [[nodiscard]] Result<Body> revoke(const ReportId& report, std::string text) const;

  // Answers
  /// Null when there is none, or it is forgotten.
  [[nodiscard]] const OwnReport* find(const ReportId& report) const;
  [[nodiscard]] const std::map<ReportId, OwnReport>& reports() const { return rows_; }

  friend bool operator==(const ReportDesk& a, const ReportDesk& b) { return a.rows_ == b.rows_; }

 private:
  [[nodiscard]] Result<Body> checked(InfoReport report, UtcMs now) const;
  void index();

  const AuthorityId self_;
  const core::Charter& charter_;
  std::map<ReportId, OwnReport> rows_;

  // What follows from it
  std::set<std::pair<UtcMs, ReportId>> expiries_;
  std::set<std::pair<UtcMs, ReportId>> ended_;
};

}  // namespace tansiq::coordination
