// Which requests an authority answers by hand (ADR 62). A fold over its own `answer.rule` entries; part of the owner's
// desk.
//
// The default is the node. A rule for one authority goes before that for all, so that an office can keep a neighbour
// to itself, or leave one to the node. Ordered; bounded by kAnswerRulesMax. Cost: O(log n) a question.
#pragma once

#include <map>
#include <optional>
#include <utility>

#include "coordination/answer_entries.h"

namespace tansiq::coordination {

class AnswerRules {
 public:
  /// The default again for all, where no rule says more than it, is no rule.
  void set(const AnswerRule& rule);
  /// The rule for requests of that authority, if there is one.
  [[nodiscard]] const AnswerRule* find(const ZoneId& zone, const AuthorityId& home) const;
  [[nodiscard]] bool full(const AnswerRule& next) const;

  /// By zone, and in each that for all first.
  using Rules = std::map<std::pair<ZoneId, std::optional<AuthorityId>>, AnswerRule>;
  [[nodiscard]] const Rules& all() const { return rules_; }

 private:
  Rules rules_;
};

}  // namespace tansiq::coordination
