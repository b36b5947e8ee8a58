#include "f3548/turns.h"

#include <algorithm>
#include <utility>

#include "base/invariant.h"

namespace tansiq::f3548 {
namespace {

/// Whether `length` has passed since; also when the clock has been set back.
bool passed(UtcMs since, DurationMs length, UtcMs now) { return now < since || now - since >= length; }

bool meet(const Extent& a, const Extent& b) {
  return a.band.meets(b.band) && a.start->floor() <= b.end->ceil() && b.start->floor() <= a.end->ceil() &&
         a.cells.meets(b.cells);
}

}  // namespace

bool lacks_new(const Refused& refused, UtcMs now) {
  return std::ranges::any_of(refused.missing_intents, [&](const Intent* intent) {
    return now - kMomentMs <= intent->changed && intent->changed <= now + kMomentMs;
  });
}

Turns::Rows::iterator Turns::row_of(std::string_view manager, const Uuid& id) {
  return std::ranges::find_if(rows_, [&](const Row& row) { return row.put->id == id && row.manager == manager; });
}

void Turns::erase(Rows::iterator at) {
  if (at->stage == Stage::kWaits) --waiting_;
  rows_.erase(at);
}

/// Whoever does not come back loses its turn.
void Turns::end_turns(UtcMs now) {
  for (auto at = rows_.begin(); at != rows_.end();) {
    const auto row = at++;
    if (row->stage != Stage::kTold || !passed(row->since, kTurnMs, now)) continue;
    if (waiting_ > 0) ++counts_.unused;
    erase(row);
  }
}

Turns::Standing Turns::standing(std::string_view manager, const PutIntent& put, UtcMs now) {
  if (rows_.empty() || closed_) return Standing::kFree;
  end_turns(now);
  const auto own = row_of(manager, put.id);
  // A client that asks again while it waits does not wait twice.
  if (own != rows_.end()) return own->stage == Stage::kTold ? Standing::kTurn : Standing::kFree;
  if (put.extent.cells.size() > kWaitCellsMax) return Standing::kFree;
  const bool behind = std::ranges::any_of(rows_, [&](const Row& row) { return meet(row.put->extent, put.extent); });
  if (!behind) return Standing::kFree;
  const auto waits = [&](const Row& row) { return row.stage == Stage::kWaits && row.manager == manager; };
  if (waiting_ >= kWaitingMax || std::ranges::count_if(rows_, waits) >= static_cast<std::ptrdiff_t>(kWaitingOfOneMax)) {
    ++counts_.no_room;
    return Standing::kFree;
  }
  return Standing::kBehind;
}

void Turns::told(std::string_view manager, const Put& put, UtcMs now) {
  end_turns(now);
  if (closed_ || put->extent.cells.size() > kWaitCellsMax || row_of(manager, put->id) != rows_.end()) return;
  // Told because there was no room to wait: whoever is before it keeps its place.
  if (std::ranges::any_of(rows_, [&](const Row& row) { return meet(row.put->extent, put->extent); })) return;
  if (rows_.size() >= waiting_ + kTurnsMax) {
    ++counts_.no_room;
    return;
  }
  rows_.push_back({++tickets_, std::string(manager), put, Stage::kTold, now});
}

Turns::Ticket Turns::wait(std::string_view manager, const Put& put, UtcMs now) {
  EXPECT_INVARIANT(waiting_ < kWaitingMax && !closed_);
  rows_.push_back({++tickets_, std::string(manager), put, Stage::kWaits, now});
  ++waiting_;
  ++counts_.waited;
  return tickets_;
}

void Turns::over(std::string_view manager, const Uuid& id) {
  if (rows_.empty()) return;
  const auto own = row_of(manager, id);
  if (own != rows_.end() && own->stage == Stage::kTold) erase(own);
}

std::optional<Turns::Ticket> Turns::next(UtcMs now) {
  if (waiting_ == 0) return std::nullopt;
  end_turns(now);
  for (auto at = rows_.begin(); at != rows_.end(); ++at) {
    if (at->stage != Stage::kWaits) continue;
    const bool too_long = closed_ || passed(at->since, kWaitMaxMs, now);
    const bool blocked =
        std::any_of(rows_.begin(), at, [&](const Row& before) { return meet(before.put->extent, at->put->extent); });
    if (blocked && !too_long) continue;
    at->late = blocked;
    if (blocked && !closed_) ++counts_.waited_too_long;
    at->stage = Stage::kDecided;
    --waiting_;
    return at->ticket;
  }
  return std::nullopt;
}

void Turns::told(Ticket ticket, UtcMs now) {
  const auto at = std::ranges::find(rows_, ticket, &Row::ticket);
  EXPECT_INVARIANT(at != rows_.end() && at->stage == Stage::kDecided);
  if (at->late || closed_) return erase(at);
  at->stage = Stage::kTold;
  at->since = now;
}

void Turns::over(Ticket ticket) {
  const auto at = std::ranges::find(rows_, ticket, &Row::ticket);
  EXPECT_INVARIANT(at != rows_.end() && at->stage == Stage::kDecided);
  erase(at);
}

std::optional<UtcMs> Turns::due() const {
  if (waiting_ == 0) return std::nullopt;
  UtcMs first = kUtcMax;
  for (const Row& row : rows_) {
    if (row.stage == Stage::kTold) first = std::min(first, row.since + kTurnMs);
    if (row.stage == Stage::kWaits) first = std::min(first, row.since + kWaitMaxMs);
  }
  return first;
}

}  // namespace tansiq::f3548
