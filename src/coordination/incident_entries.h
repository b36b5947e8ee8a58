// Incidents: what each side says of one thing that has happened, and holds of it (docs/talks.md). All entries stand in
// the logs of the pairs of parties, with the same content for all.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "coordination/leg_entries.h"
#include "coordination/names.h"
#include "coordination/talk_parts.h"

namespace tansiq::coordination {

struct IncidentTag {
  static constexpr std::string_view kKind = "incident id";
};
/// An incident as whoever opened it names it; unique at that authority.
using IncidentId = Id<IncidentTag>;

inline constexpr std::size_t kIncidentPartiesMax = 64;
inline constexpr std::size_t kIncidentHeldMax = 128;

/// One side's. The sides' states need not be equal, and none follows from another's.
enum class IncidentState : std::uint8_t { kOpen, kAnswered, kDisputed, kClosed };
constexpr std::array<std::string_view, 4> enum_names(IncidentState) {
  return {"open", "answered", "disputed", "closed"};
}

/// What a side names by hash, and can show whoever asks for it.
enum class HeldKind : std::uint8_t { kAlert, kCheckpoint, kEntry, kMessage, kRecording, kReport, kTracks, kOther };
constexpr std::array<std::string_view, 8> enum_names(HeldKind) {
  return {"alert", "checkpoint", "entry", "message", "recording", "report", "tracks", "other"};
}
struct IncidentHeld {
  HeldKind kind = HeldKind::kOther;
  EntryHash sha256;
  std::string text;  ///< What it is, for people.
  static constexpr auto fields() {
    return field_list(field("kind", &IncidentHeld::kind), field("sha256", &IncidentHeld::sha256),
                      field("text", &IncidentHeld::text));
  }
  friend bool operator==(const IncidentHeld&, const IncidentHeld&) = default;
};

/// What a side had been told when it said something: its node writes it, no officer does. By the hash of the content,
/// so that parties can compare what they were told.
struct IncidentKnew {
  AuthorityId author;
  EntryHash content;
  std::int64_t statement = 0;  ///< Version of the author's statement; 0: the opening of the incident.
  static constexpr auto fields() {
    return field_list(field("author", &IncidentKnew::author), field("content", &IncidentKnew::content),
                      field("statement", &IncidentKnew::statement));
  }
  friend bool operator==(const IncidentKnew&, const IncidentKnew&) = default;
};

struct IncidentOpened {
  static constexpr std::string_view kType = "incident.opened";
  std::optional<std::string> alert;  ///< The opener's alert that it is about.
  IncidentId incident;
  std::optional<EntryHash> message;  ///< The content of the message that it is about. Neither: opened by hand.
  std::vector<AuthorityId> parties;  ///< All, the opener too; ascending.
  std::vector<geo::Volume4d> place;
  std::string title;
  AuthorityId to;
  geo::TimeWindow window;  ///< From when to when it reaches.
  static constexpr auto fields() {
    return field_list(field("alert", &IncidentOpened::alert), field("incident", &IncidentOpened::incident),
                      field("message", &IncidentOpened::message), field("parties", &IncidentOpened::parties),
                      field("place", &IncidentOpened::place), field("title", &IncidentOpened::title),
                      field("to", &IncidentOpened::to), field("window", &IncidentOpened::window));
  }
  [[nodiscard]] Status check() const;
  friend bool operator==(const IncidentOpened&, const IncidentOpened&) = default;
};
/// What a side says. A later version stands for the one before; all stay on record.
struct IncidentStated {
  static constexpr std::string_view kType = "incident.stated";
  std::vector<IncidentHeld> held;
  IncidentId incident;
  std::vector<IncidentKnew> knew;
  AuthorityId opener;
  std::vector<TalkPart> parts;
  AuthorityId to;
  std::int64_t version = 1;
  static constexpr auto fields() {
    return field_list(field("held", &IncidentStated::held), field("incident", &IncidentStated::incident),
                      field("knew", &IncidentStated::knew), field("opener", &IncidentStated::opener),
                      field("parts", &IncidentStated::parts), field("to", &IncidentStated::to),
                      field("version", &IncidentStated::version));
  }
  [[nodiscard]] Status check() const;
  friend bool operator==(const IncidentStated&, const IncidentStated&) = default;
};
/// How it stands with a side.
struct IncidentMoved {
  static constexpr std::string_view kType = "incident.state";
  IncidentId incident;
  AuthorityId opener;
  IncidentState state = IncidentState::kOpen;
  std::string text;  ///< Why.
  AuthorityId to;
  static constexpr auto fields() {
    return field_list(field("incident", &IncidentMoved::incident), field("opener", &IncidentMoved::opener),
                      field("state", &IncidentMoved::state), field("text", &IncidentMoved::text),
                      field("to", &IncidentMoved::to));
  }
  friend bool operator==(const IncidentMoved&, const IncidentMoved&) = default;
};

/// SHA-256 over the canonical JSON of what all parties are told: the entry's body without `to`, with `from`.
[[nodiscard]] EntryHash content_of(const AuthorityId& from, const IncidentOpened& of);
[[nodiscard]] EntryHash content_of(const AuthorityId& from, const IncidentStated& of);

}  // namespace tansiq::coordination
