#include "node/uss_bodies.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <future>
#include <set>
#include <utility>

#include "base/logging.h"
#include "log/sha256.h"

namespace tansiq::node {
namespace {

constexpr std::string_view kPlaceKey = "uss-bodies";
/// As much is walked again after a restart, at most.
constexpr std::uint64_t kRememberEvery = 1'000;

void quote(const uss::Learned& body, std::vector<log::Hash>& out) {
  out.push_back(body.details);
  if (body.notice) out.push_back(*body.notice);
}
void quote(const uss::Gone& body, std::vector<log::Hash>& out) { out.push_back(body.notice); }
void quote(const uss::DriftFound& body, std::vector<log::Hash>& out) { out.push_back(body.served); }
void quote(const uss::Reported& body, std::vector<log::Hash>& out) { out.push_back(body.report); }
template <class Other>
void quote(const Other& /*of our own*/, std::vector<log::Hash>& /*out*/) {}

}  // namespace

Result<QuotedBodies> quoted_bodies(std::string_view line) {
  const uss::Entry entry = TRY(uss::read_entry(line));
  QuotedBodies out{entry.place.time, {}};
  std::visit([&](const auto& body) { quote(body, out.bodies); }, entry.body);
  return out;
}

std::vector<log::Hash> unneeded_bodies(const uss::Ledger& ledger, std::vector<log::Hash> of) {
  std::ranges::sort(of);
  const auto repeated = std::ranges::unique(of);
  of.erase(repeated.begin(), repeated.end());
  std::vector<bool> needed(of.size(), false);
  const auto need = [&](const log::Hash& hash) {
    const auto at = std::ranges::lower_bound(of, hash);
    if (at != of.end() && *at == hash) needed[static_cast<std::size_t>(at - of.begin())] = true;
  };
  for (const auto& [intent, registration] : ledger.registrations()) need(registration.last.details);
  for (const auto& [key, other] : ledger.others()) {
    need(other.last.details);
    if (other.last.notice) need(*other.last.notice);
  }
  for (const auto& [key, drift] : ledger.drifts()) need(drift.found.served);
  std::vector<log::Hash> out;
  for (std::size_t i = 0; i < of.size(); ++i) {
    if (!needed[i]) out.push_back(of[i]);
  }
  return out;
}

UssBodies::UssBodies(Config config, CoreThread& core, std::unique_ptr<store::LogReader> reader)
    : config_(config), core_(core), reader_(std::move(reader)) {}

Status UssBodies::round() {
  const UtcMs now = core_.now();
  if (!next_) TRY_VOID(begin());
  // What waits is bounded by what is walked at once, and by what the ledger may refer to.
  const bool idle = held_.empty() || held_.front().not_before > now;
  if (idle) TRY_VOID(walk(now));
  TRY_VOID(destroy(now));
  remember();
  return {};
}

Status UssBodies::begin() {
  const auto kept = TRY(reader_->meta(kPlaceKey));
  std::uint64_t place = 0;
  if (kept) {
    const std::string_view text = as_text(*kept);
    const auto read = std::from_chars(text.data(), text.data() + text.size(), place);
    if (read.ec != std::errc() || read.ptr != text.data() + text.size()) place = 0;
  }
  remembered_ = place;
  next_ = place;
  return {};
}

Status UssBodies::walk(UtcMs now) {
  const store::Head head = TRY(reader_->head(store::kMainLog));
  // A record that was set back is walked from its beginning.
  if (*next_ > head.size) next_ = 0;
  const std::uint64_t count = std::min(config_.entries_max, head.size - *next_);
  std::vector<Held> found;
  std::uint64_t next = *next_;
  bool young = false;
  const Status walked = reader_->entries(store::kMainLog, next, count, [&](const store::StoredEntry& entry) -> Status {
    const std::string_view line = as_text(entry.bytes);
    if (young) return {};
    if (uss::is_uss_line(line)) {
      const QuotedBodies quoted = TRY(quoted_bodies(line));
      young = quoted.time > now - config_.kept_ms;
      if (young) return {};
      for (const log::Hash& body : quoted.bodies) found.push_back({entry.index, body, now});
    }
    next = entry.index + 1;
    return {};
  });
  TRY_VOID(walked);
  for (const Held& one : found) {
    const auto body = TRY(reader_->body(one.body));
    if (body) held_.push_front(one);
  }
  next_ = next;
  return {};
}

Status UssBodies::destroy(UtcMs now) {
  std::vector<Held> due;
  while (!held_.empty() && held_.front().not_before <= now && due.size() < config_.bodies_max) {
    due.push_back(held_.front());
    held_.pop_front();
  }
  if (due.empty()) return {};
  auto chosen = std::make_shared<std::vector<log::Hash>>();
  auto promise = std::make_shared<std::promise<Status>>();
  auto future = promise->get_future();
  DestroyTask task;
  task.choose = [chosen, of = due](const State& state) {
    std::vector<log::Hash> hashes;
    for (const Held& one : of) hashes.push_back(one.body);
    *chosen = unneeded_bodies(state.ledger(), std::move(hashes));
    return *chosen;
  };
  task.done = [promise](const Status& done) { promise->set_value(done); };
  Status done = core_.submit_urgent(std::move(task));
  try {
    if (done) done = future.get();
  } catch (const std::future_error&) {
    // The store failed in the middle of a batch: what stood behind it is dropped without a word.
    done = fail(ErrorCode::kUnavailable, "the node stopped before they were destroyed");
  }
  if (!done) {
    for (const Held& one : due) held_.push_front(one);
    return done;
  }
  for (Held& one : due) {
    if (std::ranges::binary_search(*chosen, one.body)) continue;
    one.not_before = now + config_.again_ms;
    held_.push_back(one);
  }
  if (!chosen->empty()) log_info("uss.bodies_destroyed", {{"bodies", chosen->size()}});
  return {};
}

void UssBodies::remember() {
  std::uint64_t place = *next_;
  for (const Held& one : held_) place = std::min(place, one.index);
  if (place < remembered_ + kRememberEvery && place >= remembered_) return;
  if (core_.submit_urgent(MetaTask{std::string(kPlaceKey), fmt::format("{}", place)})) remembered_ = place;
}

}  // namespace tansiq::node
