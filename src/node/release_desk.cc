#include "node/release_desk.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "surveillance/cot_encode.h"

namespace tansiq::node {
namespace {

/// What a stream of events has in it while there is nothing to say.
std::string all_is_well(UtcMs now) {
  const std::string time = format_utc(now);
  return fmt::format(R"(<event version="2.0" uid="tansiq" type="t-x-c-t" how="m-g" time="{}" start="{}" stale="{}">)"
                     R"(<point lat="0.0" lon="0.0" hae="9999999.0" ce="9999999.0" le="9999999.0"/></event>)",
                     time, time, format_utc(now + kTracksWaitMsMax));
}

constexpr auto kNothingEvery = std::chrono::seconds(1);

Error place_taken() {
  return {ErrorCode::kConflict, "a later question of the same peer takes the place of this one", {}};
}

/// Whose space group_keeper.h files has an intent and no plan: it is the guide that flies or sails it.
bool withholds(const std::set<std::string, std::less<>>& withheld, const picture::Group& group) {
  for (const core::Domain domain : {core::Domain::kSea, core::Domain::kAir}) {
    const std::string prefix = fmt::format("group-{}-{}-", group.id, core::to_text(domain));
    for (auto at = withheld.lower_bound(prefix); at != withheld.end() && at->starts_with(prefix); ++at) {
      if (std::ranges::all_of(at->substr(prefix.size()), [](char c) { return c >= '0' && c <= '9'; })) return true;
    }
  }
  return false;
}

}  // namespace

bool QuestionBox::put(PeerQuestion question) {
  std::shared_ptr<net::Exchange> before;
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    first = questions_.empty();
    PeerQuestion& place = questions_[question.peer];
    before = std::move(place.exchange);
    place = std::move(question);
  }
  if (before) before->respond(place_taken());
  return first;
}

std::vector<PeerQuestion> QuestionBox::take() {
  std::vector<PeerQuestion> out;
  const std::lock_guard lock(mutex_);
  for (auto& [peer, question] : questions_) out.push_back(std::move(question));
  questions_.clear();
  return out;
}

ReleaseDesk::ReleaseDesk(Config config) : config_(std::move(config)) {
  release_.emplace(config_.self.str(), config_.rules, config_.started);
}

void ReleaseDesk::begin_anew(UtcMs started) {
  release_.emplace(config_.self.str(), config_.rules, started);
  for (auto& [peer, waiting] : waiting_) waiting.after = UtcMs{0};
}

void ReleaseDesk::ask(PeerQuestion question) {
  Waiting& waiting = waiting_[question.peer];
  if (waiting.exchange && !waiting.exchange->abandoned()) waiting.exchange->respond(place_taken());
  waiting = {std::move(question.exchange), question.question.after,
             config_.real() + std::chrono::milliseconds(question.question.wait_ms), ++last_number_};
}

void ReleaseDesk::round() {
  const auto real = config_.real();
  std::erase_if(waiting_, [](const auto& one) { return one.second.exchange->abandoned(); });
  for (auto& [peer, waiting] : waiting_) {
    if (waiting.asking || (real < waiting.until && !release_->maybe_news(peer.str(), waiting.after))) continue;
    const auto nothing = nothing_before_.find(peer);
    if (nothing != nothing_before_.end() && real < nothing->second) continue;
    waiting.asking = config_.permit({peer, waiting.number});
  }
}

/// Prepared anew only when it has changed: who holds which place is known then of all places (areas_version).
std::shared_ptr<const picture::ReleaseArea> ReleaseDesk::area_of(const std::string& name,
                                                                 const RecordedOutlines& outlines) {
  Area& known = areas_[name];
  if (known.outlines == outlines) return known.area;
  const bool same = known.outlines && *known.outlines == *outlines;
  known.outlines = outlines;
  if (same) return known.area;
  ++areas_version_;
  // The charter's outlines have been checked; one that cannot be prepared is as one that is missing.
  known.area = picture::ReleaseArea::make(*outlines).value_or(nullptr);
  return known.area;
}

picture::ReleasePermit ReleaseDesk::prepared(const RecordedPermit& permit, const picture::Picture& picture) {
  picture::ReleasePermit out;
  out.air = permit.air;
  out.sea = permit.sea;
  out.withheld = permit.withheld;
  for (const auto& [id, group] : picture.groups()) {
    if (withholds(permit.withheld, group)) out.hidden.insert(group.guide);
  }
  for (const auto& [name, outlines] : permit.areas) out.areas.emplace(name, area_of(name, outlines));
  out.areas_version = areas_version_;
  return out;
}

void ReleaseDesk::permitted(const picture::Picture& picture, UtcMs now, const Token& token,
                            const RecordedPermit& permit) {
  const auto at = waiting_.find(token.peer);
  if (at == waiting_.end() || at->second.number != token.number) return;
  Waiting& waiting = at->second;
  const bool allowed = permit.air || permit.sea;
  if (allowed) {
    nothing_before_.erase(token.peer);
  } else {
    nothing_before_[token.peer] = config_.real() + kNothingEvery;
  }
  if (!permit.member) return refused(token, {ErrorCode::kForbidden, "the charter names no peer with this key", {}});
  const picture::ReleaseAnswer answer =
      release_->collect(picture, token.peer.str(), prepared(permit, picture), waiting.after, now, kTracksPerAnswerMax);
  if (answer.reports.empty() && config_.real() < waiting.until) {
    waiting.asking = false;
    return;
  }
  respond(waiting, answer, allowed, now);
  waiting_.erase(at);
}

picture::ReleaseAnswer ReleaseDesk::preview(const picture::Picture& picture, UtcMs now, const AuthorityId& peer,
                                            const RecordedPermit& permit, std::size_t most) {
  if (!permit.member) return {};
  return release_->preview(picture, peer.str(), prepared(permit, picture), now, most);
}

void ReleaseDesk::respond(const Waiting& waiting, const picture::ReleaseAnswer& answer, bool allowed, UtcMs now) {
  net::Response response;
  response.headers.add("Content-Type", "application/octet-stream");
  response.headers.add(kTracksNextHeader, fmt::to_string(answer.next.ms));
  for (const surveillance::Report& report : answer.reports) {
    // Each has a place and a name: none is refused.
    (void)surveillance::append_cot_event(report, response.body);
  }
  if (answer.reports.empty() && allowed) response.body = all_is_well(now);
  waiting.exchange->respond(std::move(response));
}

void ReleaseDesk::refused(const Token& token, const Error& error) {
  const auto at = waiting_.find(token.peer);
  if (at == waiting_.end() || at->second.number != token.number) return;
  at->second.exchange->respond(error);
  waiting_.erase(at);
}

void ReleaseDesk::drop(const Error& why) {
  for (auto& [peer, waiting] : waiting_) waiting.exchange->respond(why);
  waiting_.clear();
}

}  // namespace tansiq::node
