#include "node/talk_events.h"

#include <utility>
#include <variant>

#include "core/record.h"
#include "log/jcs.h"
#include "node/talk_words.h"

namespace tansiq::node {
namespace {

using namespace coordination;
using log::JcsWriter;

/// Of `talk`, `line`, `incident`, `report`, which it is; empty: none. Without reading the body: most entries are none.
std::string_view event_of(std::string_view line) {
  constexpr std::string_view kType = "\"type\":\"";
  // Behind the body, whose texts may say anything; no member behind `type` holds a quote.
  const auto at = line.rfind(kType);
  if (!is_coordination_line(line) || at == std::string_view::npos) return {};
  const std::string_view type = line.substr(at + kType.size());
  if (type.starts_with("talk.")) return "talk";
  if (type.starts_with("watch.") || type.starts_with("line.")) return "line";
  if (type.starts_with("incident.")) return "incident";
  if (type.starts_with("report.")) return "report";
  return {};
}

bool pressing(const TalkMessage& message) {
  return message.precedence == Precedence::kStop || has_part<DangerPart>(message.parts);
}

bool sounds(const AuthorityId& self, const Body& body) {
  if (const auto* message = std::get_if<TalkMessage>(&body)) return message->to == self && pressing(*message);
  if (const auto* refused = std::get_if<TalkRefused>(&body)) {
    return refused->to == self && refused->reason != TalkRefusal::kOfficer;
  }
  return std::holds_alternative<TalkOverdue>(body) || std::holds_alternative<LineMissed>(body);
}

bool unattended(const TalkDesk& desk, const AuthorityId& who) {
  const auto at = desk.watches().find(who);
  return at == desk.watches().end() || !at->second.attended;
}

void write_message(JcsWriter& out, const TalkMessage& message) {
  out.key("message").begin_object().key("opener").string(message.opener.str());
  out.key("precedence").string(core::to_text(message.precedence)).key("thread").string(message.thread.str());
  out.end_object();
}

}  // namespace

std::optional<TalkTold> talk_event(const AuthorityId& self, std::string_view line) {
  const std::string_view event = event_of(line);
  if (event.empty()) return {};
  const auto entry = read_entry(line);
  if (!entry) return {};
  std::string data;
  JcsWriter out(data);
  const std::string_view canonical = line.ends_with('\n') ? line.substr(0, line.size() - 1) : line;
  out.begin_object().key("entry").raw(canonical).key("hash").string(hash_of(line).hex());
  out.key("sound").boolean(sounds(self, entry->body)).end_object();
  return TalkTold{std::string(event), std::move(data)};
}

std::optional<std::string> alarm_of(const Coalition& all, std::string_view line) {
  if (event_of(line) != "talk") return {};
  const auto entry = read_entry(line);
  if (!entry) return {};
  const TalkDesk& desk = all.talks();
  std::string text;
  JcsWriter out(text);
  if (const auto* overdue = std::get_if<TalkOverdue>(&entry->body)) {
    const auto row = desk.sent().find(overdue->message);
    if (row == desk.sent().end()) return {};
    const TalkMessage& message = row->second.message;
    const bool nobody_there = message.precedence == Precedence::kStop && overdue->cause == OverdueCause::kUnattended;
    if (overdue->round < 2 && !nobody_there) return {};
    out.begin_object().key("alarm").string("overdue").key("cause").string(core::to_text(overdue->cause));
    out.key("hash").string(overdue->message.hex());
    write_message(out, message);
    out.key("peer").string(overdue->peer.str()).key("round").integer(overdue->round);
    out.key("self").string(all.self().str()).key("time_ms").integer(entry->time.ms).end_object();
    return text;
  }
  const auto* message = std::get_if<TalkMessage>(&entry->body);
  if (message == nullptr || message->to != all.self() || message->precedence != Precedence::kStop) return {};
  const auto row = desk.heard().find(hash_of(line));
  if (row == desk.heard().end() || !unattended(desk, all.self())) return {};
  out.begin_object().key("alarm").string("stop_unattended").key("hash").string(row->first.hex());
  write_message(out, *message);
  out.key("peer").string(row->second.from.str()).key("self").string(all.self().str());
  out.key("time_ms").integer(entry->time.ms).end_object();
  return text;
}

}  // namespace tansiq::node
