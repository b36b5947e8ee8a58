// Who decides in each zone, what waits for an officer there, and how the lines to peers stand.
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
      notes += fmt::format("{} was closed by {}, in favour of {}:\n  tansiq zone resolve {} {}\n", id,
                           text_of(rival, "author"), text_of(rival, "heir"), id, text_of(rival, "entry"));
    }
  }
  return table.text(terminal) + notes;
}

namespace {

constexpr std::size_t kHashDigitsShown = 12;

std::string bands_of(const JsonValue& ask) {
  std::string out;
  const auto volumes = ask.find("volumes");
  for (std::size_t i = 0; volumes && i < volumes->size(); ++i) {
    const auto of = (*volumes)[i].find("band");
    const auto band = of ? read_band(*of) : Result<geo::LevelBand>(fail(ErrorCode::kInvalid, "no levels"));
    const std::string text = band ? band_text(*band) : std::string();
    if (!text.empty() && out.find(text) == std::string::npos) out += (out.empty() ? "" : ", ") + text;
  }
  return out;
}

/// What an officer has to know before he answers.
Result<std::string> ask_notes(const JsonValue& ask) {
  std::string out;
  const std::string trouble = printable(text_of(ask, "trouble"));
  if (!trouble.empty()) out += fmt::format("  cannot be held as it was asked for: {}\n", trouble);
  const auto meets = ask.find("meets");
  for (std::size_t i = 0; meets && i < meets->size(); ++i) {
    out += fmt::format("  in the way: {}\n", printable(TRY(conflict_text((*meets)[i], true))));
  }
  Counter counter;
  if (ask.find("counter_time_ms")) counter.time_ms = number_of(ask, "counter_time_ms");
  if (ask.find("counter_level_cm")) counter.level_cm = number_of(ask, "counter_level_cm");
  if (!counter.empty()) out += fmt::format("  free: {}\n", counter_words(counter, {}));
  if (number_of(ask, "remaining") < number_of(ask, "legs") && text_of(ask, "state") == "asked") {
    out += "  other legs of this flight are held meanwhile, and their holds run\n";
  }
  return out;
}

std::string rules_text(const JsonValue& document) {
  std::string out;
  const auto rules = document.find("rules");
  for (std::size_t i = 0; rules && i < rules->size(); ++i) {
    const JsonValue rule = (*rules)[i];
    const std::string home = text_of(rule, "home");
    const bool hand = truth_of(rule, "by_hand");
    out +=
        fmt::format("{}: requests of {} are answered by {}{}\n", text_of(rule, "zone"), home.empty() ? "others" : home,
                    hand ? "officers, within " : "the node", hand ? span_text(number_of(rule, "answer_ms")) : "");
  }
  return out;
}

}  // namespace

Result<std::string> asks_text(const Terminal& terminal, const JsonValue& document) {
  Table table({"request", "home", "flight", "call sign", "zone", "state", "answer by", "levels", "window"});
  std::string notes;
  const JsonValue asks = TRY(document.at("asks"));
  for (std::size_t i = 0; i < asks.size(); ++i) {
    const JsonValue ask = asks[i];
    const std::string request = text_of(ask, "request").substr(0, kHashDigitsShown);
    const std::string principal = text_of(ask, "principal");
    const std::string home = text_of(ask, "home");
    const bool held = text_of(ask, "state") == "held";
    const JsonValue window = TRY(ask.at("window"));
    table.row({request, principal.empty() ? home : fmt::format("{} for {}", home, principal), text_of(ask, "flight"),
               printable(text_of(ask, "call_sign")), text_of(ask, "zone"),
               held ? (truth_of(ask, "committed") ? "held, home waits" : "held") : "asked",
               clock_text({number_of(ask, "answer_by_ms")}), bands_of(ask), window_text(TRY(read_window(window)))});
    if (const std::string more = TRY(ask_notes(ask)); !more.empty()) notes += request + "\n" + more;
  }
  std::string out = table.empty() ? "nothing waits for an officer's answer\n" : table.text(terminal);
  if (truth_of(document, "more")) out += "…and more, which lapse later\n";
  return out + notes + rules_text(document);
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
