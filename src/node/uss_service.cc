#include "node/uss_service.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <future>

#include "base/logging.h"
#include "base/random.h"

namespace tansiq::node {
namespace {

constexpr DurationMs kWaitMsMax = 1'000;
/// The record is not looked through more often than that.
constexpr auto kBetweenRounds = std::chrono::milliseconds(100);
constexpr std::size_t kFollowedMax = 20'000;

std::uint64_t random_seed() {
  std::array<std::uint8_t, 8> bytes{};
  fill_secure_random(bytes);
  std::uint64_t out = 0;
  for (const std::uint8_t byte : bytes) out = out << 8 | byte;
  return out;
}

}  // namespace

// Telemetry
// ------------------------------------------------------------------------------------------------------------------

bool TelemetryStore::set(const IntentId& intent, uss::Telemetry telemetry) {
  const std::lock_guard lock(mutex_);
  const auto at = latest_.find(intent);
  if (at == latest_.end() && latest_.size() >= kFollowedMax) return false;
  if (at != latest_.end() && telemetry.measured < at->second.measured) return false;
  latest_[intent] = std::move(telemetry);
  return true;
}

std::optional<uss::Telemetry> TelemetryStore::latest(const IntentId& intent) const {
  const std::lock_guard lock(mutex_);
  const auto at = latest_.find(intent);
  return at == latest_.end() ? std::nullopt : std::optional(at->second);
}

void TelemetryStore::keep_only(const std::set<IntentId>& intents) {
  const std::lock_guard lock(mutex_);
  std::erase_if(latest_, [&](const auto& one) { return !intents.contains(one.first); });
}

// The service
// ----------------------------------------------------------------------------------------------------------------

Status UssService::CoreHost::with(const std::function<void(UssDesk&)>& work) {
  auto promise = std::make_shared<std::promise<Status>>();
  auto future = promise->get_future();
  auto on_core = [promise, &work](UssDesk& desk) {
    work(desk);
    return Departure{nullptr, {}, [promise](const Status& durable) { promise->set_value(durable); }};
  };
  auto refused = [promise](const Error& error) { promise->set_value(std::unexpected(error)); };
  // Urgent: what is said here is what others' answers oblige us to, and it is bounded by what we have asked.
  TRY_VOID(core_.submit_urgent(UssTask{std::move(on_core), std::move(refused)}));
  try {
    return future.get();
  } catch (const std::future_error&) {
    // The store failed in the middle of a batch: what stood behind it is dropped without a word.
    return fail(ErrorCode::kUnavailable, "the node stopped before this was durable");
  }
}

UssService::UssService(const UssConfig& config, UssNames names, CoreThread& core, std::unique_ptr<HttpUssWire> wire,
                       std::unique_ptr<store::LogReader> reader, std::uint64_t seed)
    : names_(std::move(names)),
      notice_ms_(config.notice_ms),
      workers_(config.workers),
      host_(core),
      wire_(std::move(wire)),
      registrar_({.names = names_, .seed = seed, .notice_ms = config.notice_ms}, host_, *wire_),
      outbox_({.names = names_,
               .seed = seed + 1,
               .per_host_max = std::max(config.workers / 2, 1U),
               .unproven_max = std::max(config.workers / 2, 1U)},
              host_, *wire_),
      quota_(config.sender),
      bodies_({}, core, std::move(reader)) {
  for (const auto& [sender, of] : core.state().ledger().senders()) {
    quota_.begin_with(sender, of.begun, of.messages, of.bytes);
  }
}

Result<std::unique_ptr<UssService>> UssService::create(const UssConfig& config, UssNames names, CoreThread& core,
                                                       const Clock& real_time) {
  const auto check = [&](std::string_view name, const std::string& url) -> Status {
    const Status good = uss::check_base_url(url, names.allow_http);
    if (!good) return fail(ErrorCode::kInvalid, good.error().message, "uss." + std::string(name));
    return {};
  };
  if (names.manager.empty()) return fail(ErrorCode::kInvalid, "name whom this node is known as", "uss.manager");
  TRY_VOID(core::check_label(names.manager, uss::kManagerBytesMax, "uss.manager"));
  TRY_VOID(check("base_url", names.base_url));
  TRY_VOID(check("dss_url", names.dss_url));
  if (config.token_url.empty() == config.token_file.empty()) {
    return fail(ErrorCode::kInvalid, "give token_url or token_file", "uss.token_url");
  }
  if (!config.token_url.empty()) TRY_VOID(check("token_url", config.token_url));
  UssTokenConfig tokens{.manager = names.manager, .url = config.token_url, .file = config.token_file, .trust = {}};
  tokens.trust.ca_file = config.ca_file.string();
  auto wire = TRY(HttpUssWire::create(
      std::move(tokens), real_time,
      {.dss_url = names.dss_url, .private_addresses = config.private_addresses || names.allow_http}));
  auto reader = TRY(core.open_reader());
  return std::unique_ptr<UssService>(
      new UssService(config, std::move(names), core, std::move(wire), std::move(reader), random_seed()));
}

UssService::~UssService() { stop(); }

void UssService::start() {
  threads_.emplace_back([this] { register_all(); });
  for (unsigned n = 0; n < workers_; ++n) threads_.emplace_back([this] { deliver(); });
  threads_.emplace_back([this] { destroy(); });
  log_info("uss.started", {{"manager", names_.manager}, {"base_url", names_.base_url}, {"dss_url", names_.dss_url}});
}

void UssService::poke() {
  const std::lock_guard lock(mutex_);
  ++changes_;
  changed_.notify_all();
}

void UssService::reconsider() {
  registrar_.reconsider();
  poke();
}

void UssService::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  wire_->interrupt();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

std::string UssService::metrics() const {
  std::string out;
  const auto family = [&](std::string_view name, std::string_view type, std::string_view help) {
    fmt::format_to(std::back_inserter(out), "# HELP tansiq_uss_{0} {1}\n# TYPE tansiq_uss_{0} {2}\n", name, help, type);
  };
  const auto value = [&](std::string_view name, std::string_view label, std::uint64_t number) {
    fmt::format_to(std::back_inserter(out), "tansiq_uss_{}{} {}\n", name, label, number);
  };
  std::map<std::string_view, std::uint64_t> stages;
  for (const UssStage stage :
       {UssStage::kPending, UssStage::kRegistered, UssStage::kRefused, UssStage::kRetrying, UssStage::kEnding}) {
    stages[to_text(stage)] = 0;
  }
  for (const UssStanding& one : registrar_.standing()) ++stages[to_text(one.stage)];
  family("intents", "gauge", "Native intents that are for a registry, by how they stand there.");
  for (const auto& [stage, count] : stages) value("intents", fmt::format("{{stage=\"{}\"}}", stage), count);
  const UssOutbox::Counts counts = outbox_.counts();
  family("notices_waiting", "gauge", "Notices that others are still owed.");
  value("notices_waiting", "", counts.waiting);
  family("notices_total", "counter", "Attempts to tell others, by what came of them.");
  value("notices_total", "{outcome=\"delivered\"}", counts.delivered);
  value("notices_total", "{outcome=\"failed\"}", counts.failed);
  value("notices_total", "{outcome=\"given_up\"}", counts.given_up);
  family("drifts_found_total", "counter", "Details that others served and that were not what was recorded.");
  value("drifts_found_total", "", registrar_.drifts_found());
  family("subscribers_passed_over_total", "counter",
         "Subscribers of a registry that cannot be told: too many, or not as the standard says.");
  value("subscribers_passed_over_total", "", registrar_.passed_over());
  family("left_behind", "gauge", "References that may still stand at a registry that was configured before.");
  value("left_behind", "", registrar_.left());
  return out;
}

bool UssService::wait(std::uint64_t& seen, std::optional<UtcMs> due) {
  const DurationMs most = due ? std::clamp<DurationMs>(*due - host_.now(), 0, kWaitMsMax) : kWaitMsMax;
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, std::chrono::milliseconds(most), [&] { return stopping_ || changes_ != seen; });
  seen = changes_;
  return !stopping_;
}

void UssService::register_all() {
  std::uint64_t seen = 0;
  std::optional<UtcMs> due = host_.now();
  while (wait(seen, due)) {
    due = registrar_.round();
    std::set<IntentId> followed;
    for (const UssStanding& one : registrar_.standing()) followed.insert(one.intent);
    telemetry_.keep_only(followed);
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kBetweenRounds, [&] { return stopping_; });
  }
}

void UssService::deliver() {
  std::uint64_t seen = 0;
  std::optional<UtcMs> due = host_.now();
  while (wait(seen, due)) {
    // Fails while the node is stopping: then there is nothing to do.
    if (const Status looked = outbox_.look(); !looked) {
      due = host_.now() + kWaitMsMax;
      continue;
    }
    if (outbox_.work()) {
      due = host_.now();
      poke();  // Whoever waits for this address, and the others for what is left.
    } else {
      due = outbox_.next();
    }
  }
}

void UssService::destroy() {
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, std::chrono::milliseconds(kWaitMsMax), [&] { return stopping_; })) {
    lock.unlock();
    // While nothing is decided (the node stops, or recovers) nothing is destroyed either.
    if (const Status done = bodies_.round(); !done && done.error().code != ErrorCode::kUnavailable) {
      log_warning("uss.bodies", {{"message", done.error().text()}});
    }
    lock.lock();
  }
}

}  // namespace tansiq::node
