// What the registrar believes of other suppliers: whose details it asks for, when it leaves one alone, and what keeps
// an intent of ours from being registered. Part of UssRegistrar.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/foreign_text.h"
#include "base/logging.h"
#include "node/puller.h"
#include "node/uss_registrar.h"
#include "uss/outline.h"

namespace tansiq::node {
namespace {

using uss::Form;
using uss::Full;
using uss::Kind;
using uss::Reference;

/// Questions to others in one go of one intent; then it is the other intents' turn.
constexpr std::size_t kAskedMax = 256;
/// Others that an intent conflicts with, as far as they are shown.
constexpr std::size_t kShownMax = 256;
/// A key in all, well within the 4 MiB that registries read of a request.
constexpr std::size_t kKeyBytesMax = 3U << 20;
/// A supplier is allowed to be behind its registry for so many looks, with the back-off between them.
constexpr unsigned kBehindMax = 4;
/// Who answers faster than this is not slow; who does not is left alone for so many times as long as it took.
constexpr DurationMs kSlowMs = 1'000;
constexpr DurationMs kRestsPerAnswer = 6;
/// Suppliers that are left alone, together. Beyond, those whose time is over are forgotten, and then all.
constexpr std::size_t kLeftAloneMax = 10'000;
/// Of what an incident says.
constexpr std::size_t kWhatMax = 1'500;

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

/// Whether two intents meet in space and time, without minima: others know nothing of a charter's. Theirs may be what
/// registries take and geometry does not. What is no volume fails.
Result<bool> meet(const std::vector<geo::Volume4d>& ours, const uss::Details& theirs) {
  std::vector<geo::PreparedVolume> prepared;
  for (const geo::Volume4d& volume : ours) prepared.push_back(TRY(geo::prepare(volume)));
  for (const auto* volumes : {&theirs.volumes, &theirs.off_nominal}) {
    for (const geo::Volume4d& volume : *volumes) {
      const geo::PreparedVolume other = TRY(uss::prepare_generously(volume));
      if (std::ranges::any_of(prepared, [&](const auto& own) { return geo::conflict(own, other, {}); })) return true;
    }
  }
  return false;
}

/// Whether another's details forbid ours: they meet, and it need not give way. Fails as `meet`.
Result<bool> stands_in_the_way(const Form& form, const Full& other) {
  const bool met = TRY(meet(form.native, other.details));
  return met && other.details.priority >= 0;
}

}  // namespace

UssRegistrar::Step UssRegistrar::after_conflict(Case& of, const Form& form, const std::vector<Reference>& missing) {
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
  std::size_t bytes = 0;
  for (const std::string& ovn : of.key) bytes += ovn.size();
  if (bytes > kKeyBytesMax) {
    // OVNs of what has changed since may be among them: the next look begins without any.
    refuse(of, fmt::format("{} others are there: their OVNs are more than fits into a request", of.key.size()));
    of.key.clear();
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
  const auto show = [&] {
    if (of.standing.with.size() < kShownMax) of.standing.with.push_back(with);
  };
  const auto drifted = [&] {
    show();
    refuse(of, fmt::format("detail drift: what is served of {}, version {}, is not what was recorded", name(),
                           other.version));
    return false;
  };
  if (incident && !incident->settled) return drifted();
  // Where it is refused already, nothing has to be asked for that.
  const bool refused = of.standing.stage == UssStage::kRefused;
  if (host_.now() > of.until) {
    if (!refused) retry(of, "others take long to answer; what they have said is kept");
    return false;
  }
  std::optional<Full> known = known_details(other);
  // It may have ended and been registered anew, which nobody told us: so it is asked for, where its OVN was given and
  // is missed still, and before it is in the way by what it said once.
  const bool given = known && of.key.contains(known->reference.ovn);
  const bool in_the_way = known && !given && stands_in_the_way(form, *known).value_or(false);
  const bool was_known = known && !given && !in_the_way;
  if (!was_known && of.asked >= kAskedMax) {
    if (!refused) go_on(of, fmt::format("others are there: {} were asked, more are missing", of.asked));
    return false;
  }
  if (!was_known) ++of.asked;
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
    const auto now = recorded(other.id, config_.names.dss_url);
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
  const auto forbids = stands_in_the_way(form, *full);
  if (!forbids) {
    show();
    refuse(of, fmt::format("volumes of {} are none: {}", name(), forbids.error().text()));
    return false;
  }
  if (*forbids) {
    show();
    refuse(of, fmt::format(
                   "it meets {}{}", name(),
                   full->details.priority > 0 ? fmt::format(", which has priority {}", full->details.priority) : ""));
    return false;
  }
  of.key.insert(full->reference.ovn);
  return true;
}

}  // namespace tansiq::node
