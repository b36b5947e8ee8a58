#include "node/release_desk.h"

#include <fmt/format.h>

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

}  // namespace

ReleaseDesk::ReleaseDesk(Config config) : config_(std::move(config)), release_(config_.self.str(), config_.rules) {}

void ReleaseDesk::ask(const std::shared_ptr<net::Exchange>& exchange, const AuthorityId& peer,
                      const TrackQuestion& question) {
  Waiting& waiting = waiting_[peer];
  if (waiting.exchange && !waiting.exchange->abandoned()) {
    waiting.exchange->respond(
        {ErrorCode::kConflict, "a later question of the same peer takes the place of this one", {}});
  }
  waiting = {exchange, question.after, Steady::now() + std::chrono::milliseconds(question.wait_ms), ++last_number_};
}

void ReleaseDesk::round() {
  const auto real = Steady::now();
  std::erase_if(waiting_, [](const auto& one) { return one.second.exchange->abandoned(); });
  for (auto& [peer, waiting] : waiting_) {
    if (waiting.asking || (real < waiting.until && !release_.maybe_news(waiting.after))) continue;
    waiting.asking = config_.permit({peer, waiting.number});
  }
}

picture::ReleasePermit ReleaseDesk::prepared(const RecordedPermit& permit) {
  picture::ReleasePermit out{.air = permit.air, .sea = permit.sea, .withheld = permit.withheld, .areas = {}};
  for (const auto& [name, outlines] : permit.areas) {
    Area& area = areas_[name];
    if (area.outlines != outlines) {
      area = {outlines, {}};
      for (const geo::Outline& outline : outlines) {
        if (auto shape = geo::Shape::make(outline)) area.shapes.push_back(*std::move(shape));
      }
    }
    out.areas.emplace(name, area.shapes);
  }
  return out;
}

void ReleaseDesk::permitted(const picture::Picture& picture, UtcMs now, const Token& token,
                            const RecordedPermit& permit) {
  const auto at = waiting_.find(token.peer);
  if (at == waiting_.end() || at->second.number != token.number) return;
  Waiting& waiting = at->second;
  if (!permit.member) return refused(token, {ErrorCode::kForbidden, "the charter names no peer with this key", {}});
  const picture::ReleaseAnswer answer =
      release_.collect(picture, token.peer.str(), prepared(permit), waiting.after, now, kTracksPerAnswerMax);
  if (answer.reports.empty() && Steady::now() < waiting.until) {
    waiting.asking = false;
    return;
  }
  respond(waiting, answer, permit.air || permit.sea, now);
  waiting_.erase(at);
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

void ReleaseDesk::close() {
  for (auto& [peer, waiting] : waiting_) {
    waiting.exchange->respond({ErrorCode::kUnavailable, "the node is stopping", {}});
  }
  waiting_.clear();
}

}  // namespace tansiq::node
