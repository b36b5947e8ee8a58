// The node as a supplier (a USS of F3548): the threads that register its intents and tell others, and what its faces
// share with them.
//
//   auto service = TRY(UssService::create(config, names, core, clock));
//   service->start();                    // after the faces listen: the registry may be this node's own
//   … on every batch that is durable: service->poke();
//   service->stop();                     // before the core thread
//
// One thread drives the registrar, a few deliver. All of them wait until something has changed or is due. Another one
// destroys what others have sent and nobody needs any more, once a second.
#pragma once

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "node/core_thread.h"
#include "node/sender_quota.h"
#include "node/uss_bodies.h"
#include "node/uss_http.h"
#include "node/uss_outbox.h"
#include "node/uss_registrar.h"
#include "uss/wire.h"

namespace tansiq::node {

/// Where positions of our flights come from.
class TelemetrySource {
 public:
  TelemetrySource() = default;
  TelemetrySource(const TelemetrySource&) = delete;
  TelemetrySource& operator=(const TelemetrySource&) = delete;
  virtual ~TelemetrySource() = default;
  /// The newest of an intent. Any thread.
  [[nodiscard]] virtual std::optional<uss::Telemetry> latest(const IntentId& intent) const = 0;
};

/// What managers send: in memory only, the newest measurement wins.
class TelemetryStore final : public TelemetrySource {
 public:
  /// False when a newer one is there, or no more intents can be followed.
  bool set(const IntentId& intent, uss::Telemetry telemetry);
  [[nodiscard]] std::optional<uss::Telemetry> latest(const IntentId& intent) const override;
  /// Forgets all but these.
  void keep_only(const std::set<IntentId>& intents);

 private:
  mutable std::mutex mutex_;
  std::map<IntentId, uss::Telemetry> latest_;
};

class UssService {
 public:
  /// All that is referred to outlives this. Before `core` is started: what stands in the record is looked at here.
  [[nodiscard]] static Result<std::unique_ptr<UssService>> create(const UssConfig& config, UssNames names,
                                                                  CoreThread& core, const Clock& real_time);
  ~UssService();  ///< stop()
  UssService(const UssService&) = delete;
  UssService& operator=(const UssService&) = delete;

  void start();
  /// The record has grown. Any thread.
  void poke();
  /// Others have changed, or a person has acted: what is refused is looked at again. Any thread.
  void reconsider();
  void stop();

  [[nodiscard]] const UssNames& names() const { return names_; }
  [[nodiscard]] const UssRegistrar& registrar() const { return registrar_; }
  [[nodiscard]] const UssOutbox& outbox() const { return outbox_; }
  [[nodiscard]] TelemetryStore& telemetry() { return telemetry_; }
  /// Of what other suppliers tell and report.
  [[nodiscard]] SenderQuota& quota() { return quota_; }
  /// For /metrics, as Prometheus has it.
  [[nodiscard]] std::string metrics() const;
  [[nodiscard]] DurationMs notice_ms() const { return notice_ms_; }

 private:
  class CoreHost final : public UssHost {
   public:
    explicit CoreHost(CoreThread& core) : core_(core) {}
    [[nodiscard]] UtcMs now() const override { return core_.now(); }
    [[nodiscard]] Status with(const std::function<void(UssDesk&)>& work) override;

   private:
    CoreThread& core_;
  };

  UssService(const UssConfig& config, UssNames names, CoreThread& core, std::unique_ptr<HttpUssWire> wire,
             std::unique_ptr<store::LogReader> reader, std::uint64_t seed);
  void register_all();
  void deliver();
  void destroy();
  /// Waits for a change, until `due` at most. False when stopping.
  [[nodiscard]] bool wait(std::uint64_t& seen, std::optional<UtcMs> due);

  const UssNames names_;
  const DurationMs notice_ms_;
  const unsigned workers_;
  CoreHost host_;
  std::unique_ptr<HttpUssWire> wire_;
  UssRegistrar registrar_;
  UssOutbox outbox_;
  TelemetryStore telemetry_;
  SenderQuota quota_;
  UssBodies bodies_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t changes_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace tansiq::node
