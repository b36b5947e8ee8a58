#include "node/conform_keeper.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "base/bytes.h"
#include "base/logging.h"
#include "log/sha256.h"

namespace tansiq::node {
namespace {

using core::IntentState;
using picture::AlertKind;

constexpr DurationMs kAgainMs = 10'000;
constexpr DurationMs kAgainMsMax = 300'000;
/// What a judgement, and the evidence whose the track is, may be old.
constexpr DurationMs kFreshMs = 10'000;
/// Ships that lie still say where they are once in three minutes.
constexpr DurationMs kHeardHereMs = 200'000;
/// Of the digest of an intent's id: an id may be as long as that of a command.
constexpr std::size_t kDigestBytes = 8;

constexpr std::array<std::string_view, 3> kDeclares{"nobody", "nonconforming", "contingent"};

bool alive(IntentState state) { return state == IntentState::kAccepted || state == IntentState::kActivated; }

/// Says that its link is lost, or that it goes down: contingent at once.
bool gives_up(const picture::Track& track) {
  return track.emergency == surveillance::Emergency::kLostLink || track.emergency == surveillance::Emergency::kDowned;
}

/// Is there a doubt about the track, or about who flies the intent, that stands?
bool doubted(const picture::AlertBook& alerts, picture::TrackId track, const std::string& intent) {
  return std::ranges::any_of(alerts.alerts(), [&](const auto& entry) {
    const picture::Alert& alert = entry.second;
    const picture::Situation& of = alert.situation;
    if (of.kind != AlertKind::kDoubleIdentity && of.kind != AlertKind::kDoubtfulSource) return false;
    return !alert.over && (of.first == track || of.second == track || of.object == intent);
  });
}

bool accepted(const Result<Recorded>& recorded) { return recorded && recorded->decision.accepted(); }

/// The record could not be asked, whatever it would have said.
bool unanswered(const Error& error) {
  return error.code == ErrorCode::kOverloaded || error.code == ErrorCode::kUnavailable || error.code == ErrorCode::kIo;
}

std::string why_not(const Result<Recorded>& recorded) {
  return recorded ? fmt::format("refused: {}", core::to_text(recorded->decision.refusal)) : recorded.error().text();
}

}  // namespace

std::string_view to_text(Declares declares) { return kDeclares.at(static_cast<std::size_t>(declares)); }

Result<Declares> parse_declares(std::string_view text) {
  const auto* const at = std::ranges::find(kDeclares, text);
  if (at == kDeclares.end()) {
    return fail(ErrorCode::kInvalid, fmt::format("'{}' is not nobody, nonconforming or contingent", text));
  }
  return static_cast<Declares>(std::distance(kDeclares.begin(), at));
}

CommandId ConformKeeper::command_of(const IntentId& intent, std::int64_t version, IntentState to) {
  const log::Hash digest = log::sha256(intent.str());
  return CommandId::trusted(
      fmt::format("conformance-{}-{}-{}", to_hex(digest.view().first(kDigestBytes)), version, core::to_text(to)));
}

std::optional<IntentState> ConformKeeper::wanted_of(const picture::Plan& plan, const picture::Kept& kept,
                                                    const picture::Track& track) const {
  if (!kept.proposed) return std::nullopt;
  const IntentState proposed = *kept.proposed;
  // What is back inside, or inside of other legs than before, is off its plan for a while yet; nobody needs to hear it.
  const bool off = kept.off_since && !kept.inside;
  if (proposed == IntentState::kContingent) {
    if (declares_ == Declares::kContingent) return off || gives_up(track) ? kept.proposed : std::nullopt;
    // That its link is lost is for people; that it is off its plan is so all the same.
    return off && alive(plan.state) ? std::optional(IntentState::kNonconforming) : std::nullopt;
  }
  if (proposed == IntentState::kNonconforming && alive(plan.state) && off) return proposed;
  if (proposed == IntentState::kActivated && plan.state == IntentState::kNonconforming) return proposed;
  return std::nullopt;
}

bool ConformKeeper::sure(const picture::Picture& picture, const std::string& intent, const picture::Track& track,
                         UtcMs now) const {
  const picture::Correlation* whose = picture.attribution().of_intent(intent);
  if (whose == nullptr || whose->track != track.id || whose->confidence < kDeclareConfidenceMin) return false;
  if (!whose->contradicts.empty() || now - whose->supported > kFreshMs) return false;
  if (track.state != picture::TrackState::kLive) return false;
  const bool ours = std::ranges::any_of(track.sources(), [&](const picture::HeardFrom& from) {
    return now - from.last <= kHeardHereMs && services_.heard_here(from.source);
  });
  return ours && !doubted(picture.alerts(), track.id, intent);
}

void ConformKeeper::look(const picture::Picture& picture, UtcMs now) {
  if (declares_ == Declares::kNobody) return;
  const picture::Conformance& conformance = picture.conformance();
  // A deviation that is over is forgotten, and with it what was said of it.
  std::erase_if(cases_, [&](const auto& entry) {
    const picture::Kept* kept = conformance.of_intent(entry.first);
    return !entry.second->waiting && (kept == nullptr || (!kept->off_since && !kept->proposed));
  });
  std::size_t begun = 0;
  for (const auto& [intent, kept] : conformance.all()) {
    if (begun == kDeclaredPerLookMax || waiting_ >= kDeclaringMax) return;
    const picture::PreparedPlan* prepared = picture.plans().find(intent);
    const picture::Track* track = picture.tracker().find(kept.track);
    if (!kept.proposed || prepared == nullptr || track == nullptr) continue;
    const picture::Plan& plan = prepared->plan;
    if (plan.leg_by_leg() || picture.authority_of(intent) != self_.str()) continue;
    // What was judged by other legs, in another state or long ago is no judgement of now.
    const bool fresh = kept.measured && !kept.silent && kept.edition == prepared->edition && kept.state == plan.state &&
                       now - kept.judged_at <= kFreshMs;
    const auto wanted = fresh ? wanted_of(plan, kept, *track) : std::nullopt;
    if (!wanted) continue;
    const auto known = cases_.find(intent);
    if (known != cases_.end()) {
      const Case& of = *known->second;
      if (of.waiting || now < of.not_before || std::ranges::count(of.settled, *wanted) > 0) continue;
    }
    if (!sure(picture, intent, *track, now)) continue;
    auto id = IntentId::parse(intent);
    if (!id) continue;
    CasePtr& of = cases_[intent];
    if (!of) of = std::make_shared<Case>();
    of->intent = std::move(*id);
    of->judged = plan.state;
    of->wanted = *wanted;
    of->legs.clear();
    for (const picture::Leg& leg : plan.legs) of->legs.push_back(leg.volume);
    ++begun;
    begin(of, now);
  }
}

void ConformKeeper::begin(const CasePtr& of, UtcMs now) {
  of->waiting = true;
  ++waiting_;
  services_.find(of->intent,
                 [this, of, now](const Result<std::optional<core::Intent>>& answer) { found(of, answer, now); });
}

void ConformKeeper::found(const CasePtr& of, const Result<std::optional<core::Intent>>& found, UtcMs asked) {
  if (!found) return try_again(*of, found.error().text(), asked);
  const std::optional<core::Intent>& intent = *found;
  if (!intent || intent->state == of->wanted) return settle(*of);
  const bool run_out = intent->state == State::kEnded && intent->expired && of->wanted != State::kActivated;
  if ((intent->state != of->judged && !run_out) || intent->volumes != of->legs) {
    // The picture has not heard of it yet; what it proposes then is looked at again.
    of->waiting = false;
    --waiting_;
    of->not_before = asked + kAgainMs;
    return;
  }
  if (of->wanted == State::kActivated) return take_back(of, *intent, asked);
  declare(of, *intent, asked);
}

/// Only its own word, and only as the last. A command that is repeated has its first outcome: so the record says
/// whether it was this keeper, in this life or one before, that made the version which stands. As a new command it
/// names a version that is over, and can do nothing.
void ConformKeeper::take_back(const CasePtr& of, const core::Intent& intent, UtcMs asked) {
  const std::int64_t before = intent.version - 1;
  services_.file({command_of(intent.id, before, State::kNonconforming),
                  {intent.manager, false},
                  core::ReportNonconforming{intent.id, before, {}}},
                 [this, of, intent, asked](const Result<Recorded>& recorded) {
                   if (!recorded && unanswered(recorded.error())) return try_again(*of, why_not(recorded), asked);
                   const bool ours =
                       accepted(recorded) && recorded->repeated && recorded->decision.version == intent.version;
                   if (!ours) return settle(*of);
                   declare(of, intent, asked);
                 });
}

void ConformKeeper::declare(const CasePtr& of, const core::Intent& intent, UtcMs asked) {
  core::Command command{command_of(intent.id, intent.version, of->wanted), {intent.manager, false}, {}};
  if (of->wanted == State::kContingent) {
    command.action = core::ReportContingent{intent.id, intent.version, {}};
  } else if (of->wanted == State::kNonconforming) {
    command.action = core::ReportNonconforming{intent.id, intent.version, {}};
  } else {
    command.action = core::ActivateIntent{intent.id, intent.version};
  }
  services_.file(std::move(command), [this, of, asked](const Result<Recorded>& recorded) {
    if (!accepted(recorded)) return try_again(*of, why_not(recorded), asked);
    std::uint64_t& count = of->wanted == State::kContingent      ? counters_.contingent
                           : of->wanted == State::kNonconforming ? counters_.nonconforming
                                                                 : counters_.activated;
    ++count;
    log_info("live.declared", {{"intent", of->intent.str()}, {"state", core::to_text(of->wanted)}});
    settle(*of);
  });
}

/// There is no more to be said of it in this deviation.
void ConformKeeper::settle(Case& of) {
  of.waiting = false;
  --waiting_;
  of.again_ms = 0;
  of.not_before = {};
  of.settled.push_back(of.wanted);
}

void ConformKeeper::try_again(Case& of, const std::string& why, UtcMs asked) {
  of.waiting = false;
  --waiting_;
  ++counters_.failed;
  if (of.again_ms == 0) {
    log_warning("live.declare", {{"intent", of.intent.str()}, {"message", why}, {"state", core::to_text(of.wanted)}});
  }
  of.again_ms = of.again_ms == 0 ? kAgainMs : std::min(2 * of.again_ms, kAgainMsMax);
  of.not_before = asked + of.again_ms;
}

void ConformKeeper::write_figures(std::string& out) const {
  out += "# HELP tansiq_live_declared_total Declarations of intents that the node made by itself, by state.\n";
  out += "# TYPE tansiq_live_declared_total counter\n";
  for (const auto& [state, count] :
       {std::pair{State::kNonconforming, counters_.nonconforming}, std::pair{State::kContingent, counters_.contingent},
        std::pair{State::kActivated, counters_.activated}}) {
    fmt::format_to(std::back_inserter(out), "tansiq_live_declared_total{{state=\"{}\"}} {}\n", core::to_text(state),
                   count);
  }
  out += "# HELP tansiq_live_declare_failed_total Tries to declare of which nothing came.\n";
  out += "# TYPE tansiq_live_declare_failed_total counter\n";
  fmt::format_to(std::back_inserter(out), "tansiq_live_declare_failed_total {}\n", counters_.failed);
}

}  // namespace tansiq::node
