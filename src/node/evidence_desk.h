// Bundles of evidence that are asked for over HTTP: made one after the other on a thread of its own, with readers of
// its own, so that nothing else waits for them.
//
//   EvidenceDesk desk({.data_dir = "/var/lib/tansiq", .clock = &clock});
//   TRY_VOID(desk.ask({.request = request, .subject = "duty@us", .abandoned = …, .done = …}));      // any thread
//
// A bundle is written to a file, below the data folder, whose name is taken away before it is handed over: it is gone
// when whoever takes it has all of it, or has gone. Bundles need room on the disk for as long as they are taken, so an
// order keeps its place until then: there are kEvidenceOrdersMax at once, kEvidenceOrdersOfOneMax of one subject.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "base/result.h"
#include "base/time.h"
#include "net/http_types.h"
#include "node/bounded_queue.h"
#include "node/evidence_maker.h"

namespace tansiq::node {

inline constexpr std::size_t kEvidenceOrdersMax = 4;
inline constexpr std::size_t kEvidenceOrdersOfOneMax = 2;
/// Of the data folder: bundles under way. What a process that fell has left there goes with the next start.
inline constexpr std::string_view kEvidenceFolder = "evidence-under-way";

class EvidenceDesk {
 public:
  struct Config {
    std::filesystem::path data_dir;
    std::filesystem::path record_dir{};  ///< Of the live picture; empty: nothing is recorded.
    const Clock* clock = nullptr;        ///< Outlives this.
  };
  struct Bundle {
    std::shared_ptr<net::BodySource> body;
    MadeEvidence made;
  };
  struct Order {
    EvidenceRequest request;  ///< `made`, `give_up` and `recordings` are the desk's.
    bool recordings = true;   ///< Whether what was recorded goes with it.
    std::string subject;      ///< Whose place it takes.
    std::function<bool()> abandoned;
    /// Called once, on the desk's thread, unless nobody waits any more.
    std::function<void(Result<Bundle>)> done;
  };

  explicit EvidenceDesk(Config config);
  ~EvidenceDesk();  ///< stop()
  EvidenceDesk(const EvidenceDesk&) = delete;
  EvidenceDesk& operator=(const EvidenceDesk&) = delete;

  /// Fails with `kOverloaded` when there is no place, `kUnavailable` when stopping; `done` is then not called.
  [[nodiscard]] Status ask(Order order);
  /// Gives up what is under way; what waits fails with `kUnavailable`. Idempotent.
  void stop();

 private:
  class Places;
  class Place;
  struct Job {
    Order order;
    std::shared_ptr<Place> place;
  };

  void run();
  [[nodiscard]] Result<Bundle> make(Job& job);
  [[nodiscard]] Status make_folder() const;

  const Config config_;
  std::shared_ptr<Places> places_;
  std::atomic<bool> stopping_{false};
  std::uint64_t made_ = 0;  ///< The thread's own.
  BoundedQueue<Job> queue_{kEvidenceOrdersMax};
  std::thread thread_;
};

}  // namespace tansiq::node
