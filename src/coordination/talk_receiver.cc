// The receiver's side of talks: the first table of docs/coordination.md, section 8.
#include <fmt/format.h>

#include <algorithm>

#include "coordination/lists.h"
#include "coordination/plant.h"
#include "coordination/safety_floor.h"
#include "coordination/talk_desk.h"
#include "coordination/talk_place.h"

namespace tansiq::coordination {

// The fold ------------------------------------------------------------------------------------------------------------

/// Notes the index of a message that was read. `known`: it was read before, and there is nothing to do.
TalkDesk::Maybe TalkDesk::take_index(const Said& said, std::int64_t index, bool& known) {
  Indexes& indexes = indexes_[said.author];
  known = true;
  if (const auto at = indexes.recent.find(index); at != indexes.recent.end()) {
    if (at->second == said.hash) return {};
    return Oddity{fmt::format("EQUIVOCATION: {} has sent another message {} before", said.author.str(), index), true};
  }
  if (index <= indexes.forgotten) {
    return Oddity{fmt::format("EQUIVOCATION: {} has used index {} again, or after {} others", said.author.str(), index,
                              limits().indexes),
                  true};
  }
  known = false;
  const std::int64_t last = indexes.recent.empty() ? indexes.forgotten : indexes.recent.rbegin()->first;
  indexes.recent[index] = said.hash;
  while (indexes.recent.size() > limits().indexes) {
    indexes.forgotten = indexes.recent.begin()->first;
    indexes.recent.erase(indexes.recent.begin());
  }
  if (index <= last + 1) return {};
  // Never skipped: it stays open until what is missing has come, and whoever is on watch knows of it.
  return Oddity{fmt::format("message {} of {} has come, and those from {} to {} are missing", index, said.author.str(),
                            last + 1, index - 1),
                true};
}

std::optional<TalkRefusal> TalkDesk::turned_why(const Said& said, const TalkMessage& body) const {
  if (!may_use(relations_, use_of(body), RelationDomain::kTalks, self_, said.author)) return TalkRefusal::kFrozen;
  const bool floor = body.on_floor();
  const TalkLimits bounds = limits();
  const TalkRoom& part = floor ? bounds.waiting_floor : bounds.waiting;
  const std::size_t all = floor ? heard_total_.waiting_floor : heard_total_.waiting;
  if (all >= talk_pool(floor ? kTalkWaitingFloorBytesMax : kTalkWaitingBytesMax)) return TalkRefusal::kQuota;
  const auto side = heard_sides_.find(said.author);
  if (side == heard_sides_.end()) return {};
  const Load& waiting = floor ? side->second.waiting_floor : side->second.waiting;
  const bool room = waiting.rows < part.rows && waiting.bytes < part.bytes;
  if (room) return {};
  return TalkRefusal::kQuota;
}

TalkDesk::Maybe TalkDesk::hear(const Said& said, const TalkMessage& body) {
  if (said.author == self_) return take_sent(said, body);
  if (body.to != self_) return {};
  bool known = false;
  Maybe odd = take_index(said, body.index, known);
  if (known || (planted(Plant::kSkipGap) && !owed_.empty())) return odd;
  const auto turned = turned_why(said, body);
  if (!turned) {
    TalkHeard row;
    row.from = said.author;
    row.hash = said.hash;
    row.message = body;
    row.time = said.time;
    if (planted(Plant::kShowUnreceived)) row.state = Receipt::kReceived;
    add(heard_, std::move(row));
    return odd;
  }
  turned_[{said.author, body.index}] = {.from = said.author, .hash = said.hash, .index = body.index, .reason = *turned};
  if (odd) return odd;
  if (*turned == TalkRefusal::kQuota) {
    return Oddity{fmt::format("message {} of {} is not shown: too much of it waits for an officer already", body.index,
                              said.author.str()),
                  true};
  }
  return Oddity{fmt::format("message {} of {} is not shown: talks between {} are not open to it", body.index,
                            said.author.str(), to_text(body.echelon)),
                false};
}

/// An own receipt, durable: what it says has happened.
void TalkDesk::own_receipt(const Said& said, const EntryHash& message, Receipt state, const TalkAnswered* answer) {
  const auto at = heard_.find(message);
  if (said.author != self_ || at == heard_.end() || at->second.state >= state) return;
  TalkHeard& row = at->second;
  const bool fresh = !row.shown();
  row.state = state;
  owed_.erase({row.from, row.message.index});
  if (fresh) name_attachments(row);
  if (answer != nullptr) row.answer = *answer;
  reweigh(row);
  note_change(row);
  const bool answered = state >= Receipt::kAnswered;
  if (answered || (state >= Receipt::kRead && row.message.needs != Needs::kAnswer)) settle(heard_, row, said.time);
}

TalkDesk::Maybe TalkDesk::hear(const Said& said, const TalkReceived& body) {
  if (said.author != self_) return take_receipt(said, Receipt::kReceived, body.message, body.index, nullptr, nullptr);
  if (const auto at = heard_.find(body.message); at != heard_.end() && at->second.state == Receipt::kNone) {
    at->second.moved = body.moved;
    at->second.received = said.time;
    at->second.usable = body.usable;
  }
  own_receipt(said, body.message, Receipt::kReceived);
  return {};
}

TalkDesk::Maybe TalkDesk::hear(const Said& said, const TalkRead& body) {
  if (said.author != self_) return take_receipt(said, Receipt::kRead, body.message, body.index, nullptr, nullptr);
  own_receipt(said, body.message, Receipt::kRead);
  return {};
}

TalkDesk::Maybe TalkDesk::hear(const Said& said, const TalkStandby& body) {
  if (said.author != self_) return take_receipt(said, Receipt::kStandby, body.message, body.index, nullptr, nullptr);
  own_receipt(said, body.message, Receipt::kStandby);
  return {};
}

TalkDesk::Maybe TalkDesk::hear(const Said& said, const TalkAnswered& body) {
  if (said.author != self_) return take_receipt(said, Receipt::kAnswered, body.message, body.index, &body, nullptr);
  own_receipt(said, body.message, Receipt::kAnswered, &body);
  return {};
}

TalkDesk::Maybe TalkDesk::hear(const Said& said, const TalkRefused& body) {
  if (said.author != self_) return take_receipt(said, Receipt::kRefused, body.message, body.index, nullptr, &body);
  const auto turned = turned_.find({body.to, body.index});
  if (turned != turned_.end() && turned->second.hash == body.message) turned_.erase(turned);
  own_receipt(said, body.message, Receipt::kRefused);
  return {};
}

// What the machine owes -----------------------------------------------------------------------------------------------

Body TalkDesk::receipt_of(const TalkHeard& row, UtcMs now) const {
  const std::int64_t index = row.message.index;
  std::vector<EarlierMessage> earlier;
  const auto thread = threads_.find(thread_of(row.message));
  if (thread != threads_.end()) {
    // Those of the same author, the newest first, as far as one looks back.
    const auto& all = thread->second.heard;
    for (auto at = all.lower_bound({row.from, index}); at != all.begin() && earlier.size() < kTalkEarlierMax;) {
      --at;
      if (at->first.first != row.from) break;
      earlier.push_back({.hash = at->second, .parts = &heard_.at(at->second).message.parts});
    }
    std::ranges::reverse(earlier);
  }
  return TalkReceived{.index = index,
                      .message = planted(Plant::kMisquote) && !earlier.empty() ? earlier.back().hash : row.hash,
                      .moved = moved_since(row.message.parts, row.hash, earlier),
                      .to = row.from,
                      .usable = usable_warning(row.message.parts, now)};
}

std::vector<std::int64_t> TalkDesk::missing(const AuthorityId& peer, std::size_t most) const {
  std::vector<std::int64_t> out;
  const auto at = indexes_.find(peer);
  if (at == indexes_.end()) return out;
  std::int64_t expected = at->second.forgotten + 1;
  for (const auto& [index, hash] : at->second.recent) {
    for (; expected < index && out.size() < most; ++expected) out.push_back(expected);
    expected = index + 1;
  }
  return out;
}

// Acts ----------------------------------------------------------------------------------------------------------------

Result<const TalkHeard*> TalkDesk::shown(const EntryHash& message) const {
  const auto at = heard_.find(message);
  if (at == heard_.end() || !at->second.shown()) {
    return fail(ErrorCode::kNotFound, "no message that is shown here has this hash", "message");
  }
  return &at->second;
}

Result<Body> TalkDesk::read(const EntryHash& message) const {
  const TalkHeard& row = *TRY(shown(message));
  if (row.state != Receipt::kReceived) {
    return fail(ErrorCode::kWrongState, fmt::format("it is {} already", to_text(row.state)), "message");
  }
  return TalkRead{.index = row.message.index, .message = message, .to = row.from};
}

/// What an officer has read and nobody has answered.
Result<const TalkHeard*> TalkDesk::answerable(const EntryHash& message, std::string_view what) const {
  const TalkHeard* row = TRY(shown(message));
  if (row->state == Receipt::kReceived) {
    return fail(ErrorCode::kWrongState, fmt::format("no officer has read it: read it before you {}", what), "message");
  }
  if (row->state >= Receipt::kAnswered) {
    return fail(ErrorCode::kWrongState,
                fmt::format("it is {} already: a further answer is a new message", to_text(row->state)), "message");
  }
  return row;
}

Result<Body> TalkDesk::standby(const EntryHash& message, std::string text) const {
  const TalkHeard& row = *TRY(answerable(message, "let them stand by"));
  if (row.state == Receipt::kStandby) {
    return fail(ErrorCode::kWrongState, "they stand by already: once is all there is, answer or refuse", "message");
  }
  return TalkStandby{.index = row.message.index, .message = message, .text = std::move(text), .to = row.from};
}

Result<Body> TalkDesk::answer(const EntryHash& message, const Reply& reply) const {
  const TalkHeard& row = *TRY(answerable(message, "answer it"));
  TalkAnswered out{.agreed = reply.agreed,
                   .finding = reply.finding,
                   .index = row.message.index,
                   .kind = reply.kind,
                   .message = message,
                   .parts = reply.parts,
                   .source = reply.source,
                   .to = row.from};
  TRY_VOID(out.check());
  const bool query = has_part<QueryPart>(row.message.parts);
  if (query != out.finding.has_value()) {
    return fail(ErrorCode::kInvalid,
                query ? "it asks whose something is: say mine, not_mine, declined or unknown"
                      : "it does not ask whose something is",
                "finding");
  }
  if (out.agreed && *out.agreed != content_of(row.from, row.message) &&
      std::ranges::find(row.message.attachments, *out.agreed, &TalkAttachment::sha256) ==
          row.message.attachments.end()) {
    return fail(ErrorCode::kInvalid, "an agreement quotes the content hash of the message, or an attachment's",
                "agreed");
  }
  return out;
}

Result<Body> TalkDesk::refuse(const EntryHash& message, std::string text) const {
  const TalkHeard& row = *TRY(answerable(message, "refuse it"));
  return TalkRefused{.index = row.message.index,
                     .message = message,
                     .reason = TalkRefusal::kOfficer,
                     .text = std::move(text),
                     .to = row.from};
}

}  // namespace tansiq::coordination
