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
/// Others that one 409 may make us ask.
constexpr std::size_t kAskedMax = 256;
/// A supplier is allowed to be behind its registry for so many looks, with the back-off between them.
constexpr unsigned kBehindMax = 4;
/// Who answers faster than this is not slow; who does not is left alone for so many times as long as it took.
constexpr DurationMs kSlowMs = 1'000;
constexpr DurationMs kRestsPerAnswer = 6;
/// Suppliers that are left alone, together. Beyond, those whose time is over are forgotten, and then all.
constexpr std::size_t kLeftAloneMax = 10'000;
/// Of what an incident says.
constexpr std::size_t kWhatMax = 1'500;

std::string reference_path(const Uuid& id) { return "/dss/v1/operational_intent_references/" + id.str(); }
std::string reference_path(const Uuid& id, std::string_view ovn) {
  return reference_path(id) + "/" + net::percent_encode(ovn);
}

/// What another has told us, as if it were served now.
Full known_full(const uss::Learned& known, uss::Details details) {
  return {.reference = {.id = known.id,
                        .manager = known.manager,
                        .version = known.version,
                        .state = known.state,
                        .start = known.start,
                        .end = known.end,
                        .url = known.url,
                        .ovn = known.ovn,
                        .subscription = {},
                        .details = {}},
          .details = std::move(details)};
}

uss::Learned learned_of(const Full& full) {
  const Reference& r = full.reference;
  return {.details = full.details.hash,
          .end = r.end,
          .how = uss::How::kFetch,
          .id = r.id,
          .kind = Kind::kIntent,
          .manager = r.manager,
          .notice = {},
          .ovn = r.ovn,
          .start = r.start,
          .state = r.state,
          .url = r.url,
          .version = r.version};
}

/// Whether two intents meet in space and time, without minima: others know nothing of a charter's. What is no volume
/// fails.
Result<bool> meet(const std::vector<geo::Volume4d>& ours, const uss::Details& theirs) {
  std::vector<geo::PreparedVolume> prepared;
  for (const geo::Volume4d& volume : ours) prepared.push_back(TRY(geo::prepare(volume)));
  for (const auto* volumes : {&theirs.volumes, &theirs.off_nominal}) {
    for (const geo::Volume4d& volume : *volumes) {
      const geo::PreparedVolume other = TRY(geo::prepare(volume));
      if (std::ranges::any_of(prepared, [&](const auto& own) { return geo::conflict(own, other, {}); })) return true;
    }
  }
  return false;
}

/// Whether another's details forbid ours: they meet, and it need not give way.
bool stands_in_the_way(const uss::Form& form, const Full& other) {
  const auto met = meet(form.native, other.details);
  return met && *met && other.details.priority >= 0;
}

}  // namespace

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
  std::optional<UtcMs> next;
  for (const auto& [intent, of] : cases_) {
    if (of.standing.stage != UssStage::kRegistered) next = std::min(next.value_or(of.due), of.due);
  }
  return next;
}

/// What is wanted, and what the ledger says.
Status UssRegistrar::look() {
  std::set<IntentId> wanted;
  std::vector<core::Intent> changed;
  std::set<IntentId> standing;
  std::set<IntentId> tried;
  std::optional<std::uint64_t> after = 0;
  while (after) {
    TRY_VOID(host_.with([&](UssDesk& desk) {
      after = desk.visit_intents(*after, [&](const core::Intent& intent) {
        wanted.insert(intent.id);
        const auto at = cases_.find(intent.id);
        if (at == cases_.end() || at->second.version != intent.version) changed.push_back(intent);
      });
      if (after) return;
      for (const auto& [intent, of] : desk.ledger().registrations()) {
        if (!of.ended) standing.insert(intent);
      }
      for (const auto& [intent, of] : desk.ledger().tries()) tried.insert(intent);
    }));
  }
  const UtcMs now = host_.now();
  for (const core::Intent& intent : changed) {
    Case next;
    next.version = intent.version;
    next.due = now;
    next.standing.intent = intent.id;
    if (const auto old = cases_.find(intent.id); old != cases_.end()) {
      next.found = std::move(old->second.found);
      next.uncertain = old->second.uncertain;
    } else {
      next.uncertain = tried.contains(intent.id);
    }
    auto form = uss::form_of(intent);
    core::Intent begin = intent;
    begin.state = core::IntentState::kAccepted;
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
    const bool uncertain = of.uncertain || of.found || (fresh && tried.contains(intent));
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
    if (of != nullptr && !of->ended) out = of->last;
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

Result<Reference> UssRegistrar::recorded(const Uuid& id) {
  const net::ClientResponse answer = TRY(wire_.call({.method = net::Method::kGet,
                                                     .base_url = config_.names.dss_url,
                                                     .path = reference_path(id),
                                                     .scopes = std::string(kScopeSc),
                                                     .body = {}}));
  if (answer.status == 404) return fail(ErrorCode::kNotFound, "the registry does not know it");
  if (answer.status != 200) return fail(ErrorCode::kUnavailable, "the registry answers " + said_by(answer));
  const JsonDocument document = TRY(JsonDocument::parse(answer.body));
  const JsonValue reference = TRY(document.root().at("operational_intent_reference"));
  return uss::read_reference(reference, Kind::kIntent);
}

/// What became of the request whose answer was lost.
UssRegistrar::Step UssRegistrar::find_out(const IntentId& intent, Case& of) {
  const Uuid id = uss::uuid_of(config_.names.authority, intent);
  auto reference = recorded(id);
  if (!reference && reference.error().code != ErrorCode::kNotFound) {
    retry(of, reference.error().text());
    return Step::kDone;
  }
  of.found.reset();
  if (reference) {
    if (reference->manager != config_.names.manager) {
      refuse(of, fmt::format("its id is taken by {}", reference->manager));
      return Step::kDone;
    }
    const auto what = tried(intent);
    const auto last = registered(intent);
    if (what && what->details && !reference->ovn.empty() && reference->version > (last ? last->version : 0)) {
      if (const Status said = record_found(*what, *reference); !said) {
        retry(of, said.error().text());
        return Step::kDone;
      }
    }
    of.found = std::move(*reference);
  } else if (registered(intent) || tried(intent)) {
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
      last->url == config_.names.base_url) {
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
  const std::string path = there ? reference_path(id, of.found ? of.found->ovn : last->ovn) : reference_path(id);
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
  const auto document = JsonDocument::parse(answer->body);
  if (answer->status == 200 || answer->status == 201) {
    auto changed = document ? uss::read_changed(document->root()) : std::unexpected(document.error());
    if (!changed || changed->reference.ovn.empty() || changed->reference.id != id) {
      of.uncertain = true;
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
    of.uncertain = true;  // Another OVN, or it is there already.
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
  const auto answer = wire_.call({.method = net::Method::kDelete,
                                  .base_url = config_.names.dss_url,
                                  .path = reference_path(id, of.found ? of.found->ovn : last->ovn),
                                  .scopes = std::string(kScopeSc),
                                  .body = {}});
  if (!answer) {
    of.uncertain = answer.error().code != ErrorCode::kUnauthenticated;
    retry(of, answer.error().text());
    return Step::kDone;
  }
  std::optional<uss::Changed> changed;
  if (answer->status == 200) {
    const auto document = JsonDocument::parse(answer->body);
    if (document) {
      if (auto read = uss::read_changed(document->root())) changed = std::move(*read);
    }
  } else if (answer->status == 409) {
    of.uncertain = true;
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

// Others
// ---------------------------------------------------------------------------------------------------------------------

UssRegistrar::Step UssRegistrar::after_conflict(Case& of, const Form& form, const std::vector<Reference>& missing) {
  if (missing.size() > kAskedMax) {
    refuse(of, fmt::format("{} others are there; at most {} are looked at", missing.size(), kAskedMax));
    return Step::kDone;
  }
  const std::size_t known = of.key.size();
  of.standing.with.clear();
  of.standing.stage = UssStage::kPending;
  for (const Reference& other : missing) {
    if (acknowledge(of, form, other)) continue;
    // Of conflicts all are shown; whatever else is the matter ends it here.
    if (of.standing.stage != UssStage::kRefused || of.standing.with.empty()) return Step::kDone;
  }
  if (of.standing.stage == UssStage::kRefused) return Step::kDone;
  if (of.key.size() == known) {
    retry(of, "the registry does not take the OVNs that others give");
    return Step::kDone;
  }
  return Step::kAgain;
}

Result<net::ClientResponse> UssRegistrar::ask(const UssCall& call) {
  const UtcMs asked = host_.now();
  if (const auto at = left_alone_.find(call.base_url); at != left_alone_.end() && asked < at->second.until) {
    return fail(ErrorCode::kTimeout,
                fmt::format("it was slow or silent and is left alone until {}", format_utc(at->second.until)));
  }
  auto answer = wire_.call(call);
  const UtcMs now = host_.now();
  const DurationMs took = std::max<DurationMs>(now - asked, 0);
  if (answer && took < kSlowMs) {
    left_alone_.erase(call.base_url);
    return answer;
  }
  if (left_alone_.size() >= kLeftAloneMax) {
    std::erase_if(left_alone_, [&](const auto& one) { return one.second.until <= now; });
    if (left_alone_.size() >= kLeftAloneMax) left_alone_.clear();
  }
  LeftAlone& of = left_alone_[call.base_url];
  of.failures = answer ? 0 : of.failures + 1;
  DurationMs rest = std::min(took * kRestsPerAnswer, config_.backoff_max_ms);
  if (!answer) {
    rest = std::max(rest, backoff_ms(of.failures, config_.backoff_first_ms, config_.backoff_max_ms, random_));
  }
  of.until = now + rest;
  return answer;
}

std::optional<Full> UssRegistrar::known_details(const Reference& other) {
  std::optional<uss::Learned> known;
  Result<std::string> text = fail(ErrorCode::kNotFound, "");
  static_cast<void>(host_.with([&](UssDesk& desk) {
    const uss::Other* of = desk.ledger().other(Kind::kIntent, other.id);
    if (of == nullptr || of->gone || of->last.version != other.version || of->last.ovn.empty()) return;
    // Anybody can tell us of any id: what counts is whose it is at the registry.
    if (of->last.manager != other.manager) return;
    known = of->last;
    text = desk.body(known->details);
  }));
  if (!known || !text) return std::nullopt;
  const auto message = uss::Message::parse(*text);
  if (!message) return std::nullopt;
  auto details = uss::read_details(message->root(), message->text(), Kind::kIntent, known->state);
  if (!details) return std::nullopt;
  Full full = known_full(*known, std::move(*details));
  // What was ended and registered anew begins with version 1 again: then it is asked for.
  if (!uss::differences(other, full, nullptr).empty()) return std::nullopt;
  return full;
}

Result<Full> UssRegistrar::served_details(const Reference& other) {
  TRY_VOID(uss::check_base_url(other.url, config_.names.allow_http));
  const net::ClientResponse answer = TRY(ask({.method = net::Method::kGet,
                                              .base_url = other.url,
                                              .path = "/uss/v1/operational_intents/" + other.id.str(),
                                              .scopes = std::string(kScopeSc),
                                              .body = {}}));
  if (answer.status != 200) return fail(ErrorCode::kUnavailable, "answers " + said_by(answer));
  const uss::Message message = TRY(uss::Message::parse(answer.body));
  Full full = TRY(uss::read_served(message, Kind::kIntent));
  if (full.reference.ovn.empty()) return fail(ErrorCode::kInvalid, "answers without an OVN");
  return full;
}

bool UssRegistrar::acknowledge(Case& of, const Form& form, Reference other) {
  const auto name = [&] { return fmt::format("{} of {}", other.id.str(), other.manager); };
  const UssStanding::With with{other.id, other.manager, other.version};
  if (other.manager == config_.names.manager) {
    // Our own: the zone machine has decided about the two.
    if (other.ovn.empty()) {
      static_cast<void>(host_.with([&](UssDesk& desk) {
        if (const uss::Registration* own = desk.ledger().registration(other.id)) other.ovn = own->last.ovn;
      }));
    }
    of.key.insert(other.ovn);
    return true;
  }
  std::optional<uss::Drift> incident;
  std::optional<uss::Other> before;
  static_cast<void>(host_.with([&](UssDesk& desk) {
    const auto& ledger = desk.ledger();
    const auto drift = ledger.drifts().find({other.id, other.version});
    if (drift != ledger.drifts().end() && drift->second.found.manager == other.manager) incident = drift->second;
    if (const uss::Other* known = ledger.other(Kind::kIntent, other.id)) before = *known;
  }));
  const auto drifted = [&] {
    of.standing.with.push_back(with);
    refuse(of, fmt::format("detail drift: what is served of {}, version {}, is not what was recorded", name(),
                           other.version));
    return false;
  };
  if (incident && !incident->settled) return drifted();
  if (host_.now() > of.until) {
    retry(of, "others take long to answer; what they have said is kept");
    return false;
  }
  std::optional<Full> known = known_details(other);
  // It may have ended and been registered anew, which nobody told us: so it is asked for, where its OVN was given and
  // is missed still, and before it is in the way by what it said once.
  const bool given = known && of.key.contains(known->reference.ovn);
  const bool in_the_way = known && !given && stands_in_the_way(form, *known);
  const bool was_known = known && !given && !in_the_way;
  Result<Full> full = was_known ? Result<Full>(std::move(*known)) : served_details(other);
  if (!full && in_the_way) full = std::move(*known);
  if (!full) {
    retry(of, fmt::format("details of {}: {}", name(), full.error().text()));
    if (const auto at = left_alone_.find(other.url); at != left_alone_.end() && of.due < at->second.until) {
      of.standing.next = of.due = at->second.until;
    }
    return false;
  }
  std::vector<std::string> said = uss::differences(other, *full, before ? &*before : nullptr);
  // A person has accepted what was served then, and nothing else.
  const bool settled = incident && incident->found.served == full->details.hash;
  if (!said.empty() && !settled) {
    // It may have changed while we asked.
    const auto now = recorded(other.id);
    const bool changed = !now || now->version != other.version;
    const bool behind = full->reference.version != other.version && ++of.behind[other.id] < kBehindMax;
    if (changed || behind) {
      retry(of, fmt::format("{} is changing: {}", name(), said.front()));
      return false;
    }
    uss::DriftFound found{.id = other.id,
                          .manager = other.manager,
                          .served = full->details.hash,
                          .url = other.url,
                          .version = other.version,
                          .what = foreign_text(fmt::format("{}", fmt::join(said, "; ")), kWhatMax)};
    drifts_found_.fetch_add(1, std::memory_order_relaxed);
    log_error("uss.detail_drift", {{"id", other.id.str()}, {"manager", other.manager}, {"message", found.what}});
    static_cast<void>(host_.with([&](UssDesk& desk) {
      desk.keep(full->details.text);
      if (const Status done = desk.say(found); !done) log_error("uss.drift_lost", {{"message", done.error().text()}});
    }));
    return drifted();
  }
  of.behind.erase(other.id);
  if (!was_known) {
    static_cast<void>(host_.with([&](UssDesk& desk) {
      // Where a later version came in the meantime, that stays.
      if (desk.ledger().judge(learned_of(*full)) == uss::News::kKnown) return;
      if (desk.say(learned_of(*full))) desk.keep(full->details.text);
    }));
  }
  const auto met = meet(form.native, full->details);
  if (!met) {
    of.standing.with.push_back(with);
    refuse(of, fmt::format("volumes of {} are none: {}", name(), met.error().text()));
    return false;
  }
  if (stands_in_the_way(form, *full)) {
    of.standing.with.push_back(with);
    refuse(of, fmt::format(
                   "it meets {}{}", name(),
                   full->details.priority > 0 ? fmt::format(", which has priority {}", full->details.priority) : ""));
    return false;
  }
  of.key.insert(full->reference.ovn);
  return true;
}

}  // namespace tansiq::node
