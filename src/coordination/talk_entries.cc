#include "coordination/talk_entries.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "coordination/lists.h"
#include "log/sha256.h"

namespace tansiq::coordination {

EntryHash content_of(const AuthorityId& from, const TalkMessage& message) {
  std::string text;
  log::JcsWriter out(text);
  out.begin_object();
  // In canonical order: `from` stands between `echelon` and `needs`.
  const auto member = [&](const auto& f) {
    if (f.name == "needs") out.key("from").string(from.str());
    if (f.name == "index" || f.name == "to") return;
    core::detail::write_member(out, f.name, f.of(message));
  };
  TalkMessage::fields().apply([&](const auto&... f) { (member(f), ...); });
  out.end_object();
  return log::sha256(text);
}

bool TalkMessage::on_floor() const {
  return precedence == Precedence::kStop || has_part<DangerPart>(parts) || has_part<QueryPart>(parts);
}

Status TalkMessage::check() const {
  if (index < 1 || number < 1) return fail(ErrorCode::kInvalid, "messages are numbered from 1");
  if (recipients.empty() || recipients.size() > kTalkRecipientsMax || !contains(recipients, to) ||
      std::ranges::adjacent_find(recipients, std::greater_equal{}) != recipients.end()) {
    return fail(ErrorCode::kInvalid,
                fmt::format("recipients are 1 to {}, ascending, each once, with whom it is to", kTalkRecipientsMax));
  }
  if (parts.empty() || parts.size() > kTalkPartsMax) {
    return fail(ErrorCode::kInvalid, fmt::format("a message has 1 to {} parts", kTalkPartsMax));
  }
  if (attachments.size() > kTalkAttachmentsMax) {
    return fail(ErrorCode::kInvalid, fmt::format("a message has at most {} attachments", kTalkAttachmentsMax));
  }
  if (std::ranges::any_of(attachments, [](const TalkAttachment& one) { return one.bytes < 0; })) {
    return fail(ErrorCode::kInvalid, "an attachment has no negative size");
  }
  if (needs != Needs::kReceived && !due) {
    return fail(ErrorCode::kInvalid, "what an officer has to read or answer has a due time");
  }
  if (precedence == Precedence::kStop && needs == Needs::kReceived) {
    return fail(ErrorCode::kInvalid, "a STOP needs an officer: to read or to answer it");
  }
  if (std::ranges::count_if(parts, [](const TalkPart& part) { return std::holds_alternative<QueryPart>(part); }) > 1) {
    return fail(ErrorCode::kInvalid, "a message asks about one craft: the answer is one word");
  }
  if (has_part<QueryPart>(parts) && needs != Needs::kAnswer)
    return fail(ErrorCode::kInvalid, "a query needs an answer");
  if (on_floor() != (echelon == Echelon::kFloor)) {
    return fail(ErrorCode::kInvalid, "STOP, danger and query go over the floor, and nothing else does");
  }
  if (on_floor() && (has_part<AssessmentPart>(parts) || has_part<CallPart>(parts) || has_part<PlanPart>(parts))) {
    return fail(ErrorCode::kInvalid, "assessments, calls and plans need a relation: send them by themselves");
  }
  return {};
}

Status TalkAnswered::check() const {
  if ((kind == AnswerKind::kAgree) != agreed.has_value()) {
    return fail(ErrorCode::kInvalid, "an agreement quotes what is agreed to, and nothing else does");
  }
  if (finding && kind != AnswerKind::kAnswer) return fail(ErrorCode::kInvalid, "a finding is an answer");
  if (source && !finding) return fail(ErrorCode::kInvalid, "a source is that of a finding");
  if (parts.size() > kTalkPartsMax) {
    return fail(ErrorCode::kInvalid, fmt::format("an answer has at most {} parts", kTalkPartsMax));
  }
  return {};
}

}  // namespace tansiq::coordination
