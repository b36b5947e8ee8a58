// Answers what peers ask of this node's tracks: on the picture's thread, as the record allows at that moment.
//
//   ReleaseDesk desk({.self = self, .rules = rules, .started = now, .permit = …});
//   desk.release().heard(report, track);      // reports of own sources
//   if (box.put({exchange, peer, question})) submit(…);            // any thread
//   for (Question& one : box.take()) desk.ask(std::move(one));     // waits
//   desk.round();                             // some times a second: asks for permits, where there may be something
//   desk.permitted(picture, now, token, permit);
//   desk.drop(why);
//
// A question waits until something is due or its time is over, and a permit is asked for then, so that what is told is
// told under a permit that is as old as the way from one thread to the other. One question of a peer waits at a time:
// the next takes its place. So there are no more of them than members, and no peer is answered more often than there
// are rounds. Whom the record allows nothing is answered, and the record asked for him, once a second at most.
//
// One thread, but for the box.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "net/http_server.h"
#include "node/release_permit.h"
#include "node/track_links.h"
#include "picture/release.h"

namespace tansiq::node {

/// One peer's question on its way.
struct PeerQuestion {
  std::shared_ptr<net::Exchange> exchange;
  AuthorityId peer;
  TrackQuestion question;
};

/// Questions between the threads that take them and the desk's: one of each peer, so that they need a single place
/// among what else that thread has to do. Any thread.
class QuestionBox {
 public:
  /// True when there was none: then somebody must come for them. An earlier one of the same peer is answered that its
  /// place is taken.
  [[nodiscard]] bool put(PeerQuestion question);
  [[nodiscard]] std::vector<PeerQuestion> take();

 private:
  std::mutex mutex_;
  std::map<AuthorityId, PeerQuestion> questions_;
};

class ReleaseDesk {
 public:
  using Steady = std::chrono::steady_clock;
  /// Which question a permit is for.
  struct Token {
    AuthorityId peer;
    std::uint64_t number = 0;
  };
  struct Config {
    AuthorityId self;
    std::vector<picture::ReleaseRule> rules;
    UtcMs started;
    /// Asks for a permit; `permitted` or `refused` follow, on the desk's thread. False: not now.
    std::function<bool(const Token&)> permit;
    std::function<Steady::time_point()> real = [] { return Steady::now(); };
  };
  explicit ReleaseDesk(Config config);

  [[nodiscard]] picture::Release& release() { return *release_; }
  [[nodiscard]] const picture::Release& release() const { return *release_; }
  /// Another picture, at an earlier moment, takes the place of the one before: everything is told again, and who waits
  /// is answered from its beginning on.
  void begin_anew(UtcMs started);

  void ask(PeerQuestion question);
  void round();
  void permitted(const picture::Picture& picture, UtcMs now, const Token& token, const RecordedPermit& permit);
  void refused(const Token& token, const Error& error);
  /// For this authority's own people: what a peer that asks now would be told, by the same judgement; nobody is told.
  [[nodiscard]] picture::ReleaseAnswer preview(const picture::Picture& picture, UtcMs now, const AuthorityId& peer,
                                               const RecordedPermit& permit, std::size_t most);
  /// Answers everything that waits so.
  void drop(const Error& why);

 private:
  struct Waiting {
    std::shared_ptr<net::Exchange> exchange;
    UtcMs after;
    Steady::time_point until;
    std::uint64_t number = 0;
    bool asking = false;
  };
  /// An area as it was last prepared; null where it cannot be.
  struct Area {
    RecordedOutlines outlines;
    std::shared_ptr<const picture::ReleaseArea> area;
  };
  [[nodiscard]] picture::ReleasePermit prepared(const RecordedPermit& permit, const picture::Picture& picture);
  [[nodiscard]] std::shared_ptr<const picture::ReleaseArea> area_of(const std::string& name,
                                                                    const RecordedOutlines& outlines);
  void respond(const Waiting& waiting, const picture::ReleaseAnswer& answer, bool allowed, UtcMs now);

  const Config config_;
  std::optional<picture::Release> release_;  ///< Always there.
  std::map<AuthorityId, Waiting> waiting_;
  std::map<AuthorityId, Steady::time_point> nothing_before_;  ///< Of whom the record allowed nothing.
  std::uint64_t last_number_ = 0;
  std::map<std::string, Area, std::less<>> areas_;  ///< By what rules name.
  std::uint64_t areas_version_ = 1;
};

}  // namespace tansiq::node
