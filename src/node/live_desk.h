// The live picture in the node: one thread that takes what the inputs bring, tells the picture what the record says and
// what people do, records all of it, and serves it to the faces.
//
//   auto desk = TRY(LiveDesk::create(config, {core, clock, self, data_dir}));
//   desk->start();                       // after the core thread
//   … on every batch that is durable: desk->poke();
//   desk->submit([](LiveDesk::Inside& inside) { … });     // any thread; answers follow from there
//   desk->stop();                        // before the core thread
//
// The picture decides nothing: what it proposes (a flight is nonconforming) is for whoever manages the intent. What the
// node does by itself is to file the space of groups that officers have declared, as intents of theirs (GroupKeeper),
// and, where the authority has said so, to declare what is proposed (ConformKeeper).
//
// What is drawn from the record LiveRecord tells it (live_record.h). Tracks are no part of the record, and nothing of
// them is logged.
//
// What peers are told of the tracks ReleaseDesk answers (release_desk.h); what they tell comes in as a source of its
// own for each member of the charter, `peer-<id>`: of the one that the node was opened under, and of every later one,
// from the moment at which the lines to its members are begun (`keep_peers`).
//
// When the clock is set back by more than two seconds, the picture begins anew within seconds, as after a new start:
// with another run of the recording, the same connections, sources and groups, and the record as it is; tracks and
// alerts are numbered anew, and who listens is told to forget. `trouble` says so for ten minutes.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "net/http_server.h"
#include "node/bounded_queue.h"
#include "node/conform_keeper.h"
#include "node/core_thread.h"
#include "node/group_keeper.h"
#include "node/live_config.h"
#include "node/live_inputs.h"
#include "node/live_stream.h"
#include "node/record_keeper.h"
#include "node/record_notes.h"
#include "node/release_desk.h"
#include "node/track_links.h"
#include "picture/past_alerts.h"
#include "picture/session.h"
#include "picture/track_history.h"

namespace tansiq::node {

class LiveDesk final : public TrackExchange {
 public:
  struct Services {
    CoreThread& core;
    const Clock& clock;
    AuthorityId self;
    std::filesystem::path data_dir;
    std::vector<core::Charter> versions{};  ///< Of the charter, the one in force last: its members are heard.
  };
  /// What work on the picture's thread can use.
  class Inside {
   public:
    virtual ~Inside() = default;
    [[nodiscard]] virtual const picture::Session& session() const = 0;
    [[nodiscard]] virtual LiveStream& stream() = 0;
    [[nodiscard]] virtual UtcMs now() const = 0;
    /// Tells the picture, and the recording. Fails as picture::tell.
    virtual Status tell(const picture::Note& note) = 0;
    [[nodiscard]] virtual const std::vector<std::string>& source_names() const = 0;
    [[nodiscard]] virtual GroupKeeper& groups() = 0;
    [[nodiscard]] virtual const picture::PastAlerts& past_alerts() const = 0;
    /// Under what the record allows now: what it does not is forgotten first. `question` has passed `check`.
    [[nodiscard]] virtual picture::PastTracks past_tracks(const HeardPermit& permit,
                                                          const picture::PastQuestion& question) = 0;
    /// Of a source that is a peer.
    [[nodiscard]] virtual std::string peer_of(std::uint32_t source) const = 0;
    /// ReleaseDesk::preview
    [[nodiscard]] virtual picture::ReleaseAnswer told(const AuthorityId& peer, const RecordedPermit& permit,
                                                      std::size_t most) = 0;
  };
  using Work = std::function<void(Inside&)>;

  /// Opens the inputs. Fails with `kInvalid` (a source, a rule of release), `kIo` (an address, the folder of
  /// recordings).
  [[nodiscard]] static Result<std::unique_ptr<LiveDesk>> create(LiveConfig config, Services services);
  ~LiveDesk() override;  ///< stop()
  void start();
  /// The record has grown. Any thread.
  void poke();
  void stop();

  /// Runs on the picture's thread, within some ten milliseconds. Any thread. Fails with `kOverloaded`, `kUnavailable`.
  [[nodiscard]] Status submit(Work work);

  /// What the record allows a peer of tracks, under the configured rules: for a ReadTask of the core thread, and there
  /// alone.
  [[nodiscard]] RecordedPermit permit(const coordination::Coalition& all, const AuthorityId& peer) const;
  [[nodiscard]] const LiveConfig& config() const;

  // TrackExchange
  void tell(const std::shared_ptr<net::Exchange>& exchange, const AuthorityId& peer, TrackQuestion question) override;
  void drop_questions() override;
  [[nodiscard]] bool hears(const AuthorityId& peer) const override { return source_of(peer).has_value(); }
  void keep_peers(const std::set<AuthorityId>& peers) override;
  void hear(const AuthorityId& peer, surveillance::ChunkKind kind, ByteView bytes) override;
  void hear_failed(const AuthorityId& peer, const Error& why) override;

  /// How it stands with the inputs. Any thread.
  [[nodiscard]] std::vector<LiveInputState> inputs() const { return inputs_->states(); }
  /// What /readyz remarks: that nothing is recorded, and why; that the clock was set back; empty when all is well. Any
  /// thread.
  [[nodiscard]] std::string trouble() const;
  /// For /metrics, as Prometheus has it. Any thread.
  [[nodiscard]] std::string metrics() const;

 private:
  class Impl;
  LiveDesk();
  [[nodiscard]] std::optional<std::size_t> source_of(const AuthorityId& peer) const;
  std::unique_ptr<LiveInputs> inputs_;
  mutable std::mutex peers_mutex_;
  std::map<AuthorityId, std::size_t> source_of_;  ///< Of peers. Guarded by peers_mutex_.
  std::unique_ptr<Impl> impl_;
};

}  // namespace tansiq::node
