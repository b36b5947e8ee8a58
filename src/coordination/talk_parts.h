// What a message between authorities consists of: text, and parts that a machine can read too (docs/talks.md).
//
//   {"position":{"at_ms":…,"lat_e7":353312000,"lng_e7":401406000,"name":"P1"}}    one part: its kind, its members
//
// A part says one thing in integers: degrees in 1e-7, heights in cm, moments in UTC ms. Whatever needs a meaning in the
// reader's language stands in `template`, whose text the reader's own program knows; `text` is what a person wrote, in
// the language in which he wrote it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "coordination/names.h"
#include "core/record.h"

namespace tansiq::coordination {

struct ThreadTag {
  static constexpr std::string_view kKind = "thread id";
};
/// A conversation as whoever opened it names it; unique at that authority.
using ThreadId = Id<ThreadTag>;

/// How urgent it is. The order is the order of attention.
enum class Precedence : std::uint8_t { kRoutine, kPriority, kImmediate, kStop };
constexpr std::array<std::string_view, 4> enum_names(Precedence) {
  return {"routine", "priority", "immediate", "stop"};
}

/// Between whom: the capability of domain `talks` that covers it. The floor needs none.
enum class Echelon : std::uint8_t { kCentres, kChiefs, kMinistries, kFloor };
constexpr std::array<std::string_view, 4> enum_names(Echelon) { return {"centres", "chiefs", "ministries", "floor"}; }

/// Which receipt the sender waits for.
enum class Needs : std::uint8_t { kReceived, kRead, kAnswer };
constexpr std::array<std::string_view, 3> enum_names(Needs) { return {"received", "read", "answer"}; }

/// Three things that must not be taken for each other.
enum class AnswerKind : std::uint8_t { kAnswer, kAgree, kDispute };
constexpr std::array<std::string_view, 3> enum_names(AnswerKind) { return {"answer", "agree", "dispute"}; }

/// What is said to "whose is it?".
enum class Finding : std::uint8_t { kMine, kNotMine, kDeclined, kUnknown };
constexpr std::array<std::string_view, 4> enum_names(Finding) { return {"mine", "not_mine", "declined", "unknown"}; }

/// What a call for help or a warning is about.
enum class Danger : std::uint8_t { kDistress, kCollision };
constexpr std::array<std::string_view, 2> enum_names(Danger) { return {"distress", "collision"}; }

inline constexpr std::size_t kTalkPartsMax = 32;
inline constexpr std::size_t kTalkTextBytesMax = 8'000;
inline constexpr std::size_t kTalkRowsMax = 64;  ///< Of a list within a part.

/// What a person wrote: longer than a label, and it may have lines.
struct Words {
  std::string text;
  friend bool operator==(const Words&, const Words&) = default;
};
/// Valid UTF-8 without control characters but line feeds, at most kTalkTextBytesMax bytes. Fails with `kInvalid`.
[[nodiscard]] Status check_words(std::string_view text);

struct TextPart {
  static constexpr std::string_view kKind = "text";
  std::string language;  ///< BCP 47, such as `ar`.
  Words text;
  std::optional<EntryHash> translates;  ///< The content hash of the message whose text this is a translation of.
  static constexpr auto fields() {
    return field_list(field("language", &TextPart::language), field("text", &TextPart::text),
                      field("translates", &TextPart::translates));
  }
  [[nodiscard]] Status check() const;
  friend bool operator==(const TextPart&, const TextPart&) = default;
};

struct TemplateValue {
  std::string name;
  std::string value;
  static constexpr auto fields() {
    return field_list(field("name", &TemplateValue::name), field("value", &TemplateValue::value));
  }
  friend bool operator==(const TemplateValue&, const TemplateValue&) = default;
};
struct TemplatePart {
  static constexpr std::string_view kKind = "template";
  std::string id;
  std::vector<TemplateValue> values;
  std::int64_t version = 1;
  static constexpr auto fields() {
    return field_list(field("id", &TemplatePart::id), field("values", &TemplatePart::values),
                      field("version", &TemplatePart::version));
  }
  [[nodiscard]] Status check() const;
  friend bool operator==(const TemplatePart&, const TemplatePart&) = default;
};

/// A call for help, or a warning, that goes through every freeze. Position, flight and track are parts beside it.
struct DangerPart {
  static constexpr std::string_view kKind = "danger";
  Danger kind = Danger::kDistress;
  std::string text;
  static constexpr auto fields() {
    return field_list(field("kind", &DangerPart::kind), field("text", &DangerPart::text));
  }
  friend bool operator==(const DangerPart&, const DangerPart&) = default;
};

struct PositionPart {
  static constexpr std::string_view kKind = "position";
  std::optional<UtcMs> at;
  std::optional<geo::LevelBand> band;
  std::int64_t lat_e7 = 0;
  std::int64_t lng_e7 = 0;
  std::string name;  ///< By which the sender's earlier and later positions are compared with it. May be empty.
  static constexpr auto fields() {
    return field_list(field("at_ms", &PositionPart::at), field("band", &PositionPart::band),
                      field("lat_e7", &PositionPart::lat_e7), field("lng_e7", &PositionPart::lng_e7),
                      field("name", &PositionPart::name));
  }
  [[nodiscard]] Status check() const;
  friend bool operator==(const PositionPart&, const PositionPart&) = default;
};

struct AreaPart {
  static constexpr std::string_view kKind = "area";
  std::string name;  ///< As of a position.
  geo::Volume4d volume;
  static constexpr auto fields() {
    return field_list(field("name", &AreaPart::name), field("volume", &AreaPart::volume));
  }
  [[nodiscard]] Status check() const;
  friend bool operator==(const AreaPart&, const AreaPart&) = default;
};

/// A moment, or with `until` a window.
struct TimePart {
  static constexpr std::string_view kKind = "time";
  UtcMs at;
  std::string name;
  std::optional<UtcMs> until;
  static constexpr auto fields() {
    return field_list(field("at_ms", &TimePart::at), field("name", &TimePart::name),
                      field("until_ms", &TimePart::until));
  }
  [[nodiscard]] Status check() const;
  friend bool operator==(const TimePart&, const TimePart&) = default;
};

struct FlightPart {
  static constexpr std::string_view kKind = "flight";
  std::string call_sign;
  std::optional<FlightId> flight;
  std::optional<AuthorityId> home;
  static constexpr auto fields() {
    return field_list(field("call_sign", &FlightPart::call_sign), field("flight", &FlightPart::flight),
                      field("home", &FlightPart::home));
  }
  friend bool operator==(const FlightPart&, const FlightPart&) = default;
};

/// A track in somebody's picture.
struct TrackPart {
  static constexpr std::string_view kKind = "track";
  std::string name;
  AuthorityId of;
  static constexpr auto fields() { return field_list(field("name", &TrackPart::name), field("of", &TrackPart::of)); }
  friend bool operator==(const TrackPart&, const TrackPart&) = default;
};

struct IncidentPart {
  static constexpr std::string_view kKind = "incident";
  std::string incident;
  AuthorityId opener;
  static constexpr auto fields() {
    return field_list(field("incident", &IncidentPart::incident), field("opener", &IncidentPart::opener));
  }
  friend bool operator==(const IncidentPart&, const IncidentPart&) = default;
};

/// Whose is it? An attribution query: what was seen, where and when.
struct QueryPart {
  static constexpr std::string_view kKind = "query";
  std::optional<AuthorityId> asks;  ///< For whom a gateway asks; absent: the sender itself.
  UtcMs at;
  std::optional<geo::LevelBand> band;
  std::int64_t lat_e7 = 0;
  std::int64_t lng_e7 = 0;
  std::string text;
  std::optional<std::string> track;  ///< As the sender's picture names it.
  static constexpr auto fields() {
    return field_list(field("asks", &QueryPart::asks), field("at_ms", &QueryPart::at), field("band", &QueryPart::band),
                      field("lat_e7", &QueryPart::lat_e7), field("lng_e7", &QueryPart::lng_e7),
                      field("text", &QueryPart::text), field("track", &QueryPart::track));
  }
  [[nodiscard]] Status check() const;
  friend bool operator==(const QueryPart&, const QueryPart&) = default;
};

struct AssessmentSection {
  std::vector<AuthorityId> releasable;  ///< To whom a recipient may pass the section on; nobody unless named.
  Words text;
  std::string title;
  static constexpr auto fields() {
    return field_list(field("releasable", &AssessmentSection::releasable), field("text", &AssessmentSection::text),
                      field("title", &AssessmentSection::title));
  }
  friend bool operator==(const AssessmentSection&, const AssessmentSection&) = default;
};
/// A situation report.
struct AssessmentPart {
  static constexpr std::string_view kKind = "assessment";
  std::optional<geo::Volume4d> area;
  geo::TimeWindow period;
  std::vector<AssessmentSection> sections;
  static constexpr auto fields() {
    return field_list(field("area", &AssessmentPart::area), field("period", &AssessmentPart::period),
                      field("sections", &AssessmentPart::sections));
  }
  [[nodiscard]] Status check() const;
  friend bool operator==(const AssessmentPart&, const AssessmentPart&) = default;
};

/// What one side says was said in a call. The other side has a message of its own: one statement a side.
struct CallPart {
  static constexpr std::string_view kKind = "call";
  std::vector<std::string> agreed;
  UtcMs begin;
  UtcMs end;
  std::vector<std::string> functions;  ///< Who spoke, by function: `duty officer`, not a name.
  static constexpr auto fields() {
    return field_list(field("agreed", &CallPart::agreed), field("begin_ms", &CallPart::begin),
                      field("end_ms", &CallPart::end), field("functions", &CallPart::functions));
  }
  [[nodiscard]] Status check() const;
  friend bool operator==(const CallPart&, const CallPart&) = default;
};

struct PlannedFlight {
  std::string call_sign;
  std::string change;  ///< Of the version before, or a deviation of the day; empty where there is none.
  geo::TimeWindow window;
  static constexpr auto fields() {
    return field_list(field("call_sign", &PlannedFlight::call_sign), field("change", &PlannedFlight::change),
                      field("window", &PlannedFlight::window));
  }
  friend bool operator==(const PlannedFlight&, const PlannedFlight&) = default;
};
/// The plan of one day, or what has changed in it, or how the day deviated from it.
struct PlanPart {
  static constexpr std::string_view kKind = "plan";
  UtcMs answer_by;
  geo::TimeWindow day;
  std::vector<PlannedFlight> flights;
  UtcMs submit_by;
  std::int64_t version = 1;
  static constexpr auto fields() {
    return field_list(field("answer_by_ms", &PlanPart::answer_by), field("day", &PlanPart::day),
                      field("flights", &PlanPart::flights), field("submit_by_ms", &PlanPart::submit_by),
                      field("version", &PlanPart::version));
  }
  [[nodiscard]] Status check() const;
  friend bool operator==(const PlanPart&, const PlanPart&) = default;
};

using TalkPart = std::variant<TextPart, TemplatePart, DangerPart, PositionPart, AreaPart, TimePart, FlightPart,
                              TrackPart, IncidentPart, QueryPart, AssessmentPart, CallPart, PlanPart>;

/// `text`, … as in records.
[[nodiscard]] std::string_view kind_name(const TalkPart& part);

/// Whether any part is a T.
template <class T>
[[nodiscard]] bool has_part(const std::vector<TalkPart>& parts) {
  for (const TalkPart& part : parts) {
    if (std::holds_alternative<T>(part)) return true;
  }
  return false;
}

}  // namespace tansiq::coordination

namespace tansiq::core {

template <>
struct Codec<coordination::Words> {
  static void write(log::JcsWriter& out, const coordination::Words& value) { out.string(value.text); }
  static Result<coordination::Words> read(const log::JcsValue& value);
};
template <>
struct Codec<coordination::TalkPart> {
  static void write(log::JcsWriter& out, const coordination::TalkPart& value);
  static Result<coordination::TalkPart> read(const log::JcsValue& value);
};

}  // namespace tansiq::core
