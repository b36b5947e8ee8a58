// One authority in a coalition: its zone machine, its relations, its flights, the legs of others in its zones, and the
// right to decide in each, folded from what it has said itself and what it has read of its peers.
//
// Pure, like everything here. Whoever runs it (node, simulator) gives it commands, acts, peers' verified entries and
// the time; it gives back what must become durable, in order. Nothing it says counts before that (G1).
//
//   auto coalition = TRY(Coalition::make(config));
//   for (each stored entry, in local order) TRY_VOID(coalition->apply(log, line));       // replay decides nothing
//   TRY_VOID(coalition->settle());
//
//   Batch batch;                                                        // live, again and again:
//   coalition->read(log, lines, head, now, batch);                      //   what a peer has said…
//   const auto outcome = coalition->act(command, now, batch);           //   …an officer's act…
//   coalition->tick(now, batch);                                        //   …or the passing of time
//   append(batch);  reply(outcome);                                     // one transaction; then, and only then, reply
//
// Peers' entries stand in the same local order as one's own: mirrors of their logs live in the same store, so replay
// meets everything in the order in which it became known here. That order is what "known when it was said" means.
//
// What an entry changes is folded by `adoptions` (the charter in force), `relations`, `talks`, `control`, `legs`,
// `flights`, the two sides of caveats, incidents, reports and the two sides of disclosure, in this order: each may ask
// those before it. What has to be said because of it is found by `next` of each, until none has more; that is bounded
// by kSaidPerCallMax, and the rest follows with the next call.
//
// One thread. Not copyable, not movable: its parts know each other.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "coordination/act.h"
#include "coordination/caveat_desk.h"
#include "coordination/caveat_watch.h"
#include "coordination/charter_change.h"
#include "coordination/coalition_traffic.h"
#include "coordination/disclosure_held.h"
#include "coordination/disclosure_show.h"
#include "coordination/flight_desk.h"
#include "coordination/incident_desk.h"
#include "coordination/leg_desk.h"
#include "coordination/log_name.h"
#include "coordination/log_origins.h"
#include "coordination/machine_airspace.h"
#include "coordination/officers.h"
#include "coordination/own_use.h"
#include "coordination/relation.h"
#include "coordination/report_desk.h"
#include "coordination/talk_desk.h"
#include "coordination/zone_control.h"
#include "core/command_memory.h"
#include "core/machine.h"

namespace tansiq::coordination {

/// Entries that one call writes of its own accord.
inline constexpr std::size_t kSaidPerCallMax = 256;
/// Bytes of entries of one member that is ahead, kept to be read again, at most; and of all members together, of which
/// each has an equal share. What goes beyond, of new zones and members, is lost here, with one alarm for each member;
/// officers that have not adopted for so long have had others.
inline constexpr std::size_t kAheadBytesMax = std::size_t{4} << 20;
inline constexpr std::size_t kAheadBytesOfAllMax = std::size_t{64} << 20;
/// Anomalies noted of one piece of a peer's log, or of what a new version lets one understand; that there were more is
/// noted with the last.
inline constexpr std::size_t kAnomaliesPerReadMax = 64;

/// One line to append, in this order, to the log that is named.
struct Written {
  LogName log;
  std::uint64_t seq = 0;
  std::string line;  ///< With its line feed.
};
/// What one durable transaction is to hold.
using Batch = std::vector<Written>;

/// What an act led to. `hash` names the entry to others.
struct ActOutcome {
  bool repeated =
      false;  ///< The act was done before: `seq` names its entry, which may still be on its way to the disk.
  std::uint64_t seq = 0;
  EntryHash hash;  ///< Zeros when repeated.
  /// What the entry quotes: to be kept as bodies under their SHA-256, durable with the entry or before it.
  std::vector<std::string> bodies = {};
};

/// How far one log of a peer has been read.
struct PeerLog {
  std::uint64_t size = 0;
  EntryHash root;             ///< Of a checkpoint of that size that was verified; zeros while unknown.
  UtcMs last_time = kUtcMin;  ///< Of its newest entry.
};

/// What a line of coordination says: `read_entry(line)`, perhaps remembered. `hash` is `hash_of(line)`. Never null.
using LineReader = std::function<std::shared_ptr<const Result<Entry>>(std::string_view line, const EntryHash& hash)>;

/// A line that a peer has written, with what it says. Decoding needs nothing but the line: whoever fetched it does
/// that, on a thread of its own.
struct HeardLine {
  std::string line;
  EntryHash hash;                              ///< `hash_of(line)`.
  std::shared_ptr<const Result<Entry>> entry;  ///< As a `LineReader` returns it.
  [[nodiscard]] static HeardLine decode(std::string line);
};

struct CoalitionConfig {
  core::MachineConfig machine;  ///< `texts` finds every version of the charter that this node has adopted.
  /// Versions before the one that the record was begun under, oldest first: for a member that joined later. They say
  /// who decided in the zones before, so that the chains of control can be followed from their beginning.
  std::vector<core::Charter> former = {};
  LegQuota quota = {};
  /// Which acts need two officers here. The default asks for one: whoever runs a node for real says otherwise.
  OfficerPolicy officers = {.accept = false, .adopt = false, .freeze = false, .propose = false};
  TalkOptions talks = {};
  /// Where several nodes run in one process (the simulator), each line is decoded once for all. Empty: here.
  LineReader read_line = {};
};

class Coalition {
 public:
  /// Fails as `core::Machine::make`.
  [[nodiscard]] static Result<std::unique_ptr<Coalition>> make(CoalitionConfig config);
  Coalition(const Coalition&) = delete;
  Coalition& operator=(const Coalition&) = delete;
  ~Coalition();

  // Replay
  // -------------------------------------------------------------------------------------------------------------

  /// The next entry of the local order. Fails as `core::Machine::apply`; a peer's entry never fails, whatever it says.
  [[nodiscard]] Status apply(const LogName& log, std::string_view line);
  /// The same where `hash_of(line)` is known.
  [[nodiscard]] Status apply(const LogName& log, std::string_view line, const EntryHash& hash);
  /// The same for a line that another thread has decoded (see `core::Machine::apply`). Only the zone machine's entries.
  [[nodiscard]] Status apply_core(core::Entry entry, std::string_view line);
  [[nodiscard]] Status settle() { return machine_.settle(); }
  /// An entry of another part of the node, in `main`, takes this place of the local order. In replay and live. Fails
  /// with `kCorrupt` when it is not the next, or log time goes back.
  [[nodiscard]] Status take_place(std::uint64_t seq, UtcMs time);
  /// The local order goes on at `seq`: what stood before it is lost (weave.h).
  void skip_to(std::uint64_t seq) { machine_.skip_to(seq, kUtcMin); }
  /// Tells the verified head of a peer's log after replay, so that anchors can quote it.
  void note_head(const LogName& log, std::uint64_t size, const EntryHash& root);

  // Live
  // ---------------------------------------------------------------------------------------------------------------

  /// The genesis of an empty record.
  void found(UtcMs now, Batch& batch);
  /// A command of the zone machine. Errors as `core::Machine::execute`; `kWrongState` also where an intent of our own
  /// people that is to be activated meets a caveat that no officer has overridden.
  [[nodiscard]] Result<core::Outcome> execute(core::Command command, UtcMs now, Batch& batch);
  /// An officer's act. Fails with what the part concerned says; then nothing has changed.
  [[nodiscard]] Result<ActOutcome> act(const ActCommand& command, UtcMs now, Batch& batch);
  /// Whether the charter in force names this authority. What others say is not read.
  [[nodiscard]] bool is_member(const AuthorityId& authority) const;
  /// Before anything that a member has written is read: what is due by now is said first, since after a restart or a
  /// long pause what has run out is over. False: the version of the charter that is in force by now does not name the
  /// author, and nothing of it is read.
  [[nodiscard]] bool begin_reading(const AuthorityId& author, UtcMs now, Batch& batch);
  /// Behind `begin_reading`: entries of a member's log, verified up to `size` and `root` by whoever fetched them, in
  /// order and without gap.
  void read(const LogName& log, std::vector<HeardLine> lines, std::uint64_t size, const EntryHash& root, UtcMs now,
            Batch& batch);
  /// The same for lines that nobody has decoded.
  void read(const LogName& log, std::span<const std::string> lines, std::uint64_t size, const EntryHash& root,
            UtcMs now, Batch& batch);
  /// A peer's log was forked: says so to all members. `evidence` is the hash under which the proof is kept.
  void accuse(const AuthorityId& peer, const std::string& origin, const log::Hash& evidence, UtcMs now, Batch& batch);
  /// Part of this node's record was lost and has come back: says so to all members.
  void recovered(NodeRecovered what, const core::Subject& by, const core::Subject& second, UtcMs now, Batch& batch);
  /// What is observed of this node's clock (T8): says CLOCK-FAULT when it cannot be bounded, and takes it back when it
  /// can. A fault that an officer declared is his to take back.
  void judge_clock(bool fit, std::string text, UtcMs now, Batch& batch);
  /// A verified checkpoint of a member was seen, whether or not it says anything new: when something is missing, this
  /// tells a dead link from a silent peer. Not part of the record.
  void heard_from(const AuthorityId& peer, UtcMs now) { talks_->heard_from(peer, now); }
  /// Says what time calls for.
  void tick(UtcMs now, Batch& batch);
  /// Says what is due because of commands executed since: once a batch.
  void speak(UtcMs now, Batch& batch) { say_due(now, batch); }
  /// When `tick` has something to do, never late; nothing when nothing waits.
  [[nodiscard]] std::optional<UtcMs> next_tick() const;

  // Bodies of shares. Contents are no part of the state: whoever runs this keeps them beside the record.
  // ------------------------------------------------------------------------------------------------------------

  /// Bodies of what has just been said: to be durable no later than the batch.
  [[nodiscard]] std::vector<SealedShare> take_bodies() { return shown_->take_bodies(); }
  [[nodiscard]] std::vector<WantedBody> wanted_bodies(std::size_t most = 256, const EntryHash& after = {}) const {
    return held_->wanted(most, after);
  }
  /// A body that was fetched and is durable, or that was found after a restart. Fails as HoldDesk::learn.
  [[nodiscard]] Status learn_body(std::string_view bytes);
  /// Bodies to destroy now. `body_destroyed` is to follow for each, when it is gone for good.
  [[nodiscard]] std::vector<EntryHash> take_doomed_bodies();
  /// Whether these bytes, kept under the hash of a doomed body, may go: a peer may call the hash of anything a share of
  /// its own, of the text of a charter, or of another's share, and take it back.
  [[nodiscard]] bool may_destroy_body(const EntryHash& body, std::string_view bytes) const;
  /// Writes the receipt.
  void body_destroyed(const EntryHash& body, UtcMs now, Batch& batch);
  /// Whether a peer may have a body from this node: an entry that the peer may read quotes it, and it still may.
  [[nodiscard]] bool may_serve_body(const EntryHash& body, const AuthorityId& peer) const;

  // Answers
  // ------------------------------------------------------------------------------------------------------------

  [[nodiscard]] const core::Machine& machine() const { return machine_; }
  [[nodiscard]] const AuthorityId& self() const { return machine_.self(); }
  [[nodiscard]] const CharterAdoptions& adoptions() const { return *adoptions_; }
  [[nodiscard]] const Relations& relations() const { return *relations_; }
  [[nodiscard]] const ZoneControl& control() const { return *control_; }
  [[nodiscard]] const LegDesk& legs() const { return *legs_; }
  [[nodiscard]] const FlightDesk& flights() const { return *flights_; }
  [[nodiscard]] const CaveatDesk& caveats() const { return *caveats_; }
  [[nodiscard]] const CaveatWatch& watched() const { return *watch_; }
  /// Whether the crew of a flight may be cleared: its legs (R1), then caveats.
  [[nodiscard]] Status may_clear(const FlightId& flight) const;
  [[nodiscard]] const IncidentDesk& incidents() const { return *incidents_; }
  [[nodiscard]] const ReportDesk& reports() const { return *reports_; }
  /// What is said with others, who is on watch where, how the lines are.
  [[nodiscard]] const TalkDesk& talks() const { return *talks_; }
  /// Files that messages carry: whoever runs this keeps their bytes, and says which are here.
  [[nodiscard]] TalkAttachments& attachments() { return talks_->attachments(); }
  /// What this authority shows to others.
  [[nodiscard]] const ShowDesk& shown() const { return *shown_; }
  /// What others show to it.
  [[nodiscard]] const HoldDesk& held() const { return *held_; }
  /// Peers' logs that have been read, by name.
  [[nodiscard]] const std::map<LogName, PeerLog>& peer_logs() const { return peer_logs_; }
  /// Space that another part of the node gives away in a zone of this authority: it counts as the authority's own when
  /// the zone is leased or redrawn. `id` is no request's hash. Part of that part's fold.
  void book_outside(core::BookingRequest request);
  void release_outside(const IntentId& id) { machine_.release_booking(id); }
  /// The newest version that this node has adopted and that is not in force yet; null: none.
  [[nodiscard]] const core::Charter* pending_charter() const {
    return pending_.empty() ? nullptr : &pending_.back().charter;
  }
  [[nodiscard]] std::uint64_t next_seq() const { return machine_.next_seq(); }

  /// SHA-256 over the machine's state hash and the canonical state of the other parts; the machine's alone as long as
  /// nothing was ever coordinated.
  [[nodiscard]] core::StateHash state_hash() const;
  /// The state of the parts beside the machine, as canonical JSON; empty as long as nothing was ever coordinated.
  [[nodiscard]] std::string coordination_state() const;
  /// The state after `next_seq()` entries. `read_snapshot` fails with `kCorrupt`, or `kInvalid` when it belongs to
  /// another charter or authority.
  [[nodiscard]] Bytes write_snapshot() const;
  [[nodiscard]] static Result<std::unique_ptr<Coalition>> read_snapshot(CoalitionConfig config, ByteView snapshot);

 private:
  struct Version {
    core::Charter charter;
    std::string text;
  };

  Coalition(core::Machine machine, Origins origins, const CoalitionConfig& config, const ShareKey& shares);

  struct Author {
    core::Subject by = {};
    core::Subject second = {};
    CommandId cmd = {};
  };

  struct PeerOddity {
    AuthorityId peer;
    EntryHash entry;
    Oddity what;
  };

  /// `version` is that of the charter under which the author wrote it.
  void fold(const LogName& log, const Entry& entry, const EntryHash& hash, std::optional<std::int64_t> version,
            std::vector<Oddity>* odd);
  [[nodiscard]] std::shared_ptr<const Result<Entry>> read_line(std::string_view line, const EntryHash& hash) const;
  void fold_peer(const LogName& log, std::string_view line, const EntryHash& hash, const Result<Entry>& entry,
                 std::vector<PeerOddity>* odd);
  [[nodiscard]] static std::optional<Oddity> misplaced(const LogName& log, const Body& body);
  void follow_control();
  [[nodiscard]] static Result<Origins> origins_of(std::span<const core::Charter> former,
                                                  std::span<const core::Charter> versions);
  [[nodiscard]] Status follow_charter(const LogName& log, const Body& body);
  [[nodiscard]] Status load_pending(const CharterAdopted& adopted);
  [[nodiscard]] Result<Version> load_version(const log::Hash& text, std::int64_t version) const;
  [[nodiscard]] bool comes_back(const ZoneId& id) const;
  [[nodiscard]] Status check_windows_end(const core::Charter& next) const;
  [[nodiscard]] Status check_leases_end(const core::Charter& next, UtcMs now) const;
  [[nodiscard]] Status check_own_end(const core::Charter& next, UtcMs now) const;
  void lapse_holds_beyond(const core::Charter& next, UtcMs now, Batch& batch);
  bool keep_for_later(const LogName& log, const Entry& entry, std::string_view line, std::vector<Oddity>& odd);
  void read_again(std::vector<PeerOddity>* odd);
  [[nodiscard]] Result<EntryHash> adopt_charter(const AdoptCharter& act, const ActCommand& command, UtcMs now,
                                                Batch& batch);
  [[nodiscard]] std::optional<TrafficChange> ending_leg(const Body& body) const;
  void follow_traffic(const Said& said, const std::optional<TrafficChange>& ending);
  [[nodiscard]] Status may_activate(const core::Action& action) const;
  void note_unshown(const AuthorityId& of, const std::vector<HoldDesk::Known>& what);
  void note_change(const std::optional<TrafficChange>& change);
  [[nodiscard]] Status read_state(std::string_view text);
  void remember(const LogName& log, const Entry& entry);

  static void fit_text(Body& body);
  EntryHash say(Body body, const Author& author, UtcMs now, Batch& batch);
  void anchor(const LogName& log, UtcMs now, Batch& batch);
  EntryHash append_own(const LogName& log, Body body, const Author& author, UtcMs now, Batch& batch);
  void say_due(UtcMs now, Batch& batch);
  [[nodiscard]] std::optional<Body> next_body(UtcMs now);
  void note_anomalies(std::vector<PeerOddity> odd, UtcMs now, Batch& batch);
  void touch_expired(std::string_view line);
  void note_skew(const LogName& log, const PeerLog& peer, UtcMs now, Batch& batch);

  [[nodiscard]] Result<EntryHash> perform(const ActCommand& command, UtcMs now, Batch& batch);
  [[nodiscard]] Result<Body> step(const StepFlight& step) const;
  /// What this authority has given itself in a zone, as far as `concerns` says so of its window.
  struct OwnTraffic {
    std::vector<std::string> names;  ///< The first few.
    std::size_t total = 0;
    UtcMs last = kUtcMin;  ///< When the last of it ends.
  };
  [[nodiscard]] Result<OwnTraffic> own_traffic(const ZoneId& zone, UtcMs now,
                                               const std::function<bool(const geo::TimeWindow&)>& concerns) const;
  [[nodiscard]] Status nothing_of_ours(const ZoneId& zone, std::optional<UtcMs> until, UtcMs now) const;
  [[nodiscard]] Result<EntryHash> close_zone(
      const ZoneId& zone, const ActCommand& command, UtcMs now, Batch& batch,
      const std::function<Result<ClosingPlan>(std::vector<AdoptedWindow>)>& make);

  core::Machine machine_;
  Origins origins_;
  const OfficerPolicy officers_;
  core::CharterTexts texts_;
  LineReader read_line_;
  std::unique_ptr<CharterAdoptions> adoptions_;
  /// What `adoptions_` has pending, behind the versions that it goes through; not state, follows from it.
  std::vector<Version> pending_;
  std::vector<std::string> bodies_;  ///< Of the act under way.
  std::unique_ptr<Relations> relations_;
  std::unique_ptr<TalkDesk> talks_;
  std::unique_ptr<ZoneControl> control_;
  std::unique_ptr<MachineAirspace> airspace_;
  std::unique_ptr<LegDesk> legs_;
  std::unique_ptr<FlightDesk> flights_;
  std::unique_ptr<HoldDesk> held_;
  std::unique_ptr<CoalitionTraffic> traffic_;
  std::unique_ptr<CaveatDesk> caveats_;
  std::unique_ptr<CaveatWatch> watch_;
  std::unique_ptr<IncidentDesk> incidents_;
  std::unique_ptr<ReportDesk> reports_;
  std::unique_ptr<MachineOwnUse> own_use_;
  std::unique_ptr<ShowDesk> shown_;

  /// Of members that have gone on to a later version: what they have said of relations and zones, which may speak of
  /// what this node does not know yet. It is read again when that version is in force here.
  struct Ahead {
    LogName log;
    std::string line;          ///< Empty: from here on there was no room for more of this author.
    std::int64_t version = 0;  ///< Under which it was written.
  };
  std::vector<Ahead> ahead_;
  core::CommandMemory acts_;
  std::map<LogName, PeerLog> peer_logs_;
  std::map<LogName, std::map<LogName, std::uint64_t>> anchored_;  ///< Per own log: sizes that its last anchor quoted.
  std::map<AuthorityId, UtcMs> skew_noted_;                       ///< When a peer's clock was last complained about.
  std::uint64_t control_revision_ = 0;
  bool machine_fault_ = false;  ///< The clock fault in force was observed, not declared.
  bool coordinated_ = false;
};

}  // namespace tansiq::coordination
