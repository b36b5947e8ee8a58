#include "node/uss_outbox.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/foreign_text.h"
#include "base/logging.h"
#include "node/puller.h"
#include "uss/spell.h"

namespace tansiq::node {
namespace {

/// 401: the next token may be good, or their issuer's keys be there again.
bool may_change(int status) {
  return status == 401 || status == 408 || status == 409 || status == 429 || status >= 500;
}

/// Without its port: `https://x.example:444/a?b` is of `x.example`.
std::string_view host_of(std::string_view url) {
  const std::size_t scheme = url.find("://");
  std::string_view host = url.substr(scheme == std::string_view::npos ? 0 : scheme + 3);
  host = host.substr(0, host.find_first_of("/?"));
  const std::size_t port = host.rfind(':');
  // Not within an IPv6 address.
  return port == std::string_view::npos || host.find(']', port) != std::string_view::npos ? host : host.substr(0, port);
}

}  // namespace

UssOutbox::UssOutbox(Config config, UssHost& host, UssWire& wire)
    : config_(std::move(config)), host_(host), wire_(wire), random_(config_.seed) {}

Status UssOutbox::look() {
  std::uint64_t after = 0;
  std::optional<std::uint64_t> requeues;
  {
    const std::lock_guard lock(mutex_);
    after = seen_up_to_;
    requeues = seen_requeues_;
  }
  std::map<std::uint64_t, Waiting> queued;
  TRY_VOID(host_.with([&](UssDesk& desk) {
    const auto& deliveries = desk.ledger().deliveries();
    const bool all = requeues != desk.ledger().requeues();
    requeues = desk.ledger().requeues();
    for (auto at = all ? deliveries.begin() : deliveries.upper_bound(after); at != deliveries.end(); ++at) {
      after = std::max(after, at->first);
      if (at->second.state != uss::DeliveryState::kQueued) continue;
      Waiting& one = queued[at->first];
      one.intent = at->second.intent;
      one.url = at->second.url;
      one.expires = at->second.expires;
    }
  }));
  const std::lock_guard lock(mutex_);
  // Two workers may have looked at once: what one of them has begun stays.
  waiting_.merge(queued);
  seen_up_to_ = std::max(seen_up_to_, after);
  seen_requeues_ = requeues;
  return {};
}

std::optional<UtcMs> UssOutbox::next() const {
  const std::lock_guard lock(mutex_);
  std::optional<UtcMs> out;
  for (const auto& [id, one] : waiting_) {
    if (!one.under_way && free(one.url)) out = std::min(out.value_or(one.due), one.due);
  }
  return out;
}

std::map<std::uint64_t, UssOutbox::Trying> UssOutbox::trying() const {
  const std::lock_guard lock(mutex_);
  std::map<std::uint64_t, Trying> out;
  for (const auto& [id, one] : waiting_) out.emplace(id, one);
  return out;
}

UssOutbox::Counts UssOutbox::counts() const {
  const std::lock_guard lock(mutex_);
  Counts out = counts_;
  out.waiting = waiting_.size();
  return out;
}

bool UssOutbox::free(const std::string& url) const {
  if (busy_.contains(url)) return false;
  const std::string_view host = host_of(url);
  if (busy_unproven_ >= config_.unproven_max && !proven_.contains(host)) return false;
  const auto at = busy_hosts_.find(host);
  return at == busy_hosts_.end() || at->second < config_.per_host_max;
}

void UssOutbox::let_go(const std::string& url) {
  const auto busy = busy_.find(url);
  if (busy == busy_.end()) return;
  if (busy->second) --busy_unproven_;
  busy_.erase(busy);
  const auto at = busy_hosts_.find(host_of(url));
  if (--at->second == 0) busy_hosts_.erase(at);
}

void UssOutbox::prove(const std::string& url, bool prompt) {
  const std::string host(host_of(url));
  const std::lock_guard lock(mutex_);
  if (!prompt) {
    proven_.erase(host);
  } else if (proven_.insert(host).second && proven_.size() > config_.proven_max) {
    const auto first = proven_.begin();
    proven_.erase(*first == host ? std::next(first) : first);
  }
}

/// The one that has been due for longest; its address is busy from then on.
std::optional<std::uint64_t> UssOutbox::take() {
  const UtcMs now = host_.now();
  const std::lock_guard lock(mutex_);
  auto best = waiting_.end();
  for (auto at = waiting_.begin(); at != waiting_.end(); ++at) {
    const Waiting& one = at->second;
    if (one.under_way || one.due > now || !free(one.url)) continue;
    if (best == waiting_.end() || one.due < best->second.due) best = at;
  }
  if (best == waiting_.end()) return std::nullopt;
  best->second.under_way = true;
  const std::string_view host = host_of(best->second.url);
  const bool unproven = !proven_.contains(host);
  if (unproven) ++busy_unproven_;
  busy_.emplace(best->second.url, unproven);
  ++busy_hosts_[std::string(host)];
  return best->first;
}

bool UssOutbox::work() {
  const auto id = take();
  if (!id) return false;
  Waiting waiting;
  {
    const std::lock_guard lock(mutex_);
    waiting = waiting_.at(*id);
  }
  attempt(*id, waiting);
  return true;
}

void UssOutbox::attempt(std::uint64_t id, const Waiting& waiting) {
  std::string body;
  bool queued = false;
  Error lost{ErrorCode::kInternal, {}, {}};
  const Status read = host_.with([&](UssDesk& desk) {
    const auto at = desk.ledger().deliveries().find(id);
    if (at == desk.ledger().deliveries().end() || at->second.state != uss::DeliveryState::kQueued) return;
    queued = true;
    const uss::Registration& of = *desk.ledger().registration(waiting.intent);
    std::string details;
    if (!of.ended) {
      auto kept = desk.body(of.last.details);
      if (!kept) {
        lost = kept.error();
        return;
      }
      details = std::move(*kept);
    }
    body = uss::notice_json(of, config_.names.manager, details, at->second.subscribers);
  });
  if (!read) return again(id, read.error().text());
  if (!queued) {
    const std::lock_guard lock(mutex_);
    let_go(waiting.url);
    waiting_.erase(id);
    return;
  }
  if (body.empty()) return again(id, "the details are not in the store: " + lost.text());
  const auto give_up = [&](const std::string& why) { over(id, uss::GivenUp{id, foreign_text(why, kReasonBytesMax)}); };
  if (const Status good = uss::check_base_url(waiting.url, config_.names.allow_http); !good) {
    return give_up(good.error().text());
  }
  const UtcMs asked = host_.now();
  const auto answer = wire_.call({.method = net::Method::kPost,
                                  .base_url = waiting.url,
                                  .path = "/uss/v1/operational_intents",
                                  .scopes = std::string(kScopeSc),
                                  .body = std::move(body)});
  prove(waiting.url, answer.has_value() && host_.now() - asked <= config_.prompt_ms);
  if (answer && answer->status >= 200 && answer->status < 300) return over(id, uss::Delivered{id});
  const std::string why = answer ? "they answer " + said_by(*answer) : answer.error().text();
  if (answer && !may_change(answer->status)) return give_up(why);
  if (host_.now() >= waiting.expires) return give_up("it is too late; the last time: " + why);
  again(id, why);
}

void UssOutbox::over(std::uint64_t id, uss::Body body) {
  const bool delivered = std::holds_alternative<uss::Delivered>(body);
  Waiting waiting;
  {
    // Before it is said: whoever queues it again afterwards finds no trace of it here.
    const std::lock_guard lock(mutex_);
    waiting = std::move(waiting_.at(id));
    waiting_.erase(id);
  }
  Status said;
  const Status done = host_.with([&](UssDesk& desk) { said = desk.say(std::move(body)); });
  if (done && !said) log_info("uss.overtaken", {{"delivery", id}, {"message", said.error().text()}});
  {
    const std::lock_guard lock(mutex_);
    if (done) {
      ++(delivered ? counts_.delivered : counts_.given_up);
      let_go(waiting.url);
      return;
    }
    waiting_.insert_or_assign(id, std::move(waiting));
  }
  again(id, done.error().text());
}

void UssOutbox::again(std::uint64_t id, std::string_view why) {
  const UtcMs now = host_.now();
  const std::lock_guard lock(mutex_);
  const auto at = waiting_.find(id);
  if (at == waiting_.end()) return;
  Waiting& one = at->second;
  ++one.failures;
  ++counts_.failed;
  one.due = now + backoff_ms(one.failures, config_.backoff_first_ms, config_.backoff_max_ms, random_);
  one.under_way = false;
  one.why = foreign_text(why, kReasonBytesMax);
  let_go(one.url);
}

}  // namespace tansiq::node
