// The state of a coalition as bytes: its hash, its snapshot, and the way back.
//
// A snapshot is the machine's as long as nothing was ever coordinated (docs/core.md). Afterwards it is
//
//   "tansiq-coalition" LF ‖ u64 length (little-endian) ‖ the machine's snapshot ‖ canonical JSON of the rest ‖ state
//   hash
//
// and the state hash is SHA-256(machine's state hash ‖ that JSON).
#include <fmt/format.h>

#include <algorithm>

#include "coordination/coalition.h"
#include "core/jcs_read.h"
#include "log/sha256.h"

namespace tansiq::coordination {
namespace {

constexpr std::string_view kMagic = "tansiq-coalition\n";
constexpr std::size_t kLengthBytes = 8;
/// JSON of a state: more than any node in service will have.
constexpr std::size_t kStateBytesMax = std::size_t{1} << 28;

struct ActRow {
  std::string key;  ///< In hexadecimal.
  std::uint64_t seq = 0;
  UtcMs time;
  static constexpr auto fields() {
    return field_list(field("key", &ActRow::key), field("seq", &ActRow::seq), field("time_ms", &ActRow::time));
  }
};
struct AnchorRow {
  std::string log;
  std::string of;
  std::uint64_t size = 0;
  static constexpr auto fields() {
    return field_list(field("log", &AnchorRow::log), field("of", &AnchorRow::of), field("size", &AnchorRow::size));
  }
};
struct PeerRow {
  UtcMs last_time;
  std::string log;
  std::uint64_t size = 0;
  static constexpr auto fields() {
    return field_list(field("last_time_ms", &PeerRow::last_time), field("log", &PeerRow::log),
                      field("size", &PeerRow::size));
  }
};
struct SkewRow {
  AuthorityId author;
  UtcMs time;
  static constexpr auto fields() {
    return field_list(field("author", &SkewRow::author), field("time_ms", &SkewRow::time));
  }
};

/// Lists of a state have no bound but the state's own.
template <class Row>
Result<std::vector<Row>> read_rows(const log::JcsValue& object, std::string_view name) {
  const log::JcsValue list = TRY(object.at(name));
  TRY_VOID(list.expect(log::JcsValue::Kind::kArray));
  std::vector<Row> rows;
  rows.reserve(list.size());
  for (std::size_t i = 0; i < list.size(); ++i) rows.push_back(TRY(core::read_fields<Row>(list[i])));
  return rows;
}

std::unexpected<Error> bad_snapshot(std::string message) {
  return fail(ErrorCode::kCorrupt, std::move(message), "snapshot");
}

core::StateHash combined(const core::StateHash& machine, std::string_view rest) {
  log::Sha256 hash;
  hash.update(ByteView(machine)).update(rest);
  return hash.finish().bytes;
}

}  // namespace

std::string Coalition::coordination_state() const {
  std::string text;
  if (!coordinated_) return text;
  log::JcsWriter out(text);
  out.begin_object().key("acts").begin_array();
  for (const core::RememberedCommand& act : acts_.all()) {
    core::write_fields(out, ActRow{.key = to_hex(act.key), .seq = act.seq, .time = act.time});
  }
  out.end_array();
  if (!ahead_.empty()) {
    out.key("ahead").begin_array();
    for (const Ahead& one : ahead_) {
      out.begin_object().key("line").string(one.line).key("log").string(origins_.origin(one.log));
      out.key("version").integer(one.version).end_object();
    }
    out.end_array();
  }
  out.key("anchored").begin_array();
  for (const auto& [log, quoted] : anchored_) {
    for (const auto& [of, size] : quoted) {
      core::write_fields(out, AnchorRow{.log = origins_.origin(log), .of = origins_.origin(of), .size = size});
    }
  }
  out.end_array().key("caveats");
  caveats_->write_state(out);
  out.key("charter");
  adoptions_->write_state(out);
  out.key("clock_observed").boolean(machine_fault_).key("control");
  control_->write_state(out);
  out.key("flights");
  flights_->write_state(out);
  out.key("held");
  held_->write_state(out);
  if (!incidents_->incidents().empty()) {
    out.key("incidents");
    incidents_->write_state(out);
  }
  out.key("legs");
  legs_->write_state(out);
  out.key("peer_logs").begin_array();
  for (const auto& [log, peer] : peer_logs_) {
    core::write_fields(out, PeerRow{.last_time = peer.last_time, .log = origins_.origin(log), .size = peer.size});
  }
  out.end_array().key("relations");
  relations_->write_state(out);
  if (!reports_->reports().empty()) {
    out.key("reports");
    reports_->write_state(out);
  }
  out.key("shown");
  shown_->write_state(out);
  out.key("skews").begin_array();
  for (const auto& [author, time] : skew_noted_) core::write_fields(out, SkewRow{.author = author, .time = time});
  out.end_array();
  if (!talks_->empty()) {
    out.key("talks");
    talks_->write_state(out);
  }
  out.key("watched");
  watch_->write_state(out);
  out.end_object();
  return text;
}

core::StateHash Coalition::state_hash() const {
  return coordinated_ ? combined(machine_.state_hash(), coordination_state()) : machine_.state_hash();
}

Bytes Coalition::write_snapshot() const {
  Bytes machine = machine_.write_snapshot();
  if (!coordinated_) return machine;
  const std::string rest = coordination_state();
  // The machine's snapshot ends in its state hash.
  core::StateHash machine_hash{};
  std::ranges::copy(ByteView(machine).last(machine_hash.size()), machine_hash.begin());
  Bytes out;
  const auto add = [&out](ByteView bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); };
  add(as_bytes(kMagic));
  for (std::size_t i = 0; i < kLengthBytes; ++i) {
    out.push_back(static_cast<std::uint8_t>(std::uint64_t{machine.size()} >> (8 * i)));
  }
  add(machine);
  add(as_bytes(rest));
  add(combined(machine_hash, rest));
  return out;
}

Result<std::unique_ptr<Coalition>> Coalition::read_snapshot(CoalitionConfig config, ByteView snapshot) {
  const bool whole = as_text(snapshot).starts_with(kMagic);
  ByteView machine = snapshot;
  ByteView rest;
  if (whole) {
    const std::size_t head = kMagic.size() + kLengthBytes;
    if (snapshot.size() < head + sizeof(core::StateHash)) return bad_snapshot("it is cut off");
    std::uint64_t length = 0;
    for (std::size_t i = 0; i < kLengthBytes; ++i) length |= std::uint64_t{snapshot[kMagic.size() + i]} << (8 * i);
    if (length > snapshot.size() - head - sizeof(core::StateHash)) return bad_snapshot("it is cut off");
    machine = snapshot.subspan(head, length);
    rest = snapshot.subspan(head + length);
    rest = rest.first(rest.size() - sizeof(core::StateHash));
  }
  const ShareKey shares = ShareKey::derive(config.machine.ovn_secret);
  core::CharterTexts texts = config.machine.texts;
  core::Machine made = TRY(core::Machine::read_snapshot(std::move(config.machine), machine));
  Origins origins = TRY(origins_of(config.former, made.versions()));
  std::unique_ptr<Coalition> out(new Coalition(std::move(made), std::move(origins), config, shares));
  out->texts_ = std::move(texts);
  if (!whole) return out;
  TRY_VOID(out->read_state(as_text(rest)));
  const core::StateHash hash = out->state_hash();
  if (!std::ranges::equal(hash, snapshot.last(hash.size()))) return bad_snapshot("its state has another hash");
  TRY_VOID(out->settle());
  return out;
}

Status Coalition::read_state(std::string_view text) {
  const auto document = TRY(log::JcsDocument::parse(text, kStateBytesMax));
  const log::JcsValue root = document.root();
  TRY_VOID(root.only({"acts", "ahead", "anchored", "caveats", "charter", "clock_observed", "control", "flights", "held",
                      "incidents", "legs", "peer_logs", "relations", "reports", "shown", "skews", "talks", "watched"}));
  coordinated_ = true;
  for (const ActRow& row : TRY(read_rows<ActRow>(root, "acts"))) {
    core::ShortHash key{};
    const Bytes bytes = TRY(from_hex(row.key));
    if (bytes.size() != key.size()) return bad_snapshot("a command cannot be read");
    std::ranges::copy(bytes, key.begin());
    acts_.add({.time = row.time, .seq = row.seq, .key = key, .content = {}});
  }
  const auto log_named = [this](std::string_view origin) -> Result<LogName> {
    if (const auto name = origins_.log(origin)) return *name;
    return bad_snapshot(fmt::format("\"{}\" is no log of this charter", origin));
  };
  for (const AnchorRow& row : TRY(read_rows<AnchorRow>(root, "anchored"))) {
    const LogName log = TRY(log_named(row.log));
    const LogName of = TRY(log_named(row.of));
    anchored_[log][of] = row.size;
  }
  if (const auto ahead = root.find("ahead")) {
    TRY_VOID(ahead->expect(log::JcsValue::Kind::kArray));
    for (std::size_t i = 0; i < ahead->size(); ++i) {
      const log::JcsValue one = (*ahead)[i];
      const std::string_view origin = TRY(core::string_at(one, "log"));
      ahead_.push_back({.log = TRY(log_named(origin)),
                        .line = std::string(TRY(core::string_at(one, "line"))),
                        .version = TRY(core::integer_at(one, "version", 1, log::kJcsIntegerMax))});
    }
  }
  for (const PeerRow& row : TRY(read_rows<PeerRow>(root, "peer_logs"))) {
    const LogName log = TRY(log_named(row.log));
    peer_logs_[log] = {.size = row.size, .root = {}, .last_time = row.last_time};
  }
  for (const SkewRow& row : TRY(read_rows<SkewRow>(root, "skews"))) skew_noted_[row.author] = row.time;
  const log::JcsValue observed = TRY(root.at("clock_observed"));
  machine_fault_ = TRY(observed.boolean());
  TRY_VOID(adoptions_->read_state(TRY(root.at("charter"))));
  if (adoptions_->in_force() != machine_.charter().version) return bad_snapshot("another version of the charter");
  if (const CharterAdopted* pending = adoptions_->pending()) {
    TRY_VOID(load_pending(*pending));
    control_->announce(pending_.back().charter);
  }
  // In the order in which the parts may ask each other.
  TRY_VOID(relations_->read_state(TRY(root.at("relations"))));
  if (const auto talks = root.find("talks")) TRY_VOID(talks_->read_state(*talks));
  TRY_VOID(control_->read_state(TRY(root.at("control"))));
  follow_control();
  TRY_VOID(legs_->read_state(TRY(root.at("legs"))));
  TRY_VOID(flights_->read_state(TRY(root.at("flights"))));
  traffic_->look_again();
  TRY_VOID(caveats_->read_state(TRY(root.at("caveats"))));
  TRY_VOID(watch_->read_state(TRY(root.at("watched"))));
  if (const auto incidents = root.find("incidents")) TRY_VOID(incidents_->read_state(*incidents));
  if (const auto reports = root.find("reports")) TRY_VOID(reports_->read_state(*reports));
  TRY_VOID(shown_->read_state(TRY(root.at("shown"))));
  TRY_VOID(held_->read_state(TRY(root.at("held"))));
  return {};
}

}  // namespace tansiq::coordination
