// Declares what the picture proposes of intents that do not keep to their plan, where the authority has said that its
// node does that by itself (`live.declare`); else, and by default, people do.
//
//   ConformKeeper keeper(self, Declares::kContingent, {.file = …, .find = …, .heard_here = …});
//   keeper.look(picture, now);                  // once a second
//
//   declare         what it declares
//   nobody          nothing
//   nonconforming   an accepted or activated intent nonconforming, when a deviation has begun
//   contingent      that, and a nonconforming one contingent, when the deviation has lasted; one whose craft says that
//                   its link is lost or that it goes down, at once
//
// When a deviation begins, lasts and ends is the picture's (picture/conformance.h), with its hysteresis; while the
// craft is inside a leg, on time, as it is after its return until the deviation has ended, no such is declared. An
// overrun is one like any other, and an intent that has run out in the meantime can still be declared: time blocks
// nothing. It also activates again an intent that is back on its plan, where the last word about it in the record is
// its own "nonconforming". What people have declared it never takes back, and out of contingent nothing leads.
//
// Of which intents. Those of this node's own people alone. Flights that are coordinated leg by leg are left to
// officers: what members say to each other of a flight no machine says (coordination/act.h). And only where it is sure
// who it is: the picture gives the plan at least `kDeclareConfidenceMin` (a call sign, heard now, of a plan that is of
// now to within an hour; a code or a place alone are less), nothing contradicts, no alert of a double identity or a
// doubtful source stands about the track or the intent, and a source of our own hears the craft, so that no peer can
// make an intent of ours off nominal by what it tells.
//
// By whom. A record knows one who may change an intent: its manager. So the act stands there in the manager's name, and
// under a command id that begins with `conformance-`: that is how one sees that a machine declared it. No off-nominal
// volumes are given: where it is the picture shows, where it will be nobody knows.
//
// How often. Once for each state that is proposed and each deviation from its beginning to its end: what a manager
// takes back while the craft is still off its plan is not declared again. (A new start knows nothing of that, and takes
// the deviation for a new one.) Before each act the record is asked how the intent stands; where it has other volumes
// or another state than the picture has judged by, nothing is said until the picture has caught up. The command id says
// which version of which intent it is about, so that an act is in the record once, whatever became of its answer. What
// fails is tried again after ten seconds, then after twice as long each time, up to five minutes.
//
// Picture's thread only; answers come there too. Cost: a look-up for each intent of which something is proposed; memory
// some 200 bytes, and its legs, for each that is off its plan.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/command.h"
#include "node/live_config.h"
#include "node/node.h"
#include "picture/picture.h"

namespace tansiq::node {

/// Of 100, see picture/attribution.h.
inline constexpr int kDeclareConfidenceMin = 75;
/// What one look begins, and what waits for its answer at most: a picture that is wrong about everybody must not fill
/// the record before somebody sees it.
inline constexpr std::size_t kDeclaredPerLookMax = 8;
inline constexpr std::size_t kDeclaringMax = 32;

class ConformKeeper {
 public:
  struct Services {
    /// Files a command; calls back on the picture's thread, later.
    std::function<void(core::Command command, std::function<void(Result<Recorded>)> done)> file;
    /// Asks the record; calls back on the picture's thread, later: nothing when there is no such intent.
    std::function<void(const IntentId& intent, std::function<void(Result<std::optional<core::Intent>>)> done)> find;
    /// Whether a source is our own, and not a peer.
    std::function<bool(surveillance::SourceId source)> heard_here;
  };
  struct Counters {
    std::uint64_t nonconforming = 0;
    std::uint64_t contingent = 0;
    std::uint64_t activated = 0;
    std::uint64_t failed = 0;  ///< Tries of which nothing came.
  };

  ConformKeeper(AuthorityId self, Declares declares, Services services)
      : self_(std::move(self)), declares_(declares), services_(std::move(services)) {}

  /// Declares what is due. `now` is the picture's.
  void look(const picture::Picture& picture, UtcMs now);
  [[nodiscard]] const Counters& counters() const { return counters_; }
  /// For /metrics, appended.
  void write_figures(std::string& out) const;

  /// The command under which version `version` of an intent is declared to be in a state.
  [[nodiscard]] static CommandId command_of(const IntentId& intent, std::int64_t version, core::IntentState to);

 private:
  using State = core::IntentState;

  /// One deviation of one intent. Answers come to it, also when it has been forgotten meanwhile.
  struct Case {
    IntentId intent;
    State judged = State::kAccepted;  ///< What the picture went by,
    std::vector<geo::Volume4d> legs;  ///< and what is to stand in the record still.
    State wanted = State::kNonconforming;
    std::vector<State> settled;  ///< Declared, or left to people: not asked for again in this deviation.
    bool waiting = false;
    UtcMs not_before;
    DurationMs again_ms = 0;  ///< After the last failure; 0: none.
  };
  using CasePtr = std::shared_ptr<Case>;

  [[nodiscard]] std::optional<State> wanted_of(const picture::Plan& plan, const picture::Kept& kept,
                                               const picture::Track& track) const;
  [[nodiscard]] bool sure(const picture::Picture& picture, const std::string& intent, const picture::Track& track,
                          UtcMs now) const;
  void begin(const CasePtr& of, UtcMs now);
  void found(const CasePtr& of, const Result<std::optional<core::Intent>>& found, UtcMs asked);
  void take_back(const CasePtr& of, const core::Intent& intent, UtcMs asked);
  void declare(const CasePtr& of, const core::Intent& intent, UtcMs asked);
  void settle(Case& of);
  void try_again(Case& of, const std::string& why, UtcMs asked);

  AuthorityId self_;
  Declares declares_;
  Services services_;
  std::map<std::string, CasePtr, std::less<>> cases_;  ///< By intent.
  std::size_t waiting_ = 0;
  Counters counters_;
};

}  // namespace tansiq::node
