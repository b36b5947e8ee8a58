#include "node/state.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/invariant.h"
#include "log/sha256.h"

namespace tansiq::node {
namespace {

using coordination::Batch;
using coordination::Coalition;
using coordination::LogName;

constexpr std::string_view kMagic = "tansiq-node\n";
constexpr std::size_t kLengthBytes = 8;
/// Entries of housekeeping that one tick writes.
constexpr int kPurgesPerTickMax = 16;

core::StateHash combined(const core::StateHash& coalition, std::string_view rest) {
  log::Sha256 hash;
  hash.update(ByteView(coalition)).update(rest);
  return hash.finish().bytes;
}

/// The states of the parts that were used, one after the other.
std::string states(const f3548::Registry& registry, const uss::Ledger& ledger) {
  std::string out;
  if (registry.used()) registry.write_state(out);
  if (ledger.used()) ledger.write_state(out);
  return out;
}

/// Where the ledger's lines begin.
std::size_t ledger_begin(std::string_view states) {
  for (std::size_t at = 0; at < states.size();) {
    if (uss::Ledger::is_state_line(states.substr(at))) return at;
    const std::size_t end = states.find('\n', at);
    at = end == std::string_view::npos ? states.size() : end + 1;
  }
  return states.size();
}

std::unexpected<Error> bad_snapshot(std::string message) {
  return fail(ErrorCode::kCorrupt, std::move(message), "snapshot");
}

}  // namespace

Result<State> State::make(const coordination::CoalitionConfig& config, f3548::Switches switches) {
  auto coalition = TRY(Coalition::make(config));
  return State(std::move(coalition), std::make_unique<f3548::Registry>(config.machine.ovn_secret, switches));
}

Status State::apply(const LogName& log, std::string_view line) {
  const bool own = log.author == coalition_->self() && log.kind == LogName::Kind::kMain;
  if (own && uss::is_uss_line(line)) {
    const uss::Entry entry = TRY(uss::read_entry(line));
    TRY_VOID(coalition_->take_place(entry.place.seq, entry.place.time));
    return ledger_->apply(entry);
  }
  if (!own || !f3548::is_registry_line(line)) return coalition_->apply(log, line);
  const f3548::Entry entry = TRY(f3548::read_entry(line));
  TRY_VOID(coalition_->take_place(entry.place.seq, entry.place.time));
  TRY_VOID(registry_->apply(entry));
  return follow_exclusive();
}

f3548::Place State::next_place(UtcMs now) const {
  return {.seq = next_seq(), .time = std::max(now, coalition_->machine().last_time())};
}

void State::add(f3548::Place place, std::string entry, Batch& batch, const ReadyShares* ready) {
  const Status taken = coalition_->take_place(place.seq, place.time);
  EXPECT_INVARIANT(taken.has_value());
  const Status followed = follow_exclusive(ready);
  EXPECT_INVARIANT(followed.has_value());
  batch.push_back({{coalition_->self(), LogName::Kind::kMain, {}}, place.seq, std::move(entry)});
}

Status State::follow_exclusive(const ReadyShares* ready) {
  if (!ExclusiveBookings::due(*registry_)) return {};
  return bookings_.follow(
      *registry_, coalition_->machine().zones(),
      [&](core::BookingRequest request) { coalition_->book_outside(std::move(request)); },
      [&](const IntentId& booking) { coalition_->release_outside(booking); }, ready);
}

Status State::say(uss::Body body, UtcMs now, Batch& batch) {
  const f3548::Place place = next_place(now);
  add(place, TRY(ledger_->say(std::move(body), place)), batch);
  return {};
}

void State::tick(UtcMs now, Batch& batch) {
  coalition_->tick(now, batch);
  for (int i = 0; i < kPurgesPerTickMax; ++i) {
    const f3548::Place place = next_place(now);
    auto entry = registry_->tick(place);
    if (!entry) entry = ledger_->tick(place);
    if (!entry) return;
    add(place, std::move(*entry), batch);
  }
}

core::StateHash joined_hash(const core::StateHash& coalition, const f3548::Registry& registry,
                            const uss::Ledger& ledger) {
  if (!registry.used() && !ledger.used()) return coalition;
  return combined(coalition, states(registry, ledger));
}

core::StateHash State::hash() const { return joined_hash(coalition_->state_hash(), *registry_, *ledger_); }

Bytes State::write_snapshot() const {
  Bytes coalition = coalition_->write_snapshot();
  const std::string rest = states(*registry_, *ledger_);
  if (rest.empty()) return coalition;
  Bytes out;
  out.reserve(kMagic.size() + kLengthBytes + coalition.size() + rest.size() + log::Hash::kBytes);
  const auto add = [&out](ByteView bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); };
  add(as_bytes(kMagic));
  for (std::size_t i = 0; i < kLengthBytes; ++i) {
    out.push_back(static_cast<std::uint8_t>(std::uint64_t{coalition.size()} >> (8 * i)));
  }
  add(coalition);
  add(as_bytes(rest));
  add(combined(snapshot_state_hash(coalition).bytes, rest));
  return out;
}

Result<State> State::read_snapshot(const coordination::CoalitionConfig& config, ByteView snapshot,
                                   f3548::Switches switches) {
  auto registry = std::make_unique<f3548::Registry>(config.machine.ovn_secret, switches);
  if (!as_text(snapshot).starts_with(kMagic)) {
    return State(TRY(Coalition::read_snapshot(config, snapshot)), std::move(registry));
  }
  const std::size_t head = kMagic.size() + kLengthBytes;
  if (snapshot.size() < head + log::Hash::kBytes) return bad_snapshot("it is cut off");
  std::uint64_t length = 0;
  for (std::size_t i = 0; i < kLengthBytes; ++i) length |= std::uint64_t{snapshot[kMagic.size() + i]} << (8 * i);
  if (length > snapshot.size() - head - log::Hash::kBytes) return bad_snapshot("it is cut off");
  const ByteView coalition = snapshot.subspan(head, length);
  ByteView rest = snapshot.subspan(head + length);
  rest = rest.first(rest.size() - log::Hash::kBytes);
  if (combined(snapshot_state_hash(coalition).bytes, as_text(rest)) != snapshot_state_hash(snapshot).bytes) {
    return bad_snapshot("its state has another hash");
  }
  const std::string_view text = as_text(rest);
  const std::size_t begin = ledger_begin(text);
  if (begin > 0) TRY_VOID(registry->read_state(text.substr(0, begin)));
  State out(TRY(Coalition::read_snapshot(config, coalition)), std::move(registry));
  if (begin < text.size()) TRY_VOID(out.ledger_->read_state(text.substr(begin)));
  TRY_VOID(out.follow_exclusive());
  return out;
}

log::Hash snapshot_state_hash(ByteView snapshot) {
  log::Hash hash{};
  if (snapshot.size() >= hash.bytes.size()) std::ranges::copy(snapshot.last(hash.bytes.size()), hash.bytes.begin());
  return hash;
}

}  // namespace tansiq::node
