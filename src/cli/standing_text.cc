// Who decides in each zone, and how the lines to peers stand.
#include <fmt/format.h>

#include "cli/flight_text.h"
#include "cli/units_text.h"
#include "cli/wire.h"

namespace tansiq::cli {
namespace {

bool truth_of(const JsonValue& object, std::string_view name) {
  const auto member = object.find(name);
  return member && member->boolean().value_or(false);
}

std::string_view state_words(std::string_view state) {
  if (state == "sequencer") return "we decide";
  if (state == "lessor") return "leased out by us";
  if (state == "tenant") return "leased to us";
  if (state == "halted") return "HALTED: two entries closed one epoch";
  if (state == "none") return "";
  return state;
}

/// How the line to a peer stands, worst first.
std::string link_words(const JsonValue& peer) {
  if (truth_of(peer, "pinned")) return "PINNED: it has signed two logs; nothing more is taken from it";
  if (const std::string trouble = text_of(peer, "trouble"); !trouble.empty()) return trouble;
  if (!peer.find("age_ms")) return "has not answered yet";
  return number_of(peer, "known") > number_of(peer, "held") ? "catching up" : "good";
}

/// Which version a peer has: in force, and adopted where it has gone further.
std::string version_words(const JsonValue& peer) {
  const std::int64_t in_force = number_of(peer, "in_force");
  const std::int64_t adopted = number_of(peer, "adopted");
  std::string out = in_force == 0 ? "" : std::to_string(in_force);
  if (adopted > in_force) out += fmt::format("{}{} adopted", out.empty() ? "" : ", ", adopted);
  return out;
}

}  // namespace

Result<std::string> control_text(const Terminal& terminal, const JsonValue& document) {
  Table table({"zone", "owner", "decides", ">epoch", "state", "until"});
  std::string notes;
  const JsonValue zones = TRY(document.at("zones"));
  for (std::size_t i = 0; i < zones.size(); ++i) {
    const JsonValue zone = zones[i];
    const std::string id = text_of(zone, "zone");
    const std::string sequencer = text_of(zone, "sequencer");
    table.row({id, text_of(zone, "owner"), sequencer.empty() ? "nobody" : sequencer,
               std::to_string(number_of(zone, "epoch")), std::string(state_words(text_of(zone, "state"))),
               zone.find("until_ms") ? format_utc({number_of(zone, "until_ms")}) : ""});
    if (zone.find("recall")) {
      notes += fmt::format("{} is asked back by {}: \"{}\"\n  tansiq zone return {}\n", id, text_of(zone, "lessor"),
                           text_of(zone, "recall"), id);
    }
    if (const auto awaited = zone.find("awaited"); awaited && awaited->size() > 0) {
      std::string names;
      for (std::size_t k = 0; k < awaited->size(); ++k) {
        names += fmt::format("{}{}", k == 0 ? "" : ", ", (*awaited)[k].string().value_or(""));
      }
      notes +=
          fmt::format("{} has gained space: nothing is granted there until the charter is adopted by {}\n", id, names);
    }
    const auto rivals = zone.find("rivals");
    for (std::size_t k = 0; rivals && k < rivals->size(); ++k) {
      const JsonValue rival = (*rivals)[k];
      notes += fmt::format("{} was closed by {}, in favour of {}:\n  tansiq zone resolve {} {} --second NAME\n", id,
                           text_of(rival, "author"), text_of(rival, "heir"), id, text_of(rival, "entry"));
    }
  }
  return table.text(terminal) + notes;
}

Result<std::string> peers_text(const Terminal& terminal, const JsonValue& document) {
  std::string charter;
  if (const auto of = document.find("charter")) {
    charter = fmt::format("charter version {} is in force here", number_of(*of, "in_force"));
    if (of->find("pending")) {
      charter += fmt::format("; version {} is adopted, in force from {}", number_of(*of, "pending"),
                             format_utc({number_of(*of, "effective_ms")}));
    }
    charter += "\n";
    if (const std::string trouble = text_of(*of, "trouble"); !trouble.empty()) {
      charter += "BEHIND: " + trouble + "\n  tansiq charter adopt NOTE\n";
    }
  }
  Table table({"peer", ">last heard", ">held", ">to come", ">it has of us", ">charter", "line", "url"});
  const JsonValue peers = TRY(document.at("peers"));
  for (std::size_t i = 0; i < peers.size(); ++i) {
    const JsonValue peer = peers[i];
    const std::int64_t held = number_of(peer, "held");
    const std::int64_t behind = number_of(peer, "known") - held;
    table.row({text_of(peer, "id"),
               peer.find("age_ms") ? span_text(number_of(peer, "age_ms") / 1'000 * 1'000) + " ago" : "never",
               std::to_string(held), behind > 0 ? std::to_string(behind) : "0",
               std::to_string(number_of(peer, "acknowledged")), version_words(peer), link_words(peer),
               text_of(peer, "url")});
  }
  if (table.empty()) return charter + "the charter names no peer of this node\n";
  std::string out;
  if (const auto recovery = document.find("recovery")) {
    out = fmt::format("RECOVERING: {}\n{}\n", text_of(*recovery, "reason"), text_of(*recovery, "text"));
  }
  return out + table.text(terminal) + charter;
}

}  // namespace tansiq::cli
