// The state of talks as canonical JSON, and back:
//
//   {"clock_ms":…,"heard":[…],"indexes":[…],"lines":[…],"newest":[…],"number_floor":…,"numbers":[…],
//    "sent":[…],"turned":[…],"watches":[…]}
//
// Rows as in talk_record.h; `indexes` one for each index of a peer that is remembered. `number_floor` and `numbers`
// stand there once a message of ours has left the state.
#include "coordination/state_rows.h"
#include "coordination/talk_desk.h"

namespace tansiq::coordination {
namespace {

/// An index of a peer's message; without a hash: up to here none is remembered.
struct IndexRow {
  std::optional<EntryHash> hash;
  std::int64_t index = 0;
  AuthorityId peer;
  static constexpr auto fields() {
    return field_list(field("hash", &IndexRow::hash), field("index", &IndexRow::index), field("peer", &IndexRow::peer));
  }
};
/// The newest index of ours.
struct NewestRow {
  std::int64_t index = 0;
  AuthorityId peer;
  static constexpr auto fields() {
    return field_list(field("index", &NewestRow::index), field("peer", &NewestRow::peer));
  }
};

/// The last number of a thread of which messages of ours have left the state.
struct NumberRow {
  std::int64_t last = 0;
  AuthorityId opener;
  ThreadId thread;
  UtcMs time;
  static constexpr auto fields() {
    return field_list(field("last", &NumberRow::last), field("opener", &NumberRow::opener),
                      field("thread", &NumberRow::thread), field("time_ms", &NumberRow::time));
  }
};

}  // namespace

void TalkDesk::write_state(log::JcsWriter& out) const {
  out.begin_object().key("clock_ms").integer(clock_.ms).key("heard").begin_array();
  for (const auto& [hash, row] : heard_) core::write_fields(out, row);
  out.end_array().key("indexes").begin_array();
  for (const auto& [peer, indexes] : indexes_) {
    if (indexes.forgotten > 0) core::write_fields(out, IndexRow{.hash = {}, .index = indexes.forgotten, .peer = peer});
    for (const auto& [index, hash] : indexes.recent) {
      core::write_fields(out, IndexRow{.hash = hash, .index = index, .peer = peer});
    }
  }
  out.end_array().key("lines").begin_array();
  for (const auto& [peer, line] : lines_) core::write_fields(out, line);
  out.end_array().key("newest").begin_array();
  for (const auto& [peer, index] : last_index_) core::write_fields(out, NewestRow{.index = index, .peer = peer});
  out.end_array();
  if (number_floor_ > 0) out.key("number_floor").integer(number_floor_);
  if (!numbers_.empty()) {
    out.key("numbers").begin_array();
    for (const auto& [key, number] : numbers_) {
      core::write_fields(
          out, NumberRow{.last = number.last, .opener = key.first, .thread = key.second, .time = number.time});
    }
    out.end_array();
  }
  out.key("sent").begin_array();
  for (const auto& [hash, row] : sent_) core::write_fields(out, row);
  out.end_array().key("turned").begin_array();
  for (const auto& [at, row] : turned_) core::write_fields(out, row);
  out.end_array().key("watches").begin_array();
  for (const auto& [who, watch] : watches_) core::write_fields(out, watch);
  out.end_array().end_object();
}

Status TalkDesk::read_state(const log::JcsValue& value) {
  TRY_VOID(value.expect(log::JcsValue::Kind::kObject));
  TRY_VOID(value.only(
      {"clock_ms", "heard", "indexes", "lines", "newest", "number_floor", "numbers", "sent", "turned", "watches"}));
  const UtcMs clock{TRY(core::integer_at(value, "clock_ms", kUtcMin.ms, kUtcMax.ms))};
  std::map<EntryHash, TalkSent> sent;
  std::map<EntryHash, TalkHeard> heard;
  std::map<std::pair<AuthorityId, std::int64_t>, TalkTurned> turned;
  std::map<AuthorityId, std::int64_t> newest;
  std::map<AuthorityId, Indexes> indexes;
  std::map<ThreadKey, Number> numbers;
  std::int64_t number_floor = 0;
  std::map<AuthorityId, WatchStanding> watches;
  std::map<AuthorityId, LineStanding> lines;
  TRY_VOID(read_each<TalkSent>(value, "sent", [&](TalkSent row) {
    const EntryHash hash = row.hash;
    sent.insert_or_assign(hash, std::move(row));
  }));
  TRY_VOID(read_each<TalkHeard>(value, "heard", [&](TalkHeard row) {
    const EntryHash hash = row.hash;
    heard.insert_or_assign(hash, std::move(row));
  }));
  TRY_VOID(read_each<IndexRow>(value, "indexes", [&](const IndexRow& row) {
    if (row.hash) {
      indexes[row.peer].recent[row.index] = *row.hash;
    } else {
      indexes[row.peer].forgotten = row.index;
    }
  }));
  TRY_VOID(read_each<TalkTurned>(value, "turned", [&](TalkTurned row) {
    const std::pair at{row.from, row.index};
    turned.insert_or_assign(at, std::move(row));
  }));
  TRY_VOID(read_each<NewestRow>(value, "newest", [&](const NewestRow& row) { newest[row.peer] = row.index; }));
  TRY_VOID(read_each<WatchStanding>(value, "watches", [&](WatchStanding row) {
    const AuthorityId who = row.authority;
    watches.insert_or_assign(who, std::move(row));
  }));
  TRY_VOID(read_each<LineStanding>(value, "lines", [&](LineStanding row) {
    const AuthorityId peer = row.peer;
    lines.insert_or_assign(peer, std::move(row));
  }));
  if (value.find("number_floor")) {
    number_floor = TRY(core::integer_at(value, "number_floor", 1, log::kJcsIntegerMax));
  }
  if (value.find("numbers")) {
    TRY_VOID(read_each<NumberRow>(value, "numbers", [&](const NumberRow& row) {
      numbers[{row.opener, row.thread}] = {.last = row.last, .time = row.time};
    }));
  }
  clock_ = clock;
  numbers_ = std::move(numbers);
  number_floor_ = number_floor;
  sent_ = std::move(sent);
  heard_ = std::move(heard);
  turned_ = std::move(turned);
  last_index_ = std::move(newest);
  indexes_ = std::move(indexes);
  watches_ = std::move(watches);
  lines_ = std::move(lines);
  index_all();
  return {};
}

}  // namespace tansiq::coordination
