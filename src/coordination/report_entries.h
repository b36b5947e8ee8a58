// Reports: what an authority tells chosen others, in words and areas, in domain `information` (docs/coordination.md,
// Disclosure). An officer files one; to whom it goes, and that it is taken back, is what disclosure_entries.h says of
// anything that is shown. So a report stands in its originator's own record, and with nobody else in any log.
//
// The members map onto a STIX 2.1 Report and its markings (docs/talks.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coordination/leg_entries.h"
#include "coordination/names.h"
#include "coordination/talk_parts.h"

namespace tansiq::coordination {

struct ReportTag {
  static constexpr std::string_view kKind = "report id";
};
/// A report as its originator names it, through all its versions; unique at that authority.
using ReportId = Id<ReportTag>;

inline constexpr std::size_t kReportSectionsMax = 64;
inline constexpr std::size_t kReportTitleBytesMax = 300;

/// Traffic Light Protocol 2.0 (FIRST, 2022), between authorities. A marking bounds what the originator's rule may
/// allow; it allows nothing by itself.
enum class Tlp : std::uint8_t {
  kRed,          ///< Whom the originator gives it to, and nobody else: it is not passed on at all.
  kAmberStrict,  ///< Recipients only: passed on to who is on the releasable-to list.
  kAmber,        ///< And to those whom the rule names, by who has it from the originator.
  kGreen,        ///< And further, by whoever holds it, to those whom the rule names.
  kClear,        ///< As `green`, between authorities; what is told outside of them is not bounded.
};
constexpr std::array<std::string_view, 5> enum_names(Tlp) { return {"red", "amber+strict", "amber", "green", "clear"}; }

struct ReportSection {
  std::string heading;
  std::string language;
  Words text;
  static constexpr auto fields() {
    return field_list(field("heading", &ReportSection::heading), field("language", &ReportSection::language),
                      field("text", &ReportSection::text));
  }
  [[nodiscard]] Status check() const;
  friend bool operator==(const ReportSection&, const ReportSection&) = default;
};

/// Something that a report speaks of, by the name under which its readers may know it.
enum class ReportRefKind : std::uint8_t { kAlert, kEntry, kFlight, kIncident, kIntent, kReport, kTrack, kZone };
constexpr std::array<std::string_view, 8> enum_names(ReportRefKind) {
  return {"alert", "entry", "flight", "incident", "intent", "report", "track", "zone"};
}
struct ReportRef {
  ReportRefKind kind = ReportRefKind::kEntry;
  std::string name;
  static constexpr auto fields() {
    return field_list(field("kind", &ReportRef::kind), field("name", &ReportRef::name));
  }
  friend bool operator==(const ReportRef&, const ReportRef&) = default;
};

/// One version of a report.
struct InfoReport {
  std::vector<geo::Volume4d> area;         ///< Where, and when, as far as it can be drawn.
  std::optional<UtcMs> expires;            ///< Destroyed by whoever holds it then. Absent: until it is revoked.
  std::vector<AuthorityId> onward;         ///< To whom recipients may pass it on. Not told to them as it is filed:
                                           ///< a share says to whom it may be passed on now.
  std::optional<geo::TimeWindow> period;   ///< What time it speaks of.
  std::vector<ReportRef> refs;             ///< What it speaks of.
  std::vector<AuthorityId> releasable_to;  ///< Empty: nobody.
  ReportId report;
  std::vector<ReportSection> sections;
  std::string title;
  Tlp tlp = Tlp::kRed;
  std::int64_t version = 1;
  static constexpr auto fields() {
    return field_list(field("area", &InfoReport::area), field("expires_ms", &InfoReport::expires),
                      field("onward", &InfoReport::onward), field("period", &InfoReport::period),
                      field("refs", &InfoReport::refs), field("releasable_to", &InfoReport::releasable_to),
                      field("report", &InfoReport::report), field("sections", &InfoReport::sections),
                      field("title", &InfoReport::title), field("tlp", &InfoReport::tlp),
                      field("version", &InfoReport::version));
  }
  /// Also that the rule keeps within the marking.
  [[nodiscard]] Status check() const;
  friend bool operator==(const InfoReport&, const InfoReport&) = default;
};

/// Whether the marking lets a holder pass it on to `to`; `direct`: who holds it has it from the originator itself. The
/// originator's rule has to name `to` as well.
[[nodiscard]] bool marking_allows(const InfoReport& report, bool direct, const AuthorityId& to);

/// A version of a report stands from now on.
struct ReportFiled {
  static constexpr std::string_view kType = "report.filed";
  static constexpr Audience kAudience = Audience::kOwn;
  InfoReport report;
  static constexpr auto fields() { return field_list(field("report", &ReportFiled::report)); }
  friend bool operator==(const ReportFiled&, const ReportFiled&) = default;
};
enum class ReportEnd : std::uint8_t { kExpired, kRevoked };
constexpr std::array<std::string_view, 2> enum_names(ReportEnd) { return {"expired", "revoked"}; }
/// It is taken back, in all versions, from all who were given it: by an officer, or because its time has passed.
struct ReportEnded {
  static constexpr std::string_view kType = "report.ended";
  static constexpr Audience kAudience = Audience::kOwn;
  ReportEnd how = ReportEnd::kRevoked;
  ReportId report;
  std::string text;  ///< Why.
  static constexpr auto fields() {
    return field_list(field("how", &ReportEnded::how), field("report", &ReportEnded::report),
                      field("text", &ReportEnded::text));
  }
  friend bool operator==(const ReportEnded&, const ReportEnded&) = default;
};

/// A report of another authority is here, verified, from now on. It says what was held then, and nothing of what the
/// report says, which may have to be destroyed.
struct ReportHeld {
  static constexpr std::string_view kType = "report.held";
  static constexpr Audience kAudience = Audience::kOwn;
  EntryHash body;
  AuthorityId from;
  ReportId report;
  Tlp tlp = Tlp::kRed;
  std::int64_t version = 1;
  std::optional<AuthorityId> via;  ///< Who passed it on; absent: its originator gave it.
  static constexpr auto fields() {
    return field_list(field("body", &ReportHeld::body), field("from", &ReportHeld::from),
                      field("report", &ReportHeld::report), field("tlp", &ReportHeld::tlp),
                      field("version", &ReportHeld::version), field("via", &ReportHeld::via));
  }
  friend bool operator==(const ReportHeld&, const ReportHeld&) = default;
};
/// It is destroyed here.
struct ReportGone {
  static constexpr std::string_view kType = "report.gone";
  static constexpr Audience kAudience = Audience::kOwn;
  EntryHash body;
  AuthorityId from;
  ReportId report;
  static constexpr auto fields() {
    return field_list(field("body", &ReportGone::body), field("from", &ReportGone::from),
                      field("report", &ReportGone::report));
  }
  friend bool operator==(const ReportGone&, const ReportGone&) = default;
};

}  // namespace tansiq::coordination
