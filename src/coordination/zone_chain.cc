#include "coordination/zone_chain.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/invariant.h"
#include "coordination/plant.h"

namespace tansiq::coordination {
namespace {

std::int64_t epoch_of(const ControlBody& body) {
  return std::visit([](const auto& of) { return of.epoch; }, body);
}
const ZoneId& zone_of(const ControlBody& body) {
  return std::visit([](const auto& of) -> const ZoneId& { return of.zone; }, body);
}
std::string_view type_of(const ControlBody& body) {
  return std::visit([]<class T>(const T&) { return T::kType; }, body);
}

std::optional<Oddity> odd(const ControlEntry& entry, std::string why, bool alarm = false) {
  return Oddity{.text = fmt::format("{} by {} for zone {}, epoch {}: {}", type_of(entry.body), entry.author.str(),
                                    zone_of(entry.body).str(), epoch_of(entry.body), why),
                .alarm = alarm};
}

bool names(const std::vector<EntryHash>& list, const EntryHash& hash) {
  return std::ranges::find(list, hash) != list.end();
}
bool names(const std::vector<ClosingEntry>& list, const EntryHash& hash) {
  return std::ranges::find(list, hash, &ClosingEntry::entry) != list.end();
}

}  // namespace

ZoneChain::ZoneChain(const AuthorityId& owner) {
  entitle(owner);
  epochs_.emplace_back();
  epochs_.back().sequencer = owner;
}

const Epoch* ZoneChain::epoch(std::int64_t number) const {
  if (number < 0 || number > last()) return nullptr;
  return &epochs_[static_cast<std::size_t>(number)];
}

const ClosingEntry* ZoneChain::origin() const { return last() == 0 ? nullptr : &*epochs_[epochs_.size() - 2].closing; }

std::set<AuthorityId> ZoneChain::concerned() const {
  std::set<AuthorityId> out;
  if (!halted_) return out;
  const Epoch& disputed = *epoch(*halted_);
  out.insert(disputed.sequencer);
  for (const ClosingEntry& rival : disputed.rivals) out.insert(rival.heir);
  return out;
}

std::optional<Oddity> ZoneChain::apply(ControlEntry entry, DurationMs clock_error_ms, std::optional<Oddity>& late) {
  if (std::ranges::find(waiting_, entry.hash, &ControlEntry::hash) != waiting_.end()) return {};
  Verdict verdict = take(entry, clock_error_ms);
  if (verdict.wait) {
    if (waiting_.size() == kWaitingMax) {
      return odd(entry, fmt::format("{} entries wait already for what came before them", kWaitingMax));
    }
    waiting_.push_back(std::move(entry));
    return {};
  }
  // What this entry brought within reach, in the order in which it was read. Each round takes one entry at least.
  for (bool taken = true; taken;) {
    taken = false;
    for (std::size_t i = 0; i < waiting_.size(); ++i) {
      Verdict turn = take(waiting_[i], clock_error_ms);
      if (turn.wait) continue;
      if (!late) late = std::move(turn.oddity);
      waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(i));
      taken = true;
      break;
    }
  }
  return verdict.oddity;
}

ZoneChain::Verdict ZoneChain::take(const ControlEntry& entry, DurationMs clock_error_ms) {
  if (epoch_of(entry.body) < 0) return {.oddity = odd(entry, "an epoch is not negative")};
  if (!entitled_.contains(entry.author)) {
    return {.oddity = odd(entry, "the charter names it neither as owner nor as tenant")};
  }
  return std::visit(
      [&]<class T>(const T& of) {
        if constexpr (std::is_same_v<T, ZoneResume>) {
          return take(entry, of, clock_error_ms);
        } else {
          return take(entry, of);
        }
      },
      entry.body);
}

bool ZoneChain::out_of_reach(std::int64_t epoch) const { return epoch > last() || (halted_ && epoch > *halted_); }

ZoneChain::Verdict ZoneChain::take(const ControlEntry& entry, const ZoneLease& lease) {
  const std::int64_t closed = lease.epoch - 1;
  if (closed < 0) return {.oddity = odd(entry, "epoch 0 is the owner's by the charter")};
  if (out_of_reach(closed)) return {.wait = true};
  if (entry.author != at(closed).sequencer) {
    return {.oddity = odd(entry, fmt::format("{} decides in epoch {}", at(closed).sequencer.str(), closed))};
  }
  if (at(closed).until) return {.oddity = odd(entry, "a tenant leases nothing on: it returns the zone")};
  if (lease.tenant == entry.author) return {.oddity = odd(entry, "nobody leases to himself")};
  if (!entitled_.contains(lease.tenant)) {
    return {.oddity = odd(entry, fmt::format("{} is no tenant of the zone in the charter", lease.tenant.str()))};
  }
  return close(closed, {.accepted = true,
                        .author = entry.author,
                        .entry = entry.hash,
                        .heir = lease.tenant,
                        .kind = ClosingKind::kLease,
                        .snapshot = lease.snapshot,
                        .until = lease.until});
}

ZoneChain::Verdict ZoneChain::take(const ControlEntry& entry, const ZoneReturn& returned) {
  if (out_of_reach(returned.epoch)) return {.wait = true};
  const Epoch& epoch = at(returned.epoch);
  if (entry.author != epoch.sequencer) {
    return {.oddity = odd(entry, fmt::format("{} decides in that epoch", epoch.sequencer.str()))};
  }
  if (!epoch.lessor) return {.oddity = odd(entry, "nobody leased it")};
  if (!returned.accepted && returned.snapshot != at(returned.epoch - 1).closing->snapshot) {
    return {.oddity = odd(entry, "a lease that was not taken up goes back with the snapshot it came with")};
  }
  return close(returned.epoch, {.accepted = returned.accepted,
                                .author = entry.author,
                                .entry = entry.hash,
                                .heir = *epoch.lessor,
                                .kind = ClosingKind::kReturn,
                                .snapshot = returned.snapshot,
                                .until = {}});
}

ZoneChain::Verdict ZoneChain::close(std::int64_t epoch, ClosingEntry closing) {
  Epoch& closed = at(epoch);
  if (names(closed.overruled, closing.entry) || names(closed.rivals, closing.entry)) return {};
  if (!closed.closing) {
    closed.closing = closing;
    append(closing);
    return {};
  }
  // Read again; or a RETURN that came after its lessor had gone on by time, which makes the same authority sequencer.
  if (closed.closing->entry == closing.entry || closed.closing->kind == ClosingKind::kTime) return {};
  std::string text =
      fmt::format("EQUIVOCATION: {} closed epoch {} by entries {} and {}; nobody grants until officers act",
                  closing.author.str(), epoch, closed.closing->entry.hex(), closing.entry.hex());
  if (closed.rivals.empty()) closed.rivals.push_back(*closed.closing);
  if (closed.rivals.size() < kRivalsMax) closed.rivals.push_back(std::move(closing));
  if (!halted_ || epoch < *halted_) halted_ = epoch;
  return {.oddity = Oddity{.text = std::move(text), .alarm = true}};
}

void ZoneChain::append(const ClosingEntry& closing) {
  const Epoch& before = epochs_.back();
  Epoch next;
  next.grants_begin = before.grants_begin;
  next.sequencer = closing.heir;
  if (closing.kind == ClosingKind::kLease) {
    next.lessor = closing.author;
    next.until = closing.until;
  }
  epochs_.push_back(std::move(next));
}

ZoneChain::Verdict ZoneChain::begin(Epoch& epoch, const ControlEntry& entry) {
  if (!epoch.begun) epoch.begun = entry.hash;
  if (*epoch.begun == entry.hash) return {};
  return {.oddity = odd(entry, fmt::format("the epoch began with entry {}", epoch.begun->hex()), true)};
}

ZoneChain::Verdict ZoneChain::take(const ControlEntry& entry, const ZoneAccept& accept) {
  if (out_of_reach(accept.epoch)) return {.wait = true};
  Epoch& epoch = at(accept.epoch);
  if (entry.author != epoch.sequencer || !epoch.lessor)
    return {.oddity = odd(entry, "it was not leased to the author")};
  if (at(accept.epoch - 1).closing->entry != accept.lease) {
    return {.oddity = odd(entry, "it quotes another entry than the lease that this epoch began with")};
  }
  return begin(epoch, entry);
}

ZoneChain::Verdict ZoneChain::take(const ControlEntry& entry, const ZoneResume& resume, DurationMs clock_error_ms) {
  const std::int64_t closed = resume.epoch - 1;
  if (closed < 0) return {.oddity = odd(entry, "epoch 0 is the owner's by the charter")};
  if (out_of_reach(closed)) return {.wait = true};
  const std::optional<UtcMs> until = at(closed).until;
  if (entry.author != at(closed).lessor) return {.oddity = odd(entry, "the author did not lease it")};
  const bool by_time = until && (entry.time >= *until + clock_error_ms || planted(Plant::kResumeEarly));  // T6
  const std::optional<ClosingEntry>& closing = at(closed).closing;
  if (!closing) {
    if (!by_time && resume.returned) return {.wait = true};
    if (!by_time) return {.oddity = odd(entry, "before the lease has ended, and without a RETURN", true)};
    at(closed).closing = {.accepted = true,
                          .author = entry.author,
                          .entry = entry.hash,
                          .heir = entry.author,
                          .kind = ClosingKind::kTime,
                          .snapshot = {},
                          .until = {}};
    append(ClosingEntry(*at(closed).closing));
  } else if (out_of_reach(resume.epoch)) {
    return {.wait = true};
  } else if (closing->kind == ClosingKind::kLease) {
    return {.oddity = odd(entry, fmt::format("that epoch went to {}", closing->heir.str()), true)};
  } else if (closing->kind == ClosingKind::kReturn && !by_time && resume.returned != closing->entry) {
    return {.oddity = odd(entry, "it quotes another entry than the RETURN that closed the epoch before", true)};
  }
  // Who resumes by time does not know what the tenant granted up to T; nor do those who come after him.
  if (!resume.returned && until) no_grants_before(resume.epoch, *until);
  return begin(at(resume.epoch), entry);
}

void ZoneChain::no_grants_before(std::int64_t epoch, UtcMs begin) {
  for (std::int64_t i = epoch; i <= last(); ++i) {
    std::optional<UtcMs>& bound = at(i).grants_begin;
    bound = bound ? std::max(*bound, begin) : begin;
  }
}

ZoneChain::Verdict ZoneChain::take(const ControlEntry& entry, const ZoneRecall& recall) {
  if (out_of_reach(recall.epoch)) return {.wait = true};
  Epoch& epoch = at(recall.epoch);
  if (entry.author != epoch.lessor) return {.oddity = odd(entry, "the author did not lease it")};
  epoch.recall = recall.text;
  return {};
}

ZoneChain::Verdict ZoneChain::take(const ControlEntry& entry, const ZoneLeaseExpired& expired) {
  if (out_of_reach(expired.epoch)) return {.wait = true};
  Epoch& epoch = at(expired.epoch);
  if (entry.author != epoch.sequencer || !epoch.until) {
    return {.oddity = odd(entry, "the author has no lease in that epoch")};
  }
  epoch.expired = true;
  return {};
}

ZoneChain::Verdict ZoneChain::take(const ControlEntry& entry, const ZoneResolved& resolved) {
  if (resolved.round < 0 || resolved.round > kRoundMax) {
    return {.oddity = odd(entry, fmt::format("a round is from 0 to {}", kRoundMax))};
  }
  if (out_of_reach(resolved.epoch)) return {.wait = true};
  Epoch& disputed = at(resolved.epoch);
  // Agreed already, and said again or late.
  if (disputed.rivals.empty() && !disputed.overruled.empty()) return {};
  if (!names(disputed.rivals, resolved.stands)) return {.wait = true};
  const auto said = std::ranges::find(disputed.resolutions, entry.author, &Resolution::by);
  if (said == disputed.resolutions.end()) {
    disputed.resolutions.push_back({.by = entry.author, .round = resolved.round, .stands = resolved.stands});
  } else if (said->round < resolved.round) {
    said->round = resolved.round;
    said->stands = resolved.stands;
  } else if (said->round == resolved.round && said->stands != resolved.stands) {
    return {.oddity = odd(entry, "the author has said otherwise in this round", true)};
  }
  std::ranges::sort(disputed.resolutions, {}, &Resolution::by);
  resolve_if_agreed(resolved.epoch);
  return {};
}

void ZoneChain::resolve_if_agreed(std::int64_t epoch) {
  if (halted_ != epoch) return;
  Epoch& disputed = at(epoch);
  std::optional<Resolution> first;
  for (const AuthorityId& party : concerned()) {
    const auto said = std::ranges::find(disputed.resolutions, party, &Resolution::by);
    if (said == disputed.resolutions.end()) return;
    if (!first) first = *said;
    if (said->round != first->round || said->stands != first->stands) return;
  }
  EXPECT_INVARIANT(first.has_value());
  const auto stands = std::ranges::find(disputed.rivals, first->stands, &ClosingEntry::entry);
  EXPECT_INVARIANT(stands != disputed.rivals.end());
  const ClosingEntry winner = *stands;
  for (const ClosingEntry& rival : disputed.rivals) {
    if (rival.entry != winner.entry) disputed.overruled.push_back(rival.entry);
  }
  // What was said stays: should one more entry turn up, nobody may say otherwise in a round that he has spoken in.
  disputed.rivals.clear();
  if (disputed.closing->entry != winner.entry) {
    disputed.closing = winner;
    // Numbers that this node gave out in the next epoch stay used, whichever entry made it the sequencer there.
    const AuthorityId heir = at(epoch + 1).sequencer;
    const std::int64_t numbers = at(epoch + 1).next_number;
    epochs_.resize(static_cast<std::size_t>(epoch) + 1);
    append(winner);
    if (winner.heir == heir) head().next_number = numbers;
  }
  halted_.reset();
  for (std::int64_t i = epoch + 1; i <= last() && !halted_; ++i) {
    if (!at(i).rivals.empty()) halted_ = i;
  }
}

}  // namespace tansiq::coordination
