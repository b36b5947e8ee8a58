// Watch and line checks.
#include <fmt/format.h>

#include <algorithm>

#include "coordination/talk_desk.h"

namespace tansiq::coordination {

// The fold ------------------------------------------------------------------------------------------------------------

/// What an authority has said last of its watch, in its members' log or in answer to a check.
TalkDesk::Maybe TalkDesk::note_watch(const AuthorityId& of, bool attended, const std::string& text, UtcMs time) {
  WatchStanding& watch = watches_[of];
  if (!watch.authority.empty() && time < watch.time) return {};
  watch = {.attended = attended, .authority = of, .text = text, .time = time};
  retime_stops(of);
  return {};
}

TalkDesk::Maybe TalkDesk::hear(const Said& said, const WatchSet& body) {
  return note_watch(said.author, body.attended, body.text, said.time);
}

TalkDesk::Maybe TalkDesk::hear(const Said& said, const LineCheck& body) {
  line_changed();
  if (said.author == self_) {
    LineStanding& line = lines_[body.to];
    line.peer = body.to;
    if (body.number <= line.checks) return {};
    line.checks = body.number;
    line.check = said.hash;
    line.checked = said.time;
    line.unattended = false;
    return {};
  }
  if (body.to != self_) return {};
  LineStanding& line = lines_[said.author];
  line.peer = said.author;
  // The newest counts: whoever checks again waits for the one before no longer.
  line.owed = said.hash;
  return {};
}

TalkDesk::Maybe TalkDesk::hear(const Said& said, const LineAnswered& body) {
  line_changed();
  if (said.author == self_) {
    const auto at = lines_.find(body.to);
    if (at != lines_.end() && at->second.owed == body.check) at->second.owed.reset();
    return {};
  }
  const auto at = lines_.find(said.author);
  if (body.to != self_ || at == lines_.end()) {
    return Oddity{fmt::format("{} answers a line check that has not been made from here", said.author.str()), true};
  }
  LineStanding& line = at->second;
  const bool late = line.missed == body.check;
  if (line.check != body.check && !late) {
    if (line.checks > 0) return {};  // of an earlier check
    return Oddity{fmt::format("{} answers a line check that has not been made from here", said.author.str()), true};
  }
  line.answered = said.time;
  note_watch(said.author, body.attended, {}, said.time);
  if (body.attended) {
    line.fault.reset();
    line.missed.reset();
    if (line.check == body.check) line.check.reset();
  } else if (line.check == body.check) {
    line.unattended = true;
  } else {
    line.fault = LineFault::kNoOfficer;
  }
  return {};
}

TalkDesk::Maybe TalkDesk::hear(const Said& said, const LineMissed& body) {
  const auto at = lines_.find(body.peer);
  if (said.author != self_ || at == lines_.end() || at->second.check != body.check) return {};
  line_changed();
  at->second.fault = body.fault;
  at->second.missed = body.check;
  at->second.check.reset();
  at->second.unattended = false;
  return {};
}

/// Other members, other lines.
TalkDesk::Maybe TalkDesk::hear(const Said& /*said*/, const CharterInForce& /*body*/) {
  line_changed();
  return {};
}

// Live ----------------------------------------------------------------------------------------------------------------

bool TalkDesk::attended(const AuthorityId& who) const {
  const auto at = watches_.find(who);
  return at != watches_.end() && at->second.attended;
}

bool TalkDesk::perhaps_attended(const AuthorityId& who) const {
  const auto at = watches_.find(who);
  return at == watches_.end() || at->second.attended;
}

/// How long a line that works may be silent: a pull may wait for so long for something new.
DurationMs TalkDesk::silence_ms() const {
  return kPullWaitMsMax + 2 * charter_.timing.delivery_ms + charter_.timing.decision_ms;
}

/// When something is due on the line to a peer.
std::optional<UtcMs> TalkDesk::line_at(const AuthorityId& peer) const {
  const auto at = lines_.find(peer);
  if (at != lines_.end()) {
    const LineStanding& line = at->second;
    if (line.owed || line.unattended) return kUtcMin;
    if (line.check) return *line.checked + silence_ms();
  }
  const core::Authority* member = charter_.find_authority(peer);
  if (options_.line_check_every_ms <= 0 || peer == self_ || member == nullptr || !member->peer) return {};
  if (at == lines_.end() || !at->second.checked) return kUtcMin;
  return *at->second.checked + options_.line_check_every_ms;
}

std::optional<Body> TalkDesk::next_line(UtcMs now) const {
  // Nearly always: nothing is due on any line.
  const auto due = line_timer();
  if (!due || *due > now) return {};
  const auto say = [&](const AuthorityId& peer) -> std::optional<Body> {
    const auto when = line_at(peer);
    if (!when || *when > now) return {};
    const auto at = lines_.find(peer);
    if (at == lines_.end()) return LineCheck{.number = 1, .to = peer};
    const LineStanding& line = at->second;
    if (line.owed) return LineAnswered{.attended = attended(self_), .check = *line.owed, .to = peer};
    if (!line.check) return LineCheck{.number = line.checks + 1, .to = peer};
    const auto heard = last_heard(peer);
    const bool linked = heard && *heard >= *line.checked;
    const LineFault fault = line.unattended ? LineFault::kNoOfficer : linked ? LineFault::kNode : LineFault::kLink;
    return LineMissed{.check = *line.check, .fault = fault, .heard = heard, .peer = peer};
  };
  for (const auto& [peer, line] : lines_) {
    if (auto body = say(peer)) return body;
  }
  for (const core::Authority& member : charter_.authorities) {
    if (auto body = say(member.id)) return body;
  }
  return {};
}

/// When the first of them is due.
std::optional<UtcMs> TalkDesk::line_timer() const {
  if (line_timer_known_) return line_timer_;
  line_timer_.reset();
  const auto take = [&](const AuthorityId& peer) {
    const auto at = line_at(peer);
    if (at && (!line_timer_ || *at < *line_timer_)) line_timer_ = at;
  };
  for (const core::Authority& member : charter_.authorities) take(member.id);
  // A member that has left may still have a check out.
  for (const auto& [peer, line] : lines_) take(peer);
  line_timer_known_ = true;
  return line_timer_;
}

// Acts ----------------------------------------------------------------------------------------------------------------

Result<Body> TalkDesk::set_watch(bool attended, std::string text) const {
  const auto at = watches_.find(self_);
  if (at != watches_.end() && at->second.attended == attended) {
    return fail(ErrorCode::kWrongState, attended ? "the watch is attended already" : "the watch is unattended already",
                "attended");
  }
  return WatchSet{.attended = attended, .text = std::move(text)};
}

Result<Body> TalkDesk::check_line(const AuthorityId& peer) const {
  if (peer == self_ || charter_.find_authority(peer) == nullptr) {
    return fail(ErrorCode::kNotFound, fmt::format("\"{}\" is no other authority of the charter", peer.str()), "peer");
  }
  const auto at = lines_.find(peer);
  if (at == lines_.end()) return LineCheck{.number = 1, .to = peer};
  if (at->second.check) {
    return fail(ErrorCode::kWrongState,
                fmt::format("the check of {} is not answered yet", format_utc(*at->second.checked)), "peer");
  }
  return LineCheck{.number = at->second.checks + 1, .to = peer};
}

}  // namespace tansiq::coordination
