// Documents about the node itself, for whoever sits at it: who it is and what the session may do (`self_json`), what a
// peer may see of it now (`Eyes`), and what was known at a past moment (`history_json`). Canonical JSON.
//
// What a peer sees is no judgement of its own here. A share is listed exactly when the peer would be given its body
// (`ShowDesk::may_serve`), or has it through a third and has not said that it is destroyed; and it is shown as the
// bytes that were handed over. Tracks are what the peer would be told if it asked now (release_desk.h).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "coordination/coalition.h"
#include "net/http_types.h"
#include "node/history_desk.h"
#include "node/release_permit.h"
#include "picture/release.h"
#include "store/log_store.h"

namespace tansiq::node {

/// What does not change while the node runs.
struct SelfFacts {
  std::string program_version{};
  std::string log_origin{};
  bool console = false;    ///< It serves one.
  bool map = false;        ///< It serves a base map of the operator's.
  bool history = false;    ///< Past moments can be asked for.
  bool live = false;       ///< It has a live picture …
  bool recording = false;  ///< … and records it.
  bool story = false;      ///< It is told what goes on (story.h).
  bool officers = false;   ///< People sign in here.
  bool supplier = false;   ///< It is a supplier of F3548.
  bool test_mode = false;
  std::int64_t clock_rate = 1;  ///< How many times as fast as time its clock runs (NodeConfig::SimulatedTime).
};

/// `who`: whose document it is. Lists the logs that he may read.
[[nodiscard]] std::string self_json(const SelfFacts& facts, const coordination::Coalition& all,
                                    const net::Principal& who, UtcMs now);

/// Logs between two authorities have their words in them: for whoever may read both what is agreed and what is said.
[[nodiscard]] bool may_read_pairs(const net::Principal& who);

inline constexpr std::size_t kEyesSharesMax = 200;                  ///< On a page.
inline constexpr std::size_t kEyesBytesMax = std::size_t{8} << 20;  ///< A page ends behind the share that reaches it.
inline constexpr std::size_t kEyesTracksMax = 4'096;

/// What a peer may see, of the state of one moment.
struct Eyes {
  struct Share {
    coordination::ShownVersion version;
    std::string source;
  };
  /// A leg that was asked of the peer as owner: it knows it whatever is disclosed.
  struct Leg {
    coordination::FlightId flight;
    coordination::HomeVersion version;
  };
  AuthorityId peer;
  bool member = false;
  std::vector<Share> shares;  ///< By body; at most one more than a page has.
  std::vector<Leg> legs;      ///< With the first page.
};

/// On the core thread. `after`: the last body of the page before. Fails with `kNotFound`: an authority that no version
/// of the charter names.
[[nodiscard]] Result<Eyes> eyes_of(const coordination::Coalition& all, const AuthorityId& peer,
                                   const std::optional<coordination::EntryHash>& after);

/// What it is told of tracks; nothing where there is no live picture.
struct EyesTracks {
  RecordedPermit permit;
  picture::ReleaseAnswer answer;
};
/// Reads the bodies. Fails as `bodies` does.
[[nodiscard]] Result<std::string> eyes_json(const Eyes& eyes, const std::optional<EyesTracks>& tracks, UtcMs at,
                                            store::LogReader& bodies);

/// `after` and `limit`: of intents. The rest comes with the first page.
struct HistoryPage {
  std::uint64_t after = 0;
  std::size_t limit = 0;
};
/// Fails as `Machine::intents`.
[[nodiscard]] Result<std::string> history_json(const Past& past, const HistoryPage& page, const core::Caller& asker);

}  // namespace tansiq::node
