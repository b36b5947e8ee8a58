#include "coordination/answer_rules.h"

namespace tansiq::coordination {

void AnswerRules::set(const AnswerRule& rule) {
  const std::pair key(rule.zone, rule.home);
  if (!rule.by_hand && !rule.home) {
    rules_.erase(key);
    return;
  }
  rules_.insert_or_assign(key, rule);
}

const AnswerRule* AnswerRules::find(const ZoneId& zone, const AuthorityId& home) const {
  if (rules_.empty()) return nullptr;
  auto at = rules_.find({zone, home});
  if (at == rules_.end()) at = rules_.find({zone, std::nullopt});
  return at == rules_.end() ? nullptr : &at->second;
}

bool AnswerRules::full(const AnswerRule& next) const {
  return rules_.size() >= kAnswerRulesMax && !rules_.contains({next.zone, next.home});
}

}  // namespace tansiq::coordination
