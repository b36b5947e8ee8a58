// Several whole nodes on loopback, each with its own folder and keys, that pull each other's logs over mutual TLS: for
// tests over real sockets and real stores, and for `tansiq bench coordination`.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/http_client.h"
#include "node/node.h"

namespace tansiq::node {

/// Authorities `a`, `b`, `c`, … side by side, ten degrees each from 20N 0E: zones `ZA`, `ZB`, … of 16 × 10 degrees,
/// FL20 to FL600, minima 1,000 m and 300 m. Everybody may ask everybody for legs.
class LoopbackCoalition {
 public:
  /// What differs from the usual.
  struct Setup {
    core::Timing timing{};
    std::function<void(core::Charter&)> charter{};  ///< Before it is signed.
    std::function<void(NodeConfig&)> config{};      ///< Before a node opens for the first time.
  };
  /// Makes keys, charter and folders below `folder`, opens and starts every node. Fails as `Node::open` and `start`.
  [[nodiscard]] static Result<std::unique_ptr<LoopbackCoalition>> start(const std::filesystem::path& folder,
                                                                        unsigned authorities, const Setup& setup);
  [[nodiscard]] static Result<std::unique_ptr<LoopbackCoalition>> start(const std::filesystem::path& folder,
                                                                        unsigned authorities);
  ~LoopbackCoalition();
  LoopbackCoalition(const LoopbackCoalition&) = delete;
  LoopbackCoalition& operator=(const LoopbackCoalition&) = delete;

  [[nodiscard]] Node& node(unsigned i) { return *nodes_[i].node; }
  [[nodiscard]] unsigned size() const { return static_cast<unsigned>(nodes_.size()); }
  [[nodiscard]] static AuthorityId authority(unsigned i) {
    return AuthorityId::trusted(std::string(1, static_cast<char>('a' + i)));
  }
  /// The charter that the nodes began with.
  [[nodiscard]] const core::Charter& founding() const { return founding_; }
  /// A further authority, with its folder, keys and zone; its node does not run. Its entry for the next version.
  [[nodiscard]] Result<core::Authority> prepare(unsigned i);
  [[nodiscard]] static core::Zone zone_of(unsigned i);
  /// A note signed for these authorities.
  [[nodiscard]] Result<std::string> sign(const core::Charter& charter, const std::vector<unsigned>& signers) const;
  /// A new main key for authority `i`, put beside the one it has; signs with both from now on.
  [[nodiscard]] Result<std::string> next_key(unsigned i);
  /// Starts the node of a prepared authority, whose record begins under `note`.
  [[nodiscard]] Status join(unsigned i, const std::string& note, const std::vector<std::filesystem::path>& former);
  /// What node `i` is opened with, from its next start on.
  [[nodiscard]] NodeConfig& config(unsigned i) { return nodes_[i].config; }
  /// Stops one node, and starts it again from its folder.
  [[nodiscard]] Status stop(unsigned i);
  [[nodiscard]] Status restart(unsigned i);
  /// Everything node `i` says and reads from now on.
  [[nodiscard]] Result<std::unique_ptr<net::EventStream>> events(unsigned i);
  [[nodiscard]] Result<std::string> get(unsigned i, std::string_view target);

  /// Flight `number` of home `home` through one zone of each authority in `through`, an hour from now; flights of
  /// different numbers never conflict.
  [[nodiscard]] coordination::ActCommand flight(unsigned home, std::uint64_t number,
                                                const std::vector<unsigned>& through) const;
  /// Acts and waits until it is durable.
  [[nodiscard]] Result<coordination::ActOutcome> act(unsigned i, coordination::ActCommand command);

 private:
  struct Running {
    NodeConfig config;
    std::unique_ptr<Node> node;
    std::unique_ptr<net::HttpClient> client;
  };
  explicit LoopbackCoalition(std::filesystem::path folder) : folder_(std::move(folder)) {}
  [[nodiscard]] Status open(Running& running);

  const std::filesystem::path folder_;
  core::Charter founding_;
  std::vector<std::vector<log::SignerKey>> keys_;  ///< That sign for each authority.
  std::vector<Running> nodes_;
};

/// A TCP port that nobody else is given while this process runs: charters name ports, so they have to be known before
/// the nodes listen. Whoever listens on it reuses the address, as our servers do. Keeps a descriptor. Fails with `kIo`.
[[nodiscard]] Result<std::uint16_t> free_loopback_port();

/// Waits for an entry of `type` in a stream; nothing when the stream is silent for `silence_ms`.
[[nodiscard]] Result<std::string> next_of_type(net::EventStream& stream, std::string_view type,
                                               DurationMs silence_ms = 10'000);

struct CoordinationFigures {
  std::uint64_t flights = 0;
  double p50_ms = 0, p99_ms = 0;   ///< One flight over two foreign zones, one at a time, each step durable.
  double per_second = 0;           ///< Many at once, all three nodes as homes.
  double catch_up_per_second = 0;  ///< Entries of one peer's log, verified and persisted.
  double own_linked_per_second = 0, own_cut_per_second = 0;  ///< Own-zone decisions with links up and with peers gone.
};
/// Three nodes in this process. About a minute.
[[nodiscard]] Result<CoordinationFigures> measure_coordination(const std::filesystem::path& folder);

}  // namespace tansiq::node
