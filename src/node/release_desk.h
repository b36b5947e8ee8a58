// Answers what peers ask of this node's tracks: on the picture's thread, as the record allows at that moment.
//
//   ReleaseDesk desk({.self = self, .rules = rules, .permit = …});
//   desk.release().heard(report, track);      // reports of own sources
//   desk.ask(exchange, peer, question);       // waits
//   desk.round(picture, now);                 // some times a second: asks for permits, where there may be something
//   desk.permitted(picture, now, token, permit);
//   desk.close();
//
// A question waits until something is due or its time is over, and a permit is asked for then, so that what is told is
// told under a permit that is as old as the way from one thread to the other. One question of a peer waits at a time:
// the next takes its place. So there are no more of them than members, and no peer is answered more often than there
// are rounds.
//
// One thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "net/http_server.h"
#include "node/release_permit.h"
#include "node/track_links.h"
#include "picture/release.h"

namespace tansiq::node {

class ReleaseDesk {
 public:
  /// Which question a permit is for.
  struct Token {
    AuthorityId peer;
    std::uint64_t number = 0;
  };
  struct Config {
    AuthorityId self;
    std::vector<picture::ReleaseRule> rules;
    /// Asks for a permit; `permitted` or `refused` follow, on the desk's thread. False: not now.
    std::function<bool(const Token&)> permit;
  };
  explicit ReleaseDesk(Config config);

  [[nodiscard]] picture::Release& release() { return release_; }
  [[nodiscard]] const picture::Release& release() const { return release_; }

  void ask(const std::shared_ptr<net::Exchange>& exchange, const AuthorityId& peer, const TrackQuestion& question);
  void round();
  void permitted(const picture::Picture& picture, UtcMs now, const Token& token, const RecordedPermit& permit);
  void refused(const Token& token, const Error& error);
  /// Answers everything that waits with `kUnavailable`.
  void close();

 private:
  using Steady = std::chrono::steady_clock;
  struct Waiting {
    std::shared_ptr<net::Exchange> exchange;
    UtcMs after;
    Steady::time_point until;
    std::uint64_t number = 0;
    bool asking = false;
  };
  /// An area as it was last prepared.
  struct Area {
    std::vector<geo::Outline> outlines;
    std::vector<geo::Shape> shapes;
  };
  [[nodiscard]] picture::ReleasePermit prepared(const RecordedPermit& permit);
  void respond(const Waiting& waiting, const picture::ReleaseAnswer& answer, bool allowed, UtcMs now);

  const Config config_;
  picture::Release release_;
  std::map<AuthorityId, Waiting> waiting_;
  std::uint64_t last_number_ = 0;
  std::map<std::string, Area, std::less<>> areas_;  ///< By what rules name.
};

}  // namespace tansiq::node
