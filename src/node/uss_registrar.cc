#include "node/uss_registrar.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/foreign_text.h"
#include "base/logging.h"
#include "node/puller.h"
#include "uss/spell.h"

namespace tansiq::node {
namespace {

using uss::Form;
using uss::Full;
using uss::IntentState;
using uss::Kind;
using uss::Reference;
using uss::Registered;
using uss::Uuid;

/// Steps of one intent in one round: each 409 shows who was missing, so a few are enough; a busy cell gets its turn
/// in the next round.
constexpr int kStepsMax = 8;

}  // namespace

std::string reference_path(const Uuid& id) { return "/dss/v1/operational_intent_references/" + id.str(); }
std::string reference_path(const Uuid& id, std::string_view ovn) {
  return reference_path(id) + "/" + net::percent_encode(ovn);
}

std::string_view to_text(UssStage stage) {
  switch (stage) {
    case UssStage::kPending:
      return "pending";
    case UssStage::kRegistered:
      return "registered";
    case UssStage::kRefused:
      return "refused";
    case UssStage::kRetrying:
      return "retrying";
    case UssStage::kEnding:
      break;
  }
  return "ending";
}

std::string said_by(const net::ClientResponse& answer) {
  constexpr std::size_t kSaidMax = 300;
  std::string text;
  if (const auto document = JsonDocument::parse(answer.body)) {
    if (const auto message = document->root().find("message")) {
      if (const auto words = message->string()) text = foreign_text(*words, kSaidMax);
    }
  }
  return text.empty() ? fmt::format("{} {}", answer.status, net::status_phrase(answer.status))
                      : fmt::format("{}: {}", answer.status, text);
}

UssRegistrar::UssRegistrar(Config config, UssHost& host, UssWire& wire)
    : config_(std::move(config)), host_(host), wire_(wire), random_(config_.seed) {}

void UssRegistrar::reconsider() {
  const std::lock_guard lock(mutex_);
  reconsider_ = true;
}

std::vector<UssStanding> UssRegistrar::standing() const {
  const std::lock_guard lock(mutex_);
  return published_;
}

void UssRegistrar::publish() {
  std::vector<UssStanding> all;
  for (const auto& [intent, of] : cases_) all.push_back(of.standing);
  const std::lock_guard lock(mutex_);
  published_ = std::move(all);
}

// Looking
// --------------------------------------------------------------------------------------------------------------------

std::optional<UtcMs> UssRegistrar::round() {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(reconsider_, false)) {
      for (auto& [intent, of] : cases_) {
        // A busy neighbour sends many notices, and each would have everything here tried again.
        if (of.standing.stage == UssStage::kRefused) of.due = std::min(of.due, of.tried + config_.reconsider_ms);
      }
    }
  }
  if (const Status looked = look(); !looked) return host_.now() + config_.backoff_first_ms;
  std::vector<std::pair<UtcMs, IntentId>> order;
  for (const auto& [intent, of] : cases_) order.emplace_back(of.due, intent);
  std::ranges::sort(order);
  for (const auto& [due, intent] : order) {
    Case& of = cases_.at(intent);
    const UssStage stage = of.standing.stage;
    if (stage == UssStage::kRegistered || due > host_.now()) continue;
    drive(intent, of);
    publish();
  }
  std::erase_if(cases_, [](const auto& one) {
    return one.second.version == 0 && one.second.standing.stage == UssStage::kRegistered;
  });
  publish();
  std::optional<UtcMs> next = clear_left();
  for (const auto& [intent, of] : cases_) {
    if (of.standing.stage != UssStage::kRegistered) next = std::min(next.value_or(of.due), of.due);
  }
  return next;
}

/// What is wanted, and what the ledger says.
Status UssRegistrar::look() {
  std::set<IntentId> wanted;
  struct Changed {
    core::Intent intent;
    std::optional<UtcMs> until;
  };
  std::vector<Changed> changed;
  const UtcMs now = host_.now();
  std::set<IntentId> standing;
  std::set<IntentId> tried;
  std::set<IntentId> elsewhere;  // At a registry before the one that counts.
  std::optional<std::uint64_t> after = 0;
  while (after) {
    TRY_VOID(host_.with([&](UssDesk& desk) {
      after = desk.visit_intents(*after, [&](const core::Intent& intent) {
        wanted.insert(intent.id);
        const auto at = cases_.find(intent.id);
        const bool same = at != cases_.end() && at->second.version == intent.version;
        std::optional<UtcMs> before;
        if (same) {
          before = at->second.extended;
        } else if (const uss::Registration* of = desk.ledger().registration(intent.id);
                   of != nullptr && !of->ended && of->last.native_version == intent.version) {
          before = of->last.end.ceil();
        }
        const auto until = uss::overdue_until(intent, before, now);
        if (!same || at->second.extended != until) changed.push_back({intent, until});
      });
      if (after) return;
      name_registry(desk, !wanted.empty());
      for (const auto& [intent, of] : desk.ledger().registrations()) {
        if (!of.ended) standing.insert(intent);
        // Whether the registry that counts knows it has to be asked: it may be the same DSS.
        if (!of.ended && of.moved) elsewhere.insert(intent);
      }
      for (const auto& [intent, of] : desk.ledger().tries()) tried.insert(intent);
    }));
  }
  for (auto& [filed, until] : changed) {
    const core::Intent intent = until ? uss::prolonged(std::move(filed), *until) : std::move(filed);
    Case next;
    next.version = intent.version;
    next.extended = until;
    next.due = now;
    next.standing.intent = intent.id;
    if (const auto old = cases_.find(intent.id); old != cases_.end()) {
      next.found = std::move(old->second.found);
      next.uncertain = old->second.uncertain;
    } else {
      next.uncertain = tried.contains(intent.id) || elsewhere.contains(intent.id);
    }
    auto form = uss::form_of(intent);
    core::Intent begin = intent;
    begin.state = core::IntentState::kAccepted;
    // Nothing is created that is past.
    if (until) begin.volumes = begin.off_nominal;
    auto plan = uss::form_of(begin);
    Case& of = cases_[intent.id] = std::move(next);
    if (form && plan) {
      of.form = std::move(*form);
      of.plan = std::move(*plan);
    } else {
      refuse(of, (form ? plan : form).error().text());
    }
  }
  const auto end = [&](const IntentId& intent) {
    const bool fresh = !cases_.contains(intent);
    Case& of = cases_[intent];
    if (of.version == 0 && of.standing.stage != UssStage::kPending) return;
    const bool uncertain = of.uncertain || of.found || (fresh && tried.contains(intent)) || elsewhere.contains(intent);
    of = Case{};
    of.uncertain = uncertain;
    of.standing = {.intent = intent, .stage = UssStage::kEnding, .why = {}, .next = {}, .with = {}};
    of.due = now;
  };
  standing.insert(tried.begin(), tried.end());
  for (const IntentId& intent : standing) {
    if (!wanted.contains(intent)) end(intent);
  }
  // What ended before a registry ever knew of it; unless an answer was lost, and it does, or it was found there and
  // then refused another version.
  for (auto& [intent, of] : cases_) {
    if (wanted.contains(intent) || standing.contains(intent) || of.version == 0) continue;
    const bool uncertain = of.uncertain || of.found;
    of = Case{};
    of.uncertain = uncertain;
    of.due = now;
    of.standing = {.intent = intent,
                   .stage = uncertain ? UssStage::kEnding : UssStage::kRegistered,
                   .why = {},
                   .next = {},
                   .with = {}};
  }
  return {};
}

// Driving
// --------------------------------------------------------------------------------------------------------------------

void UssRegistrar::drive(const IntentId& intent, Case& of) {
  if (of.version > 0 && !of.form) return refuse(of, of.standing.why);
  of.tried = host_.now();
  of.until = of.tried + config_.asking_ms;
  of.asked = 0;
  for (int n = 0; n < kStepsMax; ++n) {
    const Step step = of.uncertain ? find_out(intent, of) : of.form ? register_once(intent, of) : end_once(intent, of);
    if (step == Step::kDone) return;
  }
  retry(of, "others change what is there too often");
}

void UssRegistrar::retry(Case& of, std::string_view why) {
  ++of.failures;
  of.due = host_.now() + backoff_ms(of.failures, config_.backoff_first_ms, config_.backoff_max_ms, random_);
  of.standing.stage = UssStage::kRetrying;
  of.standing.why = foreign_text(why, kReasonBytesMax);
  of.standing.next = of.due;
}

void UssRegistrar::go_on(Case& of, std::string_view why) {
  of.failures = 0;
  of.due = host_.now();
  of.standing.stage = UssStage::kPending;
  of.standing.why = foreign_text(why, kReasonBytesMax);
  of.standing.next = of.due;
}

void UssRegistrar::refuse(Case& of, std::string_view why) {
  of.failures = 0;
  of.due = host_.now() + config_.refused_again_ms;
  of.standing.stage = UssStage::kRefused;
  of.standing.why = foreign_text(why, kReasonBytesMax);
  of.standing.next = of.due;
}

void UssRegistrar::settled(Case& of) {
  of.failures = 0;
  of.behind.clear();
  of.standing.stage = UssStage::kRegistered;
  of.standing.why.clear();
  of.standing.next.reset();
  of.standing.with.clear();
}

std::optional<Registered> UssRegistrar::registered(const IntentId& intent) {
  std::optional<Registered> out;
  static_cast<void>(host_.with([&](UssDesk& desk) {
    const uss::Registration* of = desk.ledger().registration(intent);
    if (of != nullptr && !of->ended && !of->moved) out = of->last;
  }));
  return out;
}

std::optional<Registered> UssRegistrar::moved(const IntentId& intent) {
  std::optional<Registered> out;
  static_cast<void>(host_.with([&](UssDesk& desk) {
    const uss::Registration* of = desk.ledger().registration(intent);
    if (of != nullptr && !of->ended && of->moved) out = of->last;
  }));
  return out;
}

std::optional<uss::Trying> UssRegistrar::tried(const IntentId& intent) {
  std::optional<uss::Trying> out;
  static_cast<void>(host_.with([&](UssDesk& desk) {
    const auto& tries = desk.ledger().tries();
    if (const auto at = tries.find(intent); at != tries.end()) out = at->second;
  }));
  return out;
}

Result<Reference> UssRegistrar::recorded(const Uuid& id, const std::string& registry) {
  const net::ClientResponse answer = TRY(wire_.call({.method = net::Method::kGet,
                                                     .base_url = registry,
                                                     .path = reference_path(id),
                                                     .scopes = std::string(kScopeSc),
                                                     .body = {},
                                                     .configured = true}));
  if (answer.status == 404) return fail(ErrorCode::kNotFound, "the registry does not know it");
  if (answer.status != 200) return fail(ErrorCode::kUnavailable, "the registry answers " + said_by(answer));
  const JsonDocument document = TRY(JsonDocument::parse(answer.body, kRegistryJson));
  const JsonValue reference = TRY(document.root().at("operational_intent_reference"));
  return uss::read_reference(reference, Kind::kIntent);
}

/// What became of the request whose answer was lost.
UssRegistrar::Step UssRegistrar::find_out(const IntentId& intent, Case& of) {
  const Uuid id = uss::uuid_of(config_.names.authority, intent);
  auto reference = recorded(id, config_.names.dss_url);
  if (!reference && reference.error().code != ErrorCode::kNotFound) {
    retry(of, reference.error().text());
    return Step::kDone;
  }
  of.found.reset();
  const auto conflict = std::exchange(of.conflict, std::nullopt);
  const bool unread = std::exchange(of.unread, false);
  const auto before = moved(intent);
  bool recorded_unread = false;
  if (reference) {
    if (reference->manager != config_.names.manager) {
      refuse(of, fmt::format("its id is taken by {}", reference->manager));
      return Step::kDone;
    }
    const auto what = tried(intent);
    const auto last = registered(intent);
    // Where the registry is the one before under another name, its versions go on.
    const bool arrived =
        before ? reference->ovn != before->ovn : reference->version > (last ? last->version : std::int64_t{0});
    if (what && what->details && !reference->ovn.empty() && arrived) {
      const Status said = unread ? record_unread(*what, *reference) : record_found(*what, *reference);
      if (!said) {
        of.unread = unread;
        retry(of, said.error().text());
        return Step::kDone;
      }
      recorded_unread = unread;
    }
    // Nothing is there that a 409 could have been about: the registry does not want it, and says why.
    if (conflict && conflict->ovn == reference->ovn) {
      of.uncertain = false;
      of.found = std::move(*reference);
      of.form ? refuse(of, conflict->why) : retry(of, conflict->why);
      return Step::kDone;
    }
    if (!recorded_unread) of.found = std::move(*reference);
  } else if (conflict && conflict->ovn.empty()) {
    // What is tried stands in the record as it is, and nothing has ended: it never began.
    of.uncertain = false;
    refuse(of, conflict->why);
    return Step::kDone;
  } else if (before ? !of.form : registered(intent) || tried(intent)) {
    // It is gone although nobody here ended it, or the answer to its end was the one that was lost.
    if (const Status said = record_ended(intent, {}); !said) {
      retry(of, said.error().text());
      return Step::kDone;
    }
  }
  of.uncertain = false;
  if (!reference && !of.form) {
    settled(of);
    return Step::kDone;
  }
  return Step::kAgain;
}

UssRegistrar::Step UssRegistrar::register_once(const IntentId& intent, Case& of) {
  const auto last = registered(intent);
  const bool there = of.found || last;
  const Form& form = there ? *of.form : *of.plan;
  // The key proves of whom these volumes keep clear: other volumes are compared anew.
  if (std::exchange(of.compared, form.hash) != form.hash) of.key.clear();
  // Where the node is reached stands in the reference too: a changed `base_url` is carried out like a new version.
  if (last && !of.found && last->native_version == of.version && last->state == of.form->state &&
      last->url == config_.names.base_url && (!of.extended || last->details == of.form->hash)) {
    settled(of);
    return Step::kDone;
  }
  const Uuid id = uss::uuid_of(config_.names.authority, intent);
  std::optional<Uuid> subscription;
  if (!of.fresh_subscription)
    subscription = of.found ? of.found->subscription : last ? last->subscription : std::nullopt;
  if (const Status said = record_trying(intent, of, &form); !said) {
    retry(of, said.error().text());
    return Step::kDone;
  }
  const bool strays = form.state == IntentState::kNonconforming || form.state == IntentState::kContingent;
  const std::string ovn = !there ? "" : of.found ? of.found->ovn : last->ovn;
  const std::string path = there ? reference_path(id, ovn) : reference_path(id);
  const auto answer =
      wire_.call({.method = net::Method::kPut,
                  .base_url = config_.names.dss_url,
                  .path = path,
                  .scopes = std::string(strays ? kScopeScCmsa : kScopeSc),
                  .body = uss::put_json(
                      {.form = form, .url = config_.names.base_url, .key = of.key, .subscription = subscription})});
  if (!answer) {
    of.uncertain = answer.error().code != ErrorCode::kUnauthenticated;
    retry(of, answer.error().text());
    return Step::kDone;
  }
  const auto document = JsonDocument::parse(answer->body, kRegistryJson);
  if (answer->status == 200 || answer->status == 201) {
    auto changed = document ? uss::read_changed(document->root()) : std::unexpected(document.error());
    if (!changed || changed->reference.ovn.empty() || changed->reference.id != id) {
      of.uncertain = of.unread = true;
      retry(of, "the registry's answer cannot be read: " +
                    (changed ? "it has another id or no OVN" : changed.error().text()));
      return Step::kDone;
    }
    if (const Status said = record_registered(intent, of, form, *changed); !said) {
      of.uncertain = true;
      retry(of, said.error().text());
      return Step::kDone;
    }
    of.found.reset();
    of.fresh_subscription = false;
    return Step::kAgain;
  }
  if (answer->status == 409) {
    auto missing = document ? uss::read_missing(document->root()) : std::unexpected(document.error());
    if (!missing) {
      retry(of, "the registry's answer cannot be read: " + missing.error().text());
      return Step::kDone;
    }
    if (!missing->empty()) return after_conflict(of, form, *missing);
    of.uncertain = true;  // Another OVN, or it is there already; or it is about something else.
    of.conflict = Case::Conflict{ovn, "the registry answers " + said_by(*answer)};
    return Step::kAgain;
  }
  if (answer->status == 400 && subscription) {
    of.fresh_subscription = true;
    return Step::kAgain;
  }
  // 401: the token has expired, or the registry does not have its keys yet. Another is fetched.
  if (answer->status >= 500 || answer->status == 429 || answer->status == 408 || answer->status == 401) {
    of.uncertain = answer->status != 429 && answer->status != 401;
    retry(of, "the registry answers " + said_by(*answer));
    return Step::kDone;
  }
  refuse(of, "the registry answers " + said_by(*answer));
  return Step::kDone;
}

UssRegistrar::Step UssRegistrar::end_once(const IntentId& intent, Case& of) {
  const auto last = registered(intent);
  if (!last && !of.found) {
    settled(of);
    return Step::kDone;
  }
  if (const Status said = record_trying(intent, of, nullptr); !said) {
    retry(of, said.error().text());
    return Step::kDone;
  }
  const Uuid id = uss::uuid_of(config_.names.authority, intent);
  const std::string ovn = of.found ? of.found->ovn : last->ovn;
  const auto answer = wire_.call({.method = net::Method::kDelete,
                                  .base_url = config_.names.dss_url,
                                  .path = reference_path(id, ovn),
                                  .scopes = std::string(kScopeSc),
                                  .body = {}});
  if (!answer) {
    of.uncertain = answer.error().code != ErrorCode::kUnauthenticated;
    retry(of, answer.error().text());
    return Step::kDone;
  }
  std::optional<uss::Changed> changed;
  if (answer->status == 200) {
    const auto document = JsonDocument::parse(answer->body, kRegistryJson);
    if (document) {
      if (auto read = uss::read_changed(document->root())) changed = std::move(*read);
    }
  } else if (answer->status == 409) {
    of.uncertain = true;
    of.conflict = Case::Conflict{ovn, "the registry answers " + said_by(*answer)};
    return Step::kAgain;
  } else if (answer->status != 404) {
    of.uncertain = answer->status >= 500;
    retry(of, "the registry answers " + said_by(*answer));
    return Step::kDone;
  }
  of.found.reset();
  if (last || tried(intent)) {
    if (const Status said = record_ended(intent, changed); !said) {
      retry(of, said.error().text());
      return Step::kDone;
    }
  }
  settled(of);
  return Step::kDone;
}

}  // namespace tansiq::node
