// What the registrar says in the record, and whom that obliges it to tell. Part of UssRegistrar.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/logging.h"
#include "node/uss_registrar.h"

namespace tansiq::node {
namespace {

using uss::Form;
using uss::Registered;
using uss::Uuid;

/// Deliveries that become durable with what obliges us: a task of the core thread may add so much to its batch. More of
/// them follow at once.
constexpr std::size_t kToldTogetherMax = 1'000;

/// As it is there, of what was tried.
Registered registered_as(const uss::Trying& what, const uss::Reference& found) {
  return {.details = *what.details,
          .end = found.end,
          .id = what.id,
          .intent = what.intent,
          .native_version = what.native_version,
          .ovn = found.ovn,
          .start = found.start,
          .state = what.state,
          .subscription = found.subscription,
          .url = what.url,
          .version = found.version};
}

/// Who has been told of an intent, under the next index.
std::vector<uss::Address> told_before(const uss::Ledger& ledger, const IntentId& intent) {
  std::map<std::string, std::map<Uuid, std::int64_t>> told;
  for (const auto& [id, delivery] : ledger.deliveries()) {
    if (delivery.intent != intent) continue;
    for (const uss::Subscriber& one : delivery.subscribers) told[delivery.url][one.subscription] = one.index + 1;
  }
  std::vector<uss::Address> out;
  for (const auto& [url, subscriptions] : told) {
    uss::Address address{url, {}};
    for (const auto& [subscription, index] : subscriptions) address.subscribers.push_back({index, subscription});
    out.push_back(std::move(address));
  }
  return out;
}

}  // namespace

Status UssRegistrar::record(uss::Body first, std::string body, const IntentId& intent,
                            const std::function<std::vector<uss::Address>(UssDesk&)>& addresses, UtcMs expires) {
  std::vector<uss::ToTell> owed;
  std::size_t told = 0;
  const auto tell = [&](UssDesk& desk) {
    for (const std::size_t end = std::min(owed.size(), told + kToldTogetherMax); told < end; ++told) {
      const std::string url = owed[told].url;
      if (const Status said = desk.say(std::move(owed[told])); !said) {
        log_error("uss.notice_lost", {{"url", url}, {"message", said.error().text()}});
      }
    }
  };
  Status said;
  TRY_VOID(host_.with([&](UssDesk& desk) {
    const std::vector<uss::Address> all = addresses(desk);
    said = desk.say(first);
    if (!said) return;
    if (!body.empty()) desk.keep(std::move(body));
    for (const uss::Address& address : all) {
      if (address.url == config_.names.base_url) continue;  // Ourselves.
      for (std::size_t at = 0; at < address.subscribers.size(); at += uss::kSubscribersMax) {
        const auto begin = address.subscribers.begin() + static_cast<std::ptrdiff_t>(at);
        const std::size_t count = std::min(uss::kSubscribersMax, address.subscribers.size() - at);
        owed.push_back({.expires = expires,
                        .intent = intent,
                        .subscribers = {begin, begin + static_cast<std::ptrdiff_t>(count)},
                        .url = address.url});
      }
    }
    tell(desk);
    // Until the rest is durable the answer counts as lost: after a crash it is asked for again.
    if (const auto* of = std::get_if<Registered>(&first); of != nullptr && told < owed.size()) {
      said = desk.say(uss::Trying{.details = of->details,
                                  .id = of->id,
                                  .intent = of->intent,
                                  .native_version = of->native_version,
                                  .state = of->state,
                                  .url = of->url});
    }
  }));
  const bool several = told < owed.size();
  while (said && told < owed.size()) TRY_VOID(host_.with(tell));
  if (said && several && std::holds_alternative<Registered>(first)) {
    TRY_VOID(host_.with([&](UssDesk& desk) { said = desk.say(first); }));
  }
  return said;
}

void UssRegistrar::note_passed_over(const IntentId& intent, const uss::Changed& changed) {
  if (changed.passed_over == 0) return;
  passed_over_.fetch_add(changed.passed_over, std::memory_order_relaxed);
  log_error("uss.subscribers_passed_over",
            {{"intent", intent.str()},
             {"message", fmt::format("{} of those whom the registry names cannot be told: too many, or not as the "
                                     "standard says",
                                     changed.passed_over)}});
}

Status UssRegistrar::record_registered(const IntentId& intent, Case& of, const Form& form,
                                       const uss::Changed& changed) {
  note_passed_over(intent, changed);
  const UtcMs expires = std::min(host_.now() + config_.notice_ms, form.end.ceil());
  return record(
      Registered{.details = form.hash,
                 .end = changed.reference.end,
                 .id = changed.reference.id,
                 .intent = intent,
                 .native_version = of.version,
                 .ovn = changed.reference.ovn,
                 .start = changed.reference.start,
                 .state = form.state,
                 .subscription = changed.reference.subscription,
                 .url = config_.names.base_url,
                 .version = changed.reference.version},
      form.details, intent, [&](UssDesk&) { return changed.subscribers; }, expires);
}

Status UssRegistrar::record_trying(const IntentId& intent, const Case& of, const Form* form) {
  uss::Trying next{.details = {},
                   .id = uss::uuid_of(config_.names.authority, intent),
                   .intent = intent,
                   .native_version = of.version,
                   .url = config_.names.base_url};
  if (form != nullptr) {
    next.details = form->hash;
    next.state = form->state;
  }
  if (tried(intent) == next) return {};
  Status said;
  TRY_VOID(host_.with([&](UssDesk& desk) {
    said = desk.say(std::move(next));
    if (said && form != nullptr) desk.keep(form->details);
  }));
  return said;
}

Status UssRegistrar::record_found(const uss::Trying& what, const uss::Reference& found) {
  Status said;
  TRY_VOID(host_.with([&](UssDesk& desk) {
    said = desk.say(registered_as(what, found));
    // Whom to tell is still to be asked, also after a restart.
    if (said) said = desk.say(what);
  }));
  return said;
}

Status UssRegistrar::record_unread(const uss::Trying& what, const uss::Reference& found) {
  TRY_VOID(record(
      registered_as(what, found), {}, what.intent,
      [&](UssDesk& desk) { return told_before(desk.ledger(), what.intent); },
      std::min(host_.now() + config_.notice_ms, found.end.ceil())));
  passed_over_.fetch_add(1, std::memory_order_relaxed);
  log_error("uss.subscribers_passed_over",
            {{"intent", what.intent.str()},
             {"message",
              "it is registered, and the answer that names whom to tell cannot be read: whoever was told "
              "before is told, and nobody else"}});
  return {};
}

/// Without an answer that names them, those who were told before are told of the end.
Status UssRegistrar::record_ended(const IntentId& intent, const std::optional<uss::Changed>& changed) {
  const auto addresses = [&](UssDesk& desk) {
    return changed ? changed->subscribers : told_before(desk.ledger(), intent);
  };
  if (changed) note_passed_over(intent, *changed);
  return record(uss::Ended{intent}, {}, intent, addresses, host_.now() + config_.notice_ms);
}

}  // namespace tansiq::node
