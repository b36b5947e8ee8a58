// Small vocabulary of the core: who acts, in which domain, under which rule. Each enumeration has one spelling in
// records and in the API; `parse_*` refuses everything else and says what would be right.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/result.h"

namespace tansiq::core {

inline constexpr std::size_t kSubjectBytesMax = 128;
inline constexpr std::size_t kFlightBytesMax = 64;
inline constexpr std::size_t kMeasureTextBytesMax = 500;
inline constexpr std::size_t kNameBytesMax = 200;

/// Who acts: the subject of the authenticated caller, and so the manager of what it files. Compared byte by byte, case
/// included. 1 to 128 bytes of printable ASCII without space, quote or backslash: account names, host names and URLs
/// all pass.
class Subject {
 public:
  Subject() = default;
  /// Fails with `kInvalid`, naming the first character that may not be there.
  [[nodiscard]] static Result<Subject> parse(std::string_view text);
  /// For literals in tests and for text that this program wrote itself.
  [[nodiscard]] static Subject trusted(std::string_view text) {
    Subject s;
    s.text_ = text;
    return s;
  }
  [[nodiscard]] const std::string& str() const { return text_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }
  friend auto operator<=>(const Subject&, const Subject&) = default;

 private:
  std::string text_;
};

/// Whether the subject is one of an officer of the authority: `name@authority`, which no token has where there are
/// accounts of officers.
[[nodiscard]] bool in_office(const Subject& subject, const AuthorityId& authority);

/// Text for people (flight label, measure text, names): valid UTF-8 without control characters, at most `bytes_max`
/// bytes. May be empty. `kind` begins the message. Fails with `kInvalid`.
[[nodiscard]] Status check_label(std::string_view text, std::size_t bytes_max, std::string_view kind);

/// Air and sea never meet: volumes of different domains do not conflict. Sea volumes have no levels.
enum class Domain : std::uint8_t { kAir, kSea };
[[nodiscard]] std::string_view to_text(Domain domain);
[[nodiscard]] Result<Domain> parse_domain(std::string_view text);

/// How a zone admits intents (DESIGN, Admission rules).
enum class Rule : std::uint8_t {
  kExclusive,  ///< The sequencer refuses a conflicting intent and proposes an alternative.
  kAware,      ///< The filer proves that it knows of every relevant intent; nobody is refused for overlapping.
  kDisputed,   ///< Anybody notifies, nobody allocates; overlaps are shown.
};
[[nodiscard]] std::string_view to_text(Rule rule);
[[nodiscard]] Result<Rule> parse_rule(std::string_view text);

/// What an asker may learn about the intents of others, in ascending order.
enum class Disclosure : std::uint8_t {
  kNone,    ///< That something is in the way in this zone.
  kBusy,    ///< And when and at which levels.
  kCoarse,  ///< And which intent, at which version, and whose.
  kFull,    ///< Everything.
};
[[nodiscard]] std::string_view to_text(Disclosure disclosure);
[[nodiscard]] Result<Disclosure> parse_disclosure(std::string_view text);

/// What kind of data a charter governs. REAL never shares a decision with the others.
enum class DataMode : std::uint8_t { kReal, kExercise, kTest, kSimulated };
[[nodiscard]] std::string_view to_text(DataMode mode);
[[nodiscard]] Result<DataMode> parse_data_mode(std::string_view text);

/// Where an intent stands in its life; transitions in intent.h.
enum class IntentState : std::uint8_t { kAccepted, kActivated, kNonconforming, kContingent, kEnded };
[[nodiscard]] std::string_view to_text(IntentState state);
[[nodiscard]] Result<IntentState> parse_intent_state(std::string_view text);

/// What a measure does to an intent that meets it.
enum class Effect : std::uint8_t { kRefuse, kWarn };
[[nodiscard]] std::string_view to_text(Effect effect);
[[nodiscard]] Result<Effect> parse_effect(std::string_view text);

}  // namespace tansiq::core
