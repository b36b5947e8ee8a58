// What a reader has to say about its input beside the data: what it repaired, skipped, refused, or could not read.
//
// Readers never stop at a bad line, feature or polygon. They count it under its reason, keep the first ones with their
// place and detail, and go on; the caller decides whether that is good enough.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tansiq::formats {

/// Places kept per reason; the rest is only counted.
inline constexpr std::size_t kFindingsPerReasonMax = 200;
/// Distinct reasons of one input; further ones are counted together as "other reasons".
inline constexpr std::size_t kFindingReasonsMax = 64;

enum class Severity : std::uint8_t {
  kNote,       ///< Worth knowing; nothing was changed.
  kRepaired,   ///< Used, after a repair by a stated rule.
  kSkipped,    ///< Well formed, but not wanted by a stated rule (an aircraft on the ground).
  kRefused,    ///< Well formed, but makes no sense as it stands (an outline that crosses itself). Not used.
  kMalformed,  ///< Not what the format says. Not used.
};

/// "note", "repaired", "skipped", "refused", "malformed".
[[nodiscard]] std::string_view severity_name(Severity severity);

/// One place in the input.
struct Finding {
  Severity severity = Severity::kNote;
  std::string reason;  ///< The same for all findings of a kind: "latitude is not a number".
  std::string where;   ///< "line 17", "line 3 EGGX/2", "features[4]".
  std::string detail;  ///< What was found there; may be empty.
};

/// A bounded list of findings with exact totals. Order of the list is the order of the input.
class Findings {
 public:
  struct Total {
    Severity severity = Severity::kNote;
    std::string reason;
    std::uint64_t count = 0;
  };

  void add(Severity severity, std::string_view reason, std::string where, std::string detail = {});
  /// Counts without a place, for what occurs by the thousand.
  void count(Severity severity, std::string_view reason);

  [[nodiscard]] const std::vector<Finding>& list() const { return list_; }
  /// Totals, ordered by severity and reason.
  [[nodiscard]] std::vector<Total> totals() const;
  [[nodiscard]] std::uint64_t count_of(Severity severity) const;
  [[nodiscard]] std::uint64_t count_of(Severity severity, std::string_view reason) const;

 private:
  std::uint64_t& slot(Severity severity, std::string_view& reason);

  std::map<std::pair<Severity, std::string>, std::uint64_t, std::less<>> totals_;
  std::vector<Finding> list_;
};

/// Text of untrusted input, fit for a message: at most `bytes_max` bytes, valid UTF-8, no control characters; what does
/// not fit ends in "…".
[[nodiscard]] std::string printable(std::string_view text, std::size_t bytes_max = 48);

}  // namespace tansiq::formats
