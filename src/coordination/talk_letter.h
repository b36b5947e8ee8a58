// What an officer writes: a message before it has its place in the logs, an answer before it says to which.
#pragma once

#include <optional>
#include <vector>

#include "coordination/talk_entries.h"

namespace tansiq::coordination {

/// A message. It becomes one entry for each recipient.
struct Letter {
  std::vector<TalkAttachment> attachments;
  std::optional<UtcMs> due;             ///< A STOP that has none is given one.
  Echelon echelon = Echelon::kCentres;  ///< What no freeze stops goes over the floor, whatever this says.
  Needs needs = Needs::kReceived;
  std::optional<AuthorityId> opener;  ///< Of the thread. Absent: this authority.
  std::vector<TalkPart> parts;
  Precedence precedence = Precedence::kRoutine;
  std::optional<EntryHash> re;
  std::vector<AuthorityId> recipients;  ///< In any order.
  ThreadId thread;
  static constexpr auto fields() {
    return field_list(field("attachments", &Letter::attachments), field("due_ms", &Letter::due),
                      field("echelon", &Letter::echelon), field("needs", &Letter::needs),
                      field("opener", &Letter::opener), field("parts", &Letter::parts),
                      field("precedence", &Letter::precedence), field("re", &Letter::re),
                      field("recipients", &Letter::recipients), field("thread", &Letter::thread));
  }
  friend bool operator==(const Letter&, const Letter&) = default;
};

struct Reply {
  std::optional<EntryHash> agreed;
  std::optional<Finding> finding;
  AnswerKind kind = AnswerKind::kAnswer;
  std::vector<TalkPart> parts;
  std::optional<AuthorityId> source;
  static constexpr auto fields() {
    return field_list(field("agreed", &Reply::agreed), field("finding", &Reply::finding), field("kind", &Reply::kind),
                      field("parts", &Reply::parts), field("source", &Reply::source));
  }
  friend bool operator==(const Reply&, const Reply&) = default;
};

}  // namespace tansiq::coordination
