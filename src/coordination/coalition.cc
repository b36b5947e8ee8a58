#include "coordination/coalition.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/foreign_text.h"
#include "base/invariant.h"
#include "base/limits.h"
#include "coordination/plant.h"

namespace tansiq::coordination {
namespace {

/// A peer's clock that is ahead is complained about this often.
constexpr DurationMs kSkewRepeatMs = 3'600'000;
constexpr std::string_view kClockSkew = "clock-skew";
constexpr std::string_view kRecovered = "node-recovered";

}  // namespace

Result<std::unique_ptr<Coalition>> Coalition::make(CoalitionConfig config) {
  const ShareKey shares = ShareKey::derive(config.machine.ovn_secret);
  core::CharterTexts texts = config.machine.texts;
  core::Machine machine = TRY(core::Machine::make(std::move(config.machine)));
  Origins origins = TRY(origins_of(config.former, machine.versions()));
  std::unique_ptr<Coalition> out(new Coalition(std::move(machine), std::move(origins), config, shares));
  out->texts_ = std::move(texts);
  return out;
}

Result<Origins> Coalition::origins_of(std::span<const core::Charter> former, std::span<const core::Charter> versions) {
  Origins origins;
  for (const core::Charter& charter : former) TRY_VOID(origins.adopt(charter));
  for (const core::Charter& charter : versions) TRY_VOID(origins.adopt(charter));
  return origins;
}

/// `config.machine` has become `machine`.
Coalition::Coalition(core::Machine machine, Origins origins, const CoalitionConfig& config, const ShareKey& shares)
    : machine_(std::move(machine)),
      origins_(std::move(origins)),
      officers_(config.officers),
      read_line_(config.read_line) {
  const std::span<const core::Charter> former = config.former;
  const core::Charter& charter = machine_.charter();
  const std::vector<core::Charter>& versions = machine_.versions();
  const core::Charter& first = former.empty() ? versions.front() : former.front();
  adoptions_ = std::make_unique<CharterAdoptions>(self(), versions.front());
  // Epoch 0 of a zone belongs to its first owner.
  control_ = std::make_unique<ZoneControl>(self(), first, first.timing);
  control_->ask_adoptions([this](const AuthorityId& who) { return adoptions_->adopted_by(who); });
  relations_ = std::make_unique<Relations>(self(), charter);
  for (const std::span<const core::Charter> list : {former, std::span(versions)}) {
    for (const core::Charter& of : list) {
      control_->adopt(of);
      relations_->note_members(of);
    }
  }
  talks_ = std::make_unique<TalkDesk>(self(), charter, *relations_, config.talks);
  airspace_ = std::make_unique<MachineAirspace>(machine_, *relations_);
  legs_ = std::make_unique<LegDesk>(self(), charter, charter.timing, *relations_, *control_, *airspace_, config.quota,
                                    machine_.text_hash());
  flights_ = std::make_unique<FlightDesk>(self(), charter, charter.timing, *relations_, *control_);
  flights_->watch_boundaries(machine_.zones());
  held_ = std::make_unique<HoldDesk>(self(), charter, *relations_);
  traffic_ = std::make_unique<CoalitionTraffic>(machine_, *legs_, *flights_, *held_);
  caveats_ = std::make_unique<CaveatDesk>(self(), charter, *relations_, *traffic_, *traffic_);
  watch_ = std::make_unique<CaveatWatch>(self(), *relations_, *traffic_, *traffic_);
  incidents_ = std::make_unique<IncidentDesk>(self(), charter);
  reports_ = std::make_unique<ReportDesk>(self(), charter);
  own_use_ = std::make_unique<MachineOwnUse>(machine_, *flights_, *reports_);
  shown_ = std::make_unique<ShowDesk>(self(), charter, shares, *relations_, *own_use_);
}

Coalition::~Coalition() = default;

// The fold ------------------------------------------------------------------------------------------------------------

void Coalition::fold(const LogName& log, const Entry& entry, const EntryHash& hash, std::optional<std::int64_t> version,
                     std::vector<Oddity>* odd) {
  coordinated_ = true;
  const auto note = [&](std::optional<Oddity> oddity) {
    if (oddity && odd != nullptr) odd->push_back(std::move(*oddity));
  };
  if (auto wrong = misplaced(log, entry.body)) return note(std::move(wrong));
  const Said said{log.author, hash, entry.time, entry.body, entry.by, machine_.last_time()};
  note(adoptions_->apply(said));
  note(relations_->apply(said, version.value_or(adoptions_->version_of(log.author))));
  note(talks_->apply(said));
  note(control_->apply(said));
  for (const Adoption& adoption : control_->take_adoptions()) {
    for (const AdoptedWindow& window : adoption.windows) legs_->adopt(adoption.zone, window);
  }
  follow_control();
  const std::optional<TrafficChange> ending = ending_leg(entry.body);
  note(legs_->apply(said));
  note(flights_->apply(said));
  note(caveats_->apply(said));
  note(watch_->apply(said));
  follow_traffic(said, ending);
  note(incidents_->apply(said));
  note(reports_->apply(said));
  note(shown_->apply(said));
  note(held_->apply(said));
  if (log.author == self()) remember(log, entry);
}

/// An entry that stands in a log for which it was not meant would be known to others than it seems.
std::optional<Oddity> Coalition::misplaced(const LogName& log, const Body& body) {
  if (log_of(log.author, addressee_of(body)) == log) return {};
  return Oddity{fmt::format("an entry of type {} does not belong in this log", type_name(body)), true};
}

void Coalition::follow_control() {
  if (std::exchange(control_revision_, control_->revision()) == control_->revision()) return;
  const auto zones = static_cast<core::ZoneNumber>(machine_.zones().size());
  for (core::ZoneNumber number = 0; number < zones; ++number) {
    const core::Zone& zone = machine_.zones()[number];
    if (machine_.zones().retired(number) || !has_sequencer(zone)) continue;
    // Nobody decides in a halted zone, the owner neither; nor a tenant that has not taken up its lease, and with it the
    // windows that were granted before.
    AuthorityId who = control_->sequencer(zone.id).value_or(AuthorityId());
    if (who == self() && (!control_->keeps(zone.id) || !control_->awaited(zone.id).empty())) who = AuthorityId();
    machine_.set_sequencer(
        number, who,
        {control_->grants_begin(zone.id).value_or(kUtcMin), control_->grants_end(zone.id).value_or(kUtcMax)});
  }
}

/// The leg that an entry ends, before it does: what has long run out is forgotten as it ends.
std::optional<TrafficChange> Coalition::ending_leg(const Body& body) const {
  if (!caveats_->follows() && !watch_->follows()) return {};
  std::optional<TrafficChange> out;
  if (const auto* lapsed = std::get_if<LegLapsed>(&body)) out = traffic_->of_leg(lapsed->request);
  if (const auto* closed = std::get_if<LegClosed>(&body)) out = traffic_->of_leg(closed->request);
  if (out) out->volumes.clear();
  return out;
}

/// Tells whose plans an entry may have changed: to who shows them, and to the two sides of caveats.
void Coalition::follow_traffic(const Said& said, const std::optional<TrafficChange>& ending) {
  std::map<FlightId, std::optional<std::string>> touched;
  for (const FlightId& flight : flights_->take_touched()) {
    shown_->touch(source_of(flight));
    touched[flight] = traffic_->touch(flight);
  }
  // Who looks at everything, as after a replay, is told nothing of the rest.
  if (!caveats_->follows() && !watch_->follows()) return;
  for (auto& [flight, was] : touched) note_change(traffic_->of_flight(flight, std::move(was)));
  std::visit(
      [&]<class T>(const T& body) {
        if constexpr (std::is_same_v<T, LegNotice>) {
          note_change(TrafficChange{.party = {.home = said.author, .flight = body.flight, .intent = {}, .request = {}},
                                    .domain = body.domain,
                                    .manager = core::Subject::trusted(said.author.str()),
                                    .principal = {},
                                    .volumes = body.volumes});
        } else if constexpr (std::is_same_v<T, LegHold> || std::is_same_v<T, LegLapsed> ||
                             std::is_same_v<T, LegClosed>) {
          // Space is booked, or comes free.
          const std::optional<TrafficChange> leg = traffic_->of_leg(body.request);
          note_change(leg ? leg : ending);
        } else if constexpr (std::is_same_v<T, ShareEnded>) {
          note_unshown(said.author, held_->known(said.author, body.share));
        } else if constexpr (std::is_same_v<T, ShareRevoked>) {
          note_unshown(said.author, held_->known(said.author, body.bodies));
        } else if constexpr (std::is_same_v<T, ShareShown>) {
          // What it was before stands no more, even where the new version is not here yet, or elsewhere.
          if (body.to != self()) return;
          std::vector<HoldDesk::Known> before = held_->known(said.author, body.share);
          std::erase_if(before, [&](const HoldDesk::Known& known) { return known.body == body.body; });
          if (!before.empty()) note_unshown(said.author, before);
        } else if constexpr (T::kType.starts_with("zone.")) {
          // Windows have gone over to another sequencer, or have come.
          caveats_->changed_all();
          watch_->changed_all();
        }
      },
      said.body);
}

Status Coalition::learn_body(std::string_view bytes) {
  TRY_VOID(held_->learn(bytes));
  const ShareContent* shown = held_->content(log::sha256(bytes));
  if (shown == nullptr || shown->report) return {};
  note_change(TrafficChange{.party = {.home = shown->from, .flight = {}, .intent = {}, .request = {}},
                            .domain = use_domain(shown->domain),
                            .manager = core::Subject::trusted(shown->from.str()),
                            .principal = {},
                            .volumes = shown->volumes,
                            .gone = std::vector<std::string>()});
  return {};
}

/// Something that an authority has shown does not stand any more when the entry at hand has been applied.
void Coalition::note_unshown(const AuthorityId& of, const std::vector<HoldDesk::Known>& what) {
  std::vector<std::string> gone;
  for (const HoldDesk::Known& known : what) gone.push_back(traffic_->name_of_share(known));
  for (const core::Domain domain : {core::Domain::kAir, core::Domain::kSea}) {
    note_change(TrafficChange{.party = {.home = of, .flight = {}, .intent = {}, .request = {}},
                              .domain = domain,
                              .manager = core::Subject::trusted(of.str()),
                              .principal = {},
                              .volumes = {},
                              .gone = gone});
  }
}

void Coalition::note_change(const std::optional<TrafficChange>& change) {
  if (!change) return;
  caveats_->changed(*change);
  watch_->changed(*change);
}

void Coalition::remember(const LogName& log, const Entry& entry) {
  const auto quote = [&](const std::vector<SeenLog>& seen) {
    for (const SeenLog& one : seen) {
      if (const auto name = origins_.log(one.origin)) anchored_[log][*name] = one.size;
    }
  };
  if (const auto* anchor = std::get_if<MembersAnchor>(&entry.body)) quote(anchor->seen);
  if (const auto* anchor = std::get_if<PairAnchor>(&entry.body)) quote(anchor->seen);
  if (const auto* alarm = std::get_if<Alarm>(&entry.body); alarm != nullptr && alarm->kind == kClockSkew) {
    skew_noted_[AuthorityId::trusted(alarm->text.substr(0, alarm->text.find(' ')))] = entry.time;
  }
  if (const auto* clock = std::get_if<ClockFault>(&entry.body)) machine_fault_ = clock->fault && entry.by.empty();
  if (entry.cmd.empty()) return;
  const core::ShortHash key = core::command_key(entry.by, entry.cmd);
  if (acts_.find(key) == nullptr) acts_.add({.time = entry.time, .seq = entry.seq, .key = key, .content = {}});
  acts_.forget(entry.time - kCommandMemoryMs, kCommandMemoryMax);
}

// Replay --------------------------------------------------------------------------------------------------------------

Status Coalition::apply(const LogName& log, std::string_view line) {
  if (log.author == self() && !is_coordination_line(line)) return machine_.apply(line);
  return apply(log, line, hash_of(line));
}

Status Coalition::apply(const LogName& log, std::string_view line, const EntryHash& hash) {
  if (log.author != self()) {
    fold_peer(log, line, hash, *read_line(line, hash), nullptr);
    return {};
  }
  if (!is_coordination_line(line)) return machine_.apply(line);
  const auto read = read_line(line, hash);
  const Result<Entry>& entry = *read;
  if (!entry) return std::unexpected(inside(entry.error(), fmt::format("entry {}", next_seq())));
  TRY_VOID(take_place(entry->seq, entry->time));
  if (auto followed = follow_charter(log, entry->body); !followed) {
    return std::unexpected(inside(std::move(followed).error(), fmt::format("entry {}", entry->seq)));
  }
  fold(log, *entry, hash, {}, nullptr);
  if (std::holds_alternative<CharterInForce>(entry->body)) read_again(nullptr);
  return {};
}

Status Coalition::take_place(std::uint64_t seq, UtcMs time) {
  if (seq != next_seq()) {
    return fail(ErrorCode::kCorrupt, fmt::format("expected sequence number {}", next_seq()),
                fmt::format("entry {}", seq));
  }
  if (time < machine_.last_time()) {
    return fail(ErrorCode::kCorrupt, "log time goes back", fmt::format("entry {}", seq));
  }
  machine_.skip_to(seq + 1, time);
  return {};
}

Status Coalition::apply_core(core::Entry entry, std::string_view line) {
  return machine_.apply(std::move(entry), line);
}

void Coalition::note_head(const LogName& log, std::uint64_t size, const EntryHash& root) {
  PeerLog& peer = peer_logs_[log];
  peer.size = size;
  peer.root = root;
}

std::shared_ptr<const Result<Entry>> Coalition::read_line(std::string_view line, const EntryHash& hash) const {
  return read_line_ ? read_line_(line, hash) : std::make_shared<const Result<Entry>>(read_entry(line));
}

/// What a peer has said. Whatever it is, it has its place in the local order and never fails.
void Coalition::fold_peer(const LogName& log, std::string_view line, const EntryHash& hash, const Result<Entry>& entry,
                          std::vector<PeerOddity>* odd) {
  machine_.skip_to(next_seq() + 1, kUtcMin);
  PeerLog& peer = peer_logs_[log];
  ++peer.size;
  coordinated_ = true;
  std::vector<Oddity> found;
  if (entry) {
    if (odd != nullptr || !planted(Plant::kLiveOnlyState)) peer.last_time = std::max(peer.last_time, entry->time);
    fold(log, *entry, hash, {}, &found);
    keep_for_later(log, *entry, line, found);
  } else if (entry.error().code != ErrorCode::kUnsupported || is_coordination_line(line)) {
    found.push_back({fmt::format("cannot be read: {}", foreign_text(entry.error().text(), kReasonBytesMax)), false});
  }
  if (odd == nullptr) return;
  for (Oddity& oddity : found) odd->push_back({log.author, hash, std::move(oddity)});
}

// Live ----------------------------------------------------------------------------------------------------------------

void Coalition::found(UtcMs now, Batch& batch) {
  core::Outcome genesis = machine_.found(now);
  batch.push_back({{self(), LogName::Kind::kMain, {}}, genesis.seq, std::move(genesis.entry)});
}

Result<core::Outcome> Coalition::execute(core::Command command, UtcMs now, Batch& batch) {
  const auto intent = std::visit(
      []<class T>(const T& action) -> std::optional<IntentId> {
        if constexpr (requires { action.intent; }) return action.intent;
        return {};
      },
      command.action);
  const bool careful = !caveats_->caveats().empty() || !watch_->deposits().empty();
  if (careful) TRY_VOID(may_activate(command.action));
  core::Outcome outcome = TRY(machine_.execute(std::move(command), now));
  if (intent && careful) note_change(traffic_->of_intent(*intent));
  if (intent && !outcome.repeated) shown_->touch(source_of(*intent));
  if (!outcome.repeated) {
    batch.push_back({{self(), LogName::Kind::kMain, {}}, outcome.seq, std::move(outcome.entry)});
  }
  return outcome;
}

bool Coalition::begin_reading(const AuthorityId& author, UtcMs now, Batch& batch) {
  if (!is_member(author)) return false;
  say_due(now, batch);
  return is_member(author);
}

HeardLine HeardLine::decode(std::string line) {
  auto entry = std::make_shared<const Result<Entry>>(read_entry(line));
  const EntryHash hash = hash_of(line);
  return {std::move(line), hash, std::move(entry)};
}

void Coalition::read(const LogName& log, std::span<const std::string> lines, std::uint64_t size, const EntryHash& root,
                     UtcMs now, Batch& batch) {
  std::vector<HeardLine> heard;
  heard.reserve(lines.size());
  for (const std::string& line : lines) {
    const EntryHash hash = hash_of(line);
    heard.push_back({line, hash, read_line(line, hash)});
  }
  read(log, std::move(heard), size, root, now, batch);
}

void Coalition::read(const LogName& log, std::vector<HeardLine> lines, std::uint64_t size, const EntryHash& root,
                     UtcMs now, Batch& batch) {
  EXPECT_INVARIANT(is_member(log.author));
  std::vector<PeerOddity> odd;
  for (HeardLine& line : lines) {
    batch.push_back({log, next_seq(), std::move(line.line)});
    fold_peer(log, batch.back().line, line.hash, *line.entry, &odd);
  }
  talks_->heard_from(log.author, now);
  PeerLog& peer = peer_logs_[log];
  EXPECT_INVARIANT(peer.size == size);
  peer.root = root;
  note_anomalies(std::move(odd), now, batch);
  note_skew(log, peer, now, batch);
  say_due(now, batch);
}

void Coalition::note_anomalies(std::vector<PeerOddity> odd, UtcMs now, Batch& batch) {
  for (std::size_t i = 0; i < odd.size() && i < kAnomaliesPerReadMax; ++i) {
    std::string text = std::move(odd[i].what.text);
    if (i + 1 == kAnomaliesPerReadMax && i + 1 < odd.size()) text += fmt::format("; and {} more", odd.size() - i - 1);
    say(Anomaly{.alarm = odd[i].what.alarm, .entry = odd[i].entry, .peer = odd[i].peer, .text = std::move(text)}, {},
        now, batch);
  }
}

/// A peer's log time beyond our clock by more than both clocks' errors: one of the two is wrong beyond the bound.
void Coalition::note_skew(const LogName& log, const PeerLog& peer, UtcMs now, Batch& batch) {
  const DurationMs ahead = peer.last_time - now;
  if (ahead <= 2 * machine_.charter().timing.clock_error_ms) return;
  const auto noted = skew_noted_.find(log.author);
  if (noted != skew_noted_.end() && now < noted->second + kSkewRepeatMs) return;
  say(Alarm{.about = peer.root,
            .kind = std::string(kClockSkew),
            .text = fmt::format("{} has written at {}, {} ahead of the clock here: one of the two is wrong",
                                log.author.str(), format_utc(peer.last_time), format_duration(ahead))},
      {}, now, batch);
}

void Coalition::accuse(const AuthorityId& peer, const std::string& origin, const log::Hash& evidence, UtcMs now,
                       Batch& batch) {
  say(Equivocation{.evidence = evidence, .origin = origin, .peer = peer}, {}, now, batch);
}

void Coalition::recovered(NodeRecovered what, const core::Subject& by, const core::Subject& second, UtcMs now,
                          Batch& batch) {
  // Who is alone has no log of members.
  if (machine_.charter().authorities.size() < 2) {
    say(Alarm{.about = {}, .kind = std::string(kRecovered), .text = std::move(what.text)}, {.by = by, .second = second},
        now, batch);
    return;
  }
  say(std::move(what), {.by = by, .second = second}, now, batch);
}

void Coalition::judge_clock(bool fit, std::string text, UtcMs now, Batch& batch) {
  const bool fault = control_->clock_fault();
  if (fit ? !fault || !machine_fault_ : fault) return;
  say(ClockFault{.fault = !fit, .text = std::move(text)}, {}, now, batch);
  say_due(now, batch);
}

void Coalition::tick(UtcMs now, Batch& batch) {
  for (std::size_t i = 0; i < kSaidPerCallMax; ++i) {
    std::optional<core::Outcome> outcome = machine_.tick(now);
    if (!outcome) break;
    touch_expired(outcome->entry);
    batch.push_back({{self(), LogName::Kind::kMain, {}}, outcome->seq, std::move(outcome->entry)});
    caveats_->changed_all();
    watch_->changed_all();
  }
  say_due(now, batch);
}

std::optional<UtcMs> Coalition::next_tick() const {
  std::optional<UtcMs> first = machine_.next_tick();
  for (const auto& other : {adoptions_->next_timer(), legs_->next_timer(), flights_->next_timer(),
                            control_->next_timer(), caveats_->next_timer(), watch_->next_timer(), held_->next_timer(),
                            reports_->next_timer(), shown_->next_timer(), talks_->next_timer()}) {
    if (other && (!first || *other < *first)) first = other;
  }
  return first;
}

std::optional<Body> Coalition::next_body(UtcMs now) {
  const UtcMs time = std::max(now, machine_.last_time());
  if (auto body = adoptions_->next(time)) return body;
  if (auto body = talks_->next(time)) return body;
  // Before the legs: what a leg meets is told before it is confirmed.
  if (auto body = watch_->next(time)) return body;
  if (auto body = caveats_->next(time)) return body;
  if (auto body = legs_->next(time)) return body;
  if (auto body = flights_->next(time)) return body;
  if (auto body = control_->next(time)) return body;
  if (auto body = held_->next(time)) return body;
  // Before what is shown: what has expired is taken back in the same breath.
  if (auto body = reports_->next(time)) return body;
  return shown_->next(time);
}

void Coalition::touch_expired(std::string_view line) {
  const auto entry = core::read_entry(line);
  if (!entry || entry->type != core::EntryType::kIntentExpired) return;
  for (const core::Expired& expired : entry->expired) shown_->touch(source_of(IntentId::trusted(expired.id)));
}

std::vector<EntryHash> Coalition::take_doomed_bodies() {
  std::vector<EntryHash> out = held_->take_doomed();
  for (const EntryHash& own : shown_->take_expired()) out.push_back(own);
  return out;
}

bool Coalition::may_destroy_body(const EntryHash& body, std::string_view bytes) const {
  const HeldShare* held = held_->row(body);
  if (held == nullptr) return true;  // Of ours.
  const auto content = open_share(body, bytes);
  return content && content->from == held->from;
}

void Coalition::body_destroyed(const EntryHash& body, UtcMs now, Batch& batch) {
  std::vector<Body> of_held = held_->destroyed(body);
  if (!of_held.empty()) {
    for (Body& one : of_held) say(std::move(one), {}, now, batch);
  } else if (shown_->versions().contains(body)) {
    say(ShareDestroyed{.body = body, .to = self()}, {}, now, batch);
  }
}

bool Coalition::may_serve_body(const EntryHash& body, const AuthorityId& peer) const {
  // The version that was adopted here is for every member to read, as the entry that quotes it is.
  const auto& adopted = adoptions_->own();
  if (adopted && adopted->note_sha256 == body) return true;
  return shown_->may_serve(body, peer) || held_->may_serve(body, peer) || talks_->may_serve(body, peer);
}

/// What the node says by itself may quote others at any length: it is cut to what can be read again. An entry that
/// cannot would keep the node from starting.
void Coalition::fit_text(Body& body) {
  constexpr std::size_t kEllipsisBytes = 3;
  std::visit(
      []<class T>(T& of) {
        if constexpr (requires { requires std::is_same_v<decltype(of.text), std::string>; }) {
          of.text = foreign_text(of.text, core::kTextBytesMax - kEllipsisBytes);
        }
      },
      body);
}

void Coalition::say_due(UtcMs now, Batch& batch) {
  for (std::size_t said = 0; said < kSaidPerCallMax; ++said) {
    std::optional<Body> body = next_body(now);
    if (!body) return;
    say(std::move(*body), {}, now, batch);
  }
}

EntryHash Coalition::say(Body body, const Author& author, UtcMs now, Batch& batch) {
  if (author.by.empty()) fit_text(body);
  LogName log = log_of(self(), addressee_of(body));
  const auto together = [&](const core::Charter& version) {
    return version.find_authority(log.reader) != nullptr && version.find_authority(self()) != nullptr;
  };
  if (log.kind == LogName::Kind::kPair && !std::ranges::any_of(machine_.versions(), together)) {
    // A window may come over with a zone whose home had left before this authority joined. There is no log between the
    // two, and nobody to tell: what ends the window stands in the own record.
    std::visit(
        [&]<class T>(T& of) {
          if constexpr (requires { requires std::is_same_v<decltype(of.to), AuthorityId>; }) of.to = self();
        },
        body);
    log = log_of(self(), addressee_of(body));
  }
  anchor(log, now, batch);
  return append_own(log, std::move(body), author, now, batch);
}

/// Before something is said to others: which of their logs had been seen.
void Coalition::anchor(const LogName& log, UtcMs now, Batch& batch) {
  if (log.kind == LogName::Kind::kMain) return;
  std::vector<SeenLog> seen;
  const auto& before = anchored_[log];
  for (const auto& [name, peer] : peer_logs_) {
    // What this audience may know to exist: logs for all, and in a pair's log the other's for us.
    const bool theirs = log.kind == LogName::Kind::kPair && name.author == log.reader;
    if ((name.kind != LogName::Kind::kMembers && !theirs) || !is_member(name.author)) continue;
    const auto at = before.find(name);
    if (peer.root == EntryHash{} || (at != before.end() && at->second >= peer.size)) continue;
    seen.push_back({.origin = origins_.origin(name), .root = peer.root, .size = peer.size});
  }
  if (seen.empty()) return;
  if (log.kind == LogName::Kind::kMembers) {
    append_own(log, MembersAnchor{.seen = std::move(seen)}, {}, now, batch);
  } else {
    append_own(log, PairAnchor{.seen = std::move(seen), .to = log.reader}, {}, now, batch);
  }
}

EntryHash Coalition::append_own(const LogName& log, Body body, const Author& author, UtcMs now, Batch& batch) {
  Entry entry{.seq = next_seq(),
              .time = std::max(now, machine_.last_time()),
              .by = author.by,
              .second = author.second,
              .cmd = author.cmd,
              .body = std::move(body)};
  auto line = write_entry(entry);
  EXPECT_INVARIANT(line.has_value());
  const EntryHash hash = hash_of(*line);
  const Status followed = follow_charter(log, entry.body);
  EXPECT_INVARIANT(followed.has_value());
  machine_.skip_to(entry.seq + 1, entry.time);
  fold(log, entry, hash, {}, nullptr);
  batch.push_back({log, entry.seq, std::move(*line)});
  if (std::holds_alternative<CharterInForce>(entry.body)) {
    std::vector<PeerOddity> odd;
    read_again(&odd);
    note_anomalies(std::move(odd), now, batch);
  }
  return hash;
}

}  // namespace tansiq::coordination
