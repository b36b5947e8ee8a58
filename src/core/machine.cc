#include "core/machine.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/invariant.h"
#include "core/machine_impl.h"
#include "core/snapshot.h"
#include "log/sha256.h"

namespace tansiq::core {
namespace {

/// The request as the record has it. What does not fit there is not looked at any further.
Status write_bounded(const Action& action, std::string& request) {
  request.clear();
  log::JcsWriter writer(request);
  TRY_VOID(check_writable(action));
  write_request(writer, action);
  if (request.size() <= kRequestEntryBytesMax) return {};
  return fail(ErrorCode::kTooLarge,
              fmt::format("the request takes {} bytes in the record, but at most {} fit: simplify the outlines or "
                          "split the intent",
                          request.size(), kRequestEntryBytesMax));
}

}  // namespace

Machine::Machine(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Machine::Machine(Machine&&) noexcept = default;
Machine& Machine::operator=(Machine&&) noexcept = default;
Machine::~Machine() = default;

Result<Machine> Machine::make(MachineConfig config) {
  if (!config.charter.find_authority(config.self)) {
    return fail(ErrorCode::kInvalid,
                fmt::format("\"{}\" is not an authority of charter \"{}\"", config.self.str(), config.charter.id));
  }
  if (config.charter_text.empty()) config.charter_text = core::charter_text(config.charter);
  auto zones = ZoneTable::make(config.charter);
  if (!zones) return std::unexpected(std::move(zones).error());
  return Machine(std::make_unique<Impl>(std::move(config), std::move(*zones)));
}

Genesis Machine::Impl::genesis_of(const MachineConfig& config) {
  return {.authority = config.self,
          .charter_id = config.charter.id,
          .charter_version = config.charter.version,
          .charter_sha256 = charter_hash(config.charter_text),
          .data_mode = config.charter.data_mode};
}

void Machine::Impl::must_settle() {
  if (state.settled()) [[likely]]
    return;
  const Status settled = state.settle();
  EXPECT_INVARIANT(settled.has_value());
}

Outcome Machine::Impl::commit(Entry entry, std::string_view request, std::vector<geo::PreparedVolume>* prepared) {
  Outcome outcome{.seq = entry.seq, .entry = {}, .type = entry.type, .decision = {}};
  outcome.entry.reserve(request.size() + 512);
  write_entry(outcome.entry, entry, request);
  const Status applied = state.apply(entry, request, prepared);
  EXPECT_INVARIANT(applied.has_value());
  outcome.decision = std::move(entry.decision);
  return outcome;
}

Outcome Machine::found(UtcMs now) {
  EXPECT_INVARIANT(impl_->state.next_seq() == 0);
  Entry entry;
  entry.type = EntryType::kGenesis;
  entry.time = std::max(now, kUtcMin);
  entry.genesis = impl_->genesis;
  return impl_->commit(std::move(entry), {}, nullptr);
}

Result<Outcome> Machine::execute(Command command, UtcMs now) {
  EXPECT_INVARIANT(impl_->state.next_seq() > 0);
  if (const Status named = check_id(command.id.str(), CommandTag::kKind); !named) {
    return fail(named.error().code, named.error().message, "command id");
  }
  if (const auto by = Subject::parse(command.by.subject.str()); !by) return std::unexpected(by.error());
  std::string& request = impl_->scratch;
  TRY_VOID(write_bounded(command.action, request));
  State& state = impl_->state;
  if (const auto* before = state.commands().find(command_key(command.by.subject, command.id))) {
    if (before->content != command_content(request)) {
      return fail(ErrorCode::kConflict, fmt::format("command id \"{}\" was used for another request", command.id.str()),
                  "command id");
    }
    return Outcome{.repeated = true, .seq = before->seq, .entry = {}, .decision = {}};
  }
  impl_->must_settle();
  const UtcMs time = std::max(now, state.last_time());
  Plan plan = TRY(Decider(state, impl_->config.self, impl_->ovn).plan(command, time));
  Entry entry;
  entry.type = type_of(command.action, plan.decision);
  entry.seq = state.next_seq();
  entry.time = time;
  entry.acts_for = state.acts_for(command.action, command.by.subject);
  entry.by = std::move(command.by.subject);
  entry.cmd = std::move(command.id);
  entry.request = std::move(command.action);
  entry.decision = std::move(plan.decision);
  return impl_->commit(std::move(entry), request, &plan.prepared);
}

Result<Decision> Machine::preview(const Command& command, UtcMs now) const {
  impl_->must_settle();
  std::string request;
  TRY_VOID(write_bounded(command.action, request));
  const UtcMs time = std::max(now, impl_->state.last_time());
  Plan plan = TRY(Decider(impl_->state, impl_->config.self, impl_->ovn).plan(command, time));
  return std::move(plan.decision);
}

std::optional<Outcome> Machine::tick(UtcMs now) {
  State& state = impl_->state;
  const UtcMs time = std::max(now, state.last_time());
  Entry entry;
  entry.seq = state.next_seq();
  entry.time = time;
  entry.type = EntryType::kIntentExpired;
  entry.expired = state.due_intents(time);
  if (entry.expired.empty()) {
    entry.type = EntryType::kMeasureExpired;
    entry.expired = state.due_measures(time);
  }
  if (entry.expired.empty()) return std::nullopt;
  return impl_->commit(std::move(entry), {}, nullptr);
}

std::optional<UtcMs> Machine::next_tick() const { return impl_->state.next_expiry(); }

Status Machine::apply(std::string_view line) {
  auto entry = read_entry(line);
  if (!entry) {
    return std::unexpected(inside(std::move(entry).error(), fmt::format("entry {}", impl_->state.next_seq())));
  }
  return apply(std::move(*entry), line);
}

Status Machine::apply(Entry entry, std::string_view line) {
  if (entry.type == EntryType::kGenesis && entry.genesis != impl_->genesis) {
    const Genesis& is = entry.genesis;
    return fail(ErrorCode::kInvalid,
                fmt::format("this log was begun by {} under charter \"{}\" version {} ({}), which is not the charter "
                            "in force here",
                            is.authority.str(), is.charter_id, is.charter_version, is.charter_sha256.substr(0, 16)),
                "entry 0");
  }
  return impl_->state.apply(entry, request_bytes(line), nullptr);
}

Result<LegAnswer> Machine::judge_leg(const LegQuestion& question, UtcMs now) const {
  impl_->must_settle();
  return Decider(impl_->state, impl_->config.self, impl_->ovn).judge_leg(question, std::max(now, last_time()));
}

void Machine::book(BookingRequest request) {
  std::vector<geo::PreparedVolume> prepared = std::exchange(request.prepared, {});
  impl_->state.book(std::move(request), prepared.empty() ? nullptr : &prepared);
}
void Machine::confirm_booking(const IntentId& id) { impl_->state.confirm_booking(id); }
void Machine::release_booking(const IntentId& id) { impl_->state.release_booking(id); }
std::vector<const Intent*> Machine::bookings(ZoneNumber zone) const {
  std::vector<const Intent*> out;
  impl_->state.bookings().for_each([&](const Intent& intent) {
    if (!intent.zones.empty() && intent.zones.front().front() == zone) out.push_back(&intent);
  });
  return out;
}
void Machine::skip_to(std::uint64_t next_seq, UtcMs time) { impl_->state.skip_to(next_seq, time); }
void Machine::set_sequencer(ZoneNumber zone, const AuthorityId& authority, geo::TimeWindow grants) {
  impl_->state.set_sequencer(zone, authority, grants);
}

Status Machine::adopt(Charter charter, std::string_view text) {
  TRY_VOID(impl_->zones.adopt(charter));
  TRY_VOID(impl_->state.adopt({.version = charter.version, .sha256 = charter_hash(text)}));
  impl_->versions.push_back(charter);
  impl_->config.charter = std::move(charter);
  return {};
}

Status Machine::settle() { return impl_->state.settle(); }

const ZoneTable& Machine::zones() const { return impl_->zones; }
const Charter& Machine::charter() const { return impl_->config.charter; }
const std::vector<Charter>& Machine::versions() const { return impl_->versions; }
const AuthorityId& Machine::self() const { return impl_->config.self; }
TextHash Machine::text_hash() const { return TextHash(Impl::text_key(impl_->config.ovn_secret)); }

const Intent* Machine::find_intent(const IntentId& id) const {
  const auto* row = impl_->state.intents().find(id);
  return row ? &row->record : nullptr;
}

const Measure* Machine::find_measure(const MeasureId& id) const {
  const auto* row = impl_->state.measures().find(id);
  return row ? &row->record : nullptr;
}

Disclosure Machine::disclosure(const Intent& intent, const Subject& asker) const {
  return disclosure_of(impl_->zones, intent, asker);
}

Disclosure Machine::disclosure(const Intent& intent, const Caller& asker) const {
  return may_change(intent, asker) ? Disclosure::kFull : disclosure_of(impl_->zones, intent, asker.subject);
}

bool Machine::may_change(const Intent& intent, const Caller& by) const {
  return core::may_change(intent, by, impl_->config.self);
}

std::string Machine::ovn(const Intent& intent) const { return impl_->ovn(intent); }

std::vector<const Measure*> Machine::measures(bool ended) const {
  std::vector<const Measure*> out;
  const MeasureTable& table = impl_->state.measures();
  for (const auto& [seq, slot] : table.by_creation()) {
    const Measure& measure = table.row(slot).record;
    if (ended || !measure.ended) out.push_back(&measure);
  }
  return out;
}

namespace {

bool in_zone(const Intent& intent, ZoneNumber zone) {
  return std::any_of(intent.zones.begin(), intent.zones.end(),
                     [&](const auto& list) { return std::binary_search(list.begin(), list.end(), zone); });
}

bool run_out(const Intent& intent, UtcMs after) {
  return intent.expired && std::any_of(intent.volumes.begin(), intent.volumes.end(),
                                       [after](const geo::Volume4d& one) { return one.window.end > after; });
}

bool passes(const Intent& intent, const IntentFilter& filter) {
  const bool wanted = filter.ended || intent.live() || (filter.run_out_after && run_out(intent, *filter.run_out_after));
  return wanted && intent.created_seq > filter.after_seq && (!filter.domain || intent.domain == *filter.domain) &&
         (!filter.manager || intent.manager == *filter.manager) && (!filter.state || intent.state == *filter.state) &&
         (!filter.zone || in_zone(intent, *filter.zone));
}

}  // namespace

Result<std::vector<const Intent*>> Machine::intents(const IntentFilter& filter) const {
  if (filter.limit == 0 || filter.limit > kQueryResultsMax) {
    return fail(ErrorCode::kInvalid, fmt::format("limit must be 1 to {}", kQueryResultsMax), "limit");
  }
  const IntentTable& table = impl_->state.intents();
  std::vector<const Intent*> out;
  if (!filter.volume) {
    const auto& all = table.by_creation();
    for (auto at = all.upper_bound(filter.after_seq); at != all.end() && out.size() < filter.limit; ++at) {
      const Intent& intent = table.row(at->second).record;
      if (passes(intent, filter)) out.push_back(&intent);
    }
    return out;
  }
  if (!filter.domain) return fail(ErrorCode::kInvalid, "a query by volume needs a domain", "domain");
  impl_->must_settle();
  const geo::PreparedVolume volume = TRY(geo::prepare(*filter.volume));
  std::vector<geo::VolumeIndex::Hit> hits;
  TRY_VOID(impl_->state.intent_index(*filter.domain).find_conflicts(volume, {}, kQueryCandidatesMax, hits));
  for (const auto& hit : hits) {
    const Slot slot = VolumeTag::unpack(hit.tag).slot;
    if ((slot & kBookingBit) != 0) continue;  // a leg's, or of another supplier: no intent of this log
    const Intent& intent = table.row(slot).record;
    if (passes(intent, filter)) out.push_back(&intent);
  }
  std::sort(out.begin(), out.end(), [](const auto* a, const auto* b) { return a->created_seq < b->created_seq; });
  out.erase(std::unique(out.begin(), out.end()), out.end());
  if (out.size() > filter.limit) out.resize(filter.limit);
  return out;
}

Result<std::vector<Machine::Near>> Machine::near(const geo::Volume4d& volume, const geo::Minima& minima,
                                                 Domain domain) const {
  return near(TRY(geo::prepare(volume)), minima, domain);
}

Result<std::vector<Machine::Near>> Machine::near(const geo::PreparedVolume& volume, const geo::Minima& minima,
                                                 Domain domain) const {
  impl_->must_settle();
  std::vector<geo::VolumeIndex::Hit> hits;
  TRY_VOID(impl_->state.intent_index(domain).find_conflicts(volume, minima, kCandidatesMax, hits));
  std::set<Slot> seen;
  std::vector<Near> out;
  for (const auto& hit : hits) {
    const Slot slot = VolumeTag::unpack(hit.tag).slot;
    if (seen.insert(slot).second) out.push_back({&impl_->state.use(slot), (slot & kBookingBit) != 0});
  }
  return out;
}

std::optional<UtcMs> Machine::runs_out(const Intent& intent) const { return impl_->state.runs_out(intent); }
std::optional<UtcMs> Machine::runs_out(const Measure& measure) const { return impl_->state.runs_out(measure); }
std::uint64_t Machine::next_seq() const { return impl_->state.next_seq(); }
UtcMs Machine::last_time() const { return impl_->state.last_time(); }
std::size_t Machine::live_intents() const { return impl_->state.intents().live(); }
std::size_t Machine::live_volumes() const { return impl_->state.live_volumes(); }
std::size_t Machine::live_measures() const { return impl_->state.measures().live(); }

StateHash Machine::state_hash() const {
  std::string bytes;
  StateCodec::write(impl_->state, bytes);
  return log::sha256(bytes).bytes;
}

Bytes Machine::write_snapshot() const { return core::write_snapshot(impl_->state); }

Result<Machine> Machine::read_snapshot(MachineConfig config, ByteView snapshot) {
  Machine machine = TRY(make(std::move(config)));
  Impl& impl = *machine.impl_;
  for (const AdoptedVersion& version : TRY(snapshot_versions(snapshot, impl.genesis))) {
    if (!impl.config.texts) return fail(ErrorCode::kInvalid, "it names versions of the charter that are not at hand");
    const std::string text = TRY(impl.config.texts(version.sha256));
    if (charter_hash(text) != version.sha256) {
      return fail(ErrorCode::kCorrupt, fmt::format("version {} of the charter has another hash", version.version));
    }
    TRY_VOID(machine.adopt(TRY(parse_charter(text)), text));
  }
  TRY_VOID(core::read_snapshot(snapshot, impl.genesis, impl.state));
  TRY_VOID(machine.settle());
  return machine;
}

}  // namespace tansiq::core
