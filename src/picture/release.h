// Which of this picture's tracks a peer is told now, and as what: own reports, as the relation and the rules allow.
//
//   Release release("fr", rules);
//   release.heard(report, track);                                  // every report of an own source that made a place
//   release.gone(track);                                           // it has ended
//   const ReleaseAnswer told = release.collect(picture, "us", permit, after, now, 4'096);
//   send(told.reports);  after = told.next;
//
// The originator's rule. What a peer has said is never passed on to another, not even mixed into a filtered place. So
// what is told is no track at all but what an own source said of it last, place, speed and name as that source had
// them: whoever feeds this leaves out the sources that are peers, and nothing of theirs can be in an answer. That a
// track is an own flight's is taken from the picture.
//
// What is asked, for each track, in this order: is it confirmed; does the relation's level allow the domain (`permit`,
// judged anew for every answer by whoever knows the record); is its flight withheld from this peer; which rule is each
// place under. Rules for the peer are gone through as they are written; the first that covers the place decides of it
// alone, so a craft that flies into an area is under that area's delay there, and under no later rule. In a domain for
// which no rule names the peer, own flights are told as they are, and nothing else.
//
// Delay. A place is due `delay_ms` after it was taken or was so, whichever is later; told is the newest that is due.
// For that the places of the longest delay are kept, one a `kSampleEveryMs`, in all at most `kSamplesMax`: beyond that
// one is not kept and the loss counted, and a peer under a delay hears of that craft less often.
//
// The cursor `after` is a moment of this picture's: what became due later is told, once. It is no secret and no state
// is kept for it: one that lies in the future (this side was restarted with a clock set back) begins anew.
//
// Cost: O(log tracks) a report; a question looks at every track that own sources hear. One thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "geo/shape.h"
#include "picture/picture.h"
#include "picture/release_rule.h"
#include "surveillance/report.h"

namespace tansiq::picture {

inline constexpr std::size_t kSamplesMax = 1U << 18;
inline constexpr DurationMs kSampleEveryMs = 2'000;
/// For so long beyond its delay a sender stands by what it told.
inline constexpr DurationMs kReleaseStaleMs = 60'000;

/// What the record allows one peer, at one moment.
struct ReleasePermit {
  bool air = false;  ///< Disclosure stands at `live` there.
  bool sea = false;
  std::set<std::string, std::less<>> withheld;  ///< Plans, by the picture's ids of them.
  /// Outlines of the areas that rules name. One that is missing holds nobody.
  std::map<std::string, std::vector<geo::Shape>, std::less<>> areas;
  [[nodiscard]] bool any() const { return air || sea; }
};

struct ReleaseAnswer {
  std::vector<surveillance::Report> reports;  ///< In the order in which they became due.
  UtcMs next;                                 ///< The cursor of the next question.
  bool more = false;                          ///< There was no room for all; ask again at once.
};

struct ReleaseCounters {
  std::uint64_t told = 0;
  std::uint64_t not_kept = 0;  ///< Samples for which there was no room.
  std::uint64_t cut = 0;       ///< Due at one moment, and more than an answer may hold.
};

class Release {
 public:
  /// `rules` have passed `check`.
  Release(std::string self, std::vector<ReleaseRule> rules);

  /// Reports of peers must not come here. Without a place that the tracker believed nothing is kept; nor of what its
  /// source marks as simulated or a test, since an event cannot say so.
  void heard(const surveillance::Report& report, const Track& track);
  void gone(TrackId track);

  /// Whether a question with this cursor may have an answer: false is certain.
  [[nodiscard]] bool maybe_news(UtcMs after) const;
  /// At most `most` (> 0) reports. `now` never goes back.
  [[nodiscard]] ReleaseAnswer collect(const Picture& picture, std::string_view to, const ReleasePermit& permit,
                                      UtcMs after, UtcMs now, std::size_t most);

  [[nodiscard]] const std::vector<ReleaseRule>& rules() const { return rules_; }
  [[nodiscard]] const ReleaseCounters& counters() const { return counters_; }
  /// Samples kept for delays.
  [[nodiscard]] std::size_t samples() const { return samples_; }

 private:
  struct Sample {
    UtcMs taken;
    UtcMs time;
    geo::LatLng place;
    std::optional<std::int32_t> accuracy_cm;
    std::optional<std::int32_t> geometric_cm;
    std::optional<std::int32_t> speed_cm_s;
    std::optional<std::int32_t> course_mdeg;
  };
  struct Heard {
    surveillance::CraftId id;  ///< The strongest that an own source gave.
    surveillance::FixedText<20> call_sign;
    Sample newest;
    std::vector<Sample> kept;  ///< Ascending; only where a rule delays.
  };
  struct Due {
    UtcMs at;
    TrackId track;
    surveillance::Report report;
  };

  /// One question.
  struct Asked {
    const Picture& picture;
    std::string_view to;
    const ReleasePermit& permit;
    UtcMs after;
    UtcMs until;
  };
  void keep(Heard& of, const Sample& sample);
  [[nodiscard]] const ReleaseRule* rule_of(const Asked& asked, core::Domain domain, bool own, geo::LatLng place) const;
  [[nodiscard]] std::optional<Due> told(const Asked& asked, TrackId id, const Heard& of) const;
  [[nodiscard]] surveillance::Report as_told(TrackId id, const Heard& of, const Sample& sample,
                                             const ReleaseRule& rule) const;

  const std::string self_;
  const std::string uid_prefix_;
  const std::vector<ReleaseRule> rules_;
  DurationMs delay_ms_max_ = 0;
  std::map<TrackId, Heard> heard_;
  std::size_t samples_ = 0;
  UtcMs newest_taken_{0};
  UtcMs answered_{0};  ///< Up to here everything that is due was there to be told.
  ReleaseCounters counters_;
};

}  // namespace tansiq::picture
