// The coordination between authorities over HTTP: what stands, and what an officer does.
//
//   GET  /v1/coordination/relations | flights | legs | control | caveats | disclosure | peers   scope coordination.read
//   GET  /v1/coordination/asks                                   the same: requests that wait for an officer here
//   POST /v1/coordination/preview                                the same: what a change of relations means
//   POST /v1/coordination/acts                                   scope coordination.act
//
// Bodies are those of coordination/act.h and of the entries, in any JSON spelling; answers are canonical JSON.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coordination/coalition.h"
#include "node/puller.h"

namespace tansiq::node {

/// What a node shows about one of its peers.
struct PeerStanding {
  AuthorityId id;
  std::string url;
  Puller::LinkState link;
  std::uint64_t acknowledged = 0;  ///< Entries of our log for it that it has receipted.
};

/// The document behind a name: `relations`, `flights`, `legs`, `control`, `caveats`,
/// `disclosure`. Nothing for another name.
[[nodiscard]] std::optional<std::string> coordination_json(std::string_view name,
                                                           const coordination::Coalition& coalition);
/// What waits for an officer's answer, and who answers in which zone, judged at `now`: {"asks":[…],"more","rules":[…]}.
[[nodiscard]] std::string asks_json(const coordination::Coalition& coalition, UtcMs now);
/// Requests that `asks_json` lists at most: each is looked at anew.
inline constexpr std::size_t kAsksListedMax = 128;
/// Peers, lines, and which version of the charter each has: {"charter":{…},"peers":[…],"self"}. `recovery`:
/// canonical JSON of it (recovery.h); empty when the record is whole.
[[nodiscard]] std::string peers_json(const coordination::Coalition& coalition, const std::vector<PeerStanding>& peers,
                                     UtcMs now, std::string_view recovery = {});
/// What is wrong with the version in force here, for those who run the node; empty when nothing is.
[[nodiscard]] std::string charter_trouble(const coordination::Coalition& coalition, UtcMs now);

/// What a change of relations would mean, line by line. `body`: {"change":"freeze"|"agreement","edges":[…]} or
/// {"proposal":hash}. Fails with `kInvalid`, `kNotFound`.
[[nodiscard]] Result<std::string> preview_json(std::string_view body, const coordination::Coalition& coalition);

/// Reads the body of an act, in any spelling.
[[nodiscard]] Result<coordination::ActCommand> read_act_request(std::string_view body, const core::Subject& by);
/// What an act led to: {"hash","repeated","seq"}.
[[nodiscard]] std::string act_json(const coordination::ActOutcome& outcome);

}  // namespace tansiq::node
