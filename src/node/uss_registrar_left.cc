// What stands at registries that were configured before: which one counts, and how the others are cleared. Part of
// UssRegistrar.
//
// Something is deleted where it was left once it stands at the registry that counts, or is wanted no more: so at every
// moment some registry knows of it. It is read there first. Under the OVN that it has where it counts it is the same
// reference, of one DSS with two addresses, and stays. Whom the old registry names is told what stands now, or the end.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/foreign_text.h"
#include "base/logging.h"
#include "node/puller.h"
#include "node/uss_registrar.h"

namespace tansiq::node {
namespace {

/// Looked after in one round: the intents that are wanted come first.
constexpr std::size_t kClearedMax = 16;
/// Lines of the log, one for each reference that is left; the record has them all.
constexpr std::size_t kNamedMax = 100;

}  // namespace

void UssRegistrar::name_registry(UssDesk& desk, bool wanted) {
  const uss::Ledger& ledger = desk.ledger();
  const std::string before = ledger.registry();
  if (before == config_.names.dss_url) return;
  const bool used = !ledger.registrations().empty() || !ledger.tries().empty() || !ledger.left().empty();
  if (!used && !wanted) return;
  if (const Status said = desk.say(uss::RegistryNamed{config_.names.dss_url}); !said) {
    log_error("uss.registry_lost", {{"message", said.error().text()}});
    return;
  }
  if (before.empty()) return;
  std::size_t left = 0;
  for (const auto& [key, one] : ledger.left()) {
    if (key.first != before) continue;
    if (++left > kNamedMax) continue;
    log_info("uss.left_behind", {{"intent", one.intent.str()}, {"id", key.second.str()}, {"registry", before}});
  }
  log_warning("uss.registry_changed",
              {{"from", before},
               {"to", config_.names.dss_url},
               {"message", fmt::format("{} references are left at the registry before; they are registered anew here "
                                       "and deleted there, as soon as it answers",
                                       left)}});
}

std::vector<UssRegistrar::LeftOne> UssRegistrar::left_due(UtcMs now, std::optional<UtcMs>& next) {
  std::vector<LeftOne> out;
  static_cast<void>(host_.with([&](UssDesk& desk) {
    const uss::Ledger& ledger = desk.ledger();
    const auto& left = ledger.left();
    left_.store(left.size(), std::memory_order_relaxed);
    std::erase_if(resting_, [&](const auto& one) {
      const auto at = left.lower_bound({one.first, uss::Uuid{}});
      return at == left.end() || at->first.first != one.first;
    });
    const auto take = [&](auto from, auto to) {
      for (; from != to && out.size() < kClearedMax; ++from) {
        const auto& [key, one] = *from;
        const auto resting = resting_.find(key.first);
        if (one.until > now && resting != resting_.end() && resting->second.until > now) {
          next = std::min(next.value_or(resting->second.until), resting->second.until);
          continue;
        }
        const uss::Registration* of = ledger.registration(one.intent);
        const bool stands = of != nullptr && !of->ended;
        // It is on its way to the registry that counts.
        if (one.until > now && (ledger.tries().contains(one.intent) || (stands && of->moved))) continue;
        out.push_back({.registry = key.first,
                       .id = key.second,
                       .intent = one.intent,
                       .until = one.until,
                       .current = stands && !of->moved ? of->last.ovn : std::string()});
      }
    };
    const auto middle = last_cleared_ ? left.upper_bound(*last_cleared_) : left.begin();
    take(middle, left.end());
    take(left.begin(), middle);
  }));
  return out;
}

std::optional<UtcMs> UssRegistrar::clear_left() {
  std::optional<UtcMs> next;
  const std::vector<LeftOne> due = left_due(host_.now(), next);
  const UtcMs until = host_.now() + config_.asking_ms;
  std::set<std::string> silent, unwilling;
  for (const LeftOne& one : due) {
    if (host_.now() > until) break;
    if (silent.contains(one.registry)) continue;
    last_cleared_ = std::pair(one.registry, one.id);
    switch (clear(one)) {
      case Settling::kDone:
        break;
      case Settling::kLater:
        unwilling.insert(one.registry);
        break;
      case Settling::kSilent:
        silent.insert(one.registry);
        break;
    }
  }
  silent.merge(unwilling);
  for (const LeftOne& one : due) {
    if (!silent.contains(one.registry)) resting_.erase(one.registry);
  }
  for (const std::string& registry : silent) {
    LeftAlone& of = resting_[registry];
    ++of.failures;
    of.until = host_.now() + backoff_ms(of.failures, config_.backoff_first_ms, config_.backoff_max_ms, random_);
    next = std::min(next.value_or(of.until), of.until);
  }
  const bool more = std::ranges::any_of(due, [&](const LeftOne& one) { return !silent.contains(one.registry); });
  if (more) next = host_.now();
  return next;
}

UssRegistrar::Settling UssRegistrar::cleared(const LeftOne& one, uss::Clearance how,
                                             const std::optional<uss::Changed>& changed) {
  bool known = false;
  const auto addresses = [&](UssDesk& desk) {
    // Of what is forgotten here there is nothing to tell.
    known = desk.ledger().registration(one.intent) != nullptr;
    return known && changed ? changed->subscribers : std::vector<uss::Address>();
  };
  const Status said = record(uss::Cleared{.how = how, .id = one.id, .intent = one.intent, .registry = one.registry}, {},
                             one.intent, addresses, host_.now() + config_.notice_ms);
  if (!said) return Settling::kLater;
  if (changed) note_passed_over(one.intent, *changed);
  left_.fetch_sub(1, std::memory_order_relaxed);
  log_info(
      "uss.cleared",
      {{"intent", one.intent.str()}, {"id", one.id.str()}, {"registry", one.registry}, {"how", core::to_text(how)}});
  return Settling::kDone;
}

UssRegistrar::Settling UssRegistrar::clear(const LeftOne& one) {
  if (one.until <= host_.now()) return cleared(one, uss::Clearance::kOver, {});
  const auto reference = recorded(one.id, one.registry);
  if (!reference) {
    if (reference.error().code == ErrorCode::kNotFound) return cleared(one, uss::Clearance::kAbsent, {});
    return Settling::kSilent;
  }
  // Another's under this id is not ours to delete.
  if (reference->manager != config_.names.manager) return cleared(one, uss::Clearance::kAbsent, {});
  if (reference->ovn.empty()) return Settling::kLater;
  if (reference->ovn == one.current) return cleared(one, uss::Clearance::kSame, {});
  const auto answer = wire_.call({.method = net::Method::kDelete,
                                  .base_url = one.registry,
                                  .path = reference_path(one.id, reference->ovn),
                                  .scopes = std::string(kScopeSc),
                                  .body = {},
                                  .configured = true});
  if (!answer) return Settling::kSilent;
  if (answer->status == 404) return cleared(one, uss::Clearance::kAbsent, {});
  if (answer->status != 200) {
    log_warning("uss.not_cleared", {{"id", one.id.str()}, {"registry", one.registry}, {"message", said_by(*answer)}});
    return Settling::kLater;
  }
  std::optional<uss::Changed> changed;
  if (const auto document = JsonDocument::parse(answer->body, kRegistryJson)) {
    if (auto read = uss::read_changed(document->root())) changed = std::move(*read);
  }
  return cleared(one, uss::Clearance::kDeleted, changed);
}

}  // namespace tansiq::node
