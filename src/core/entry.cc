#include "core/entry.h"

#include <fmt/core.h>

#include "base/foreign_text.h"
#include "base/invariant.h"
#include "core/decision_json.h"
#include "core/jcs_read.h"

namespace tansiq::core {
namespace {

using log::JcsValue;
using log::JcsWriter;

constexpr std::array<std::string_view, 13> kTypes{
    "genesis",           "intent.accepted", "intent.updated", "intent.activated", "intent.nonconforming",
    "intent.contingent", "intent.ended",    "intent.expired", "intent.refused",   "measure.created",
    "measure.updated",   "measure.ended",   "measure.expired"};

/// What an entry needs beside request and decision: braces, names, subject, command id, numbers.
constexpr std::size_t kFrameBytes = 512;

bool expiry(EntryType type) { return type == EntryType::kIntentExpired || type == EntryType::kMeasureExpired; }

void write_expired(JcsWriter& w, const Entry& entry) {
  w.key("expired").begin_array();
  for (const Expired& e : entry.expired) w.begin_array().string(e.id).integer(e.version).end_array();
  w.end_array();
}

Result<std::vector<Expired>> read_expired(const JcsValue& value) {
  TRY_VOID(value.expect(JcsValue::Kind::kArray));
  if (value.size() == 0 || value.size() > kExpiredPerEntryMax) {
    return value.fail_here(fmt::format("1 to {} rows", kExpiredPerEntryMax));
  }
  std::vector<Expired> rows;
  rows.reserve(value.size());
  for (std::size_t i = 0; i < value.size(); ++i) {
    const JcsValue row = value[i];
    if (row.kind() != JcsValue::Kind::kArray || row.size() != 2) return row.fail_here("a row is [id, version]");
    const std::string_view id = TRY(row[0].string());
    TRY_VOID(check_id(id, "id"));
    rows.push_back({std::string(id), TRY(row[1].integer(1, log::kJcsIntegerMax))});
  }
  return rows;
}

/// authority, charter_id, charter_sha256, charter_version, data_mode.
Status read_genesis(const JcsValue& root, Genesis& genesis) {
  TRY_VOID(root.only(
      {"authority", "charter_id", "charter_sha256", "charter_version", "data_mode", "seq", "time_ms", "type", "v"}));
  genesis.authority = TRY(parsed_at(root, "authority", AuthorityId::parse));
  genesis.charter_id = TRY(string_at(root, "charter_id"));
  genesis.charter_sha256 = TRY(string_at(root, "charter_sha256"));
  genesis.charter_version = TRY(integer_at(root, "charter_version", 1, log::kJcsIntegerMax));
  genesis.data_mode = TRY(parsed_at(root, "data_mode", parse_data_mode));
  return {};
}

Status read_body(const JcsValue& root, Entry& entry) {
  if (entry.type == EntryType::kGenesis) return read_genesis(root, entry.genesis);
  if (expiry(entry.type)) {
    TRY_VOID(root.only({"expired", "seq", "time_ms", "type", "v"}));
    entry.expired = TRY(read_at(root, "expired", read_expired));
    return {};
  }
  TRY_VOID(root.only({"by", "cmd", "decision", "for", "request", "seq", "time_ms", "type", "v"}));
  if (root.find("for")) entry.acts_for = TRY(parsed_at(root, "for", Subject::parse));
  entry.by = TRY(parsed_at(root, "by", Subject::parse));
  entry.cmd = TRY(parsed_at(root, "cmd", CommandId::parse));
  entry.decision = TRY(read_at(root, "decision", read_decision));
  entry.request = TRY(read_at(root, "request", read_request));
  return {};
}

Result<EntryType> read_type(const JcsValue& value) {
  const std::string_view text = TRY(value.string());
  for (std::size_t i = 0; i < kTypes.size(); ++i) {
    if (kTypes[i] == text) return static_cast<EntryType>(i);
  }
  return fail(
      ErrorCode::kUnsupported,
      fmt::format("entry type \"{}\" is unknown: a newer program wrote this log", foreign_text(text, kQuotedBytesMax)),
      "type");
}

}  // namespace

std::string_view to_text(EntryType type) { return kTypes[static_cast<std::size_t>(type)]; }

EntryType type_of(const Action& action, const Decision& decision) {
  constexpr std::array<EntryType, std::variant_size_v<Action>> kByAction{
      EntryType::kIntentAccepted,      EntryType::kIntentUpdated,    EntryType::kIntentActivated,
      EntryType::kIntentNonconforming, EntryType::kIntentContingent, EntryType::kIntentEnded,
      EntryType::kMeasureCreated,      EntryType::kMeasureUpdated,   EntryType::kMeasureEnded};
  return decision.accepted() ? kByAction[action.index()] : EntryType::kIntentRefused;
}

namespace {

/// The version that an entry is written in.
std::int64_t format_of(const Entry& entry) {
  const bool craft = entry.request && !craft_of(*entry.request).empty();
  return craft || !entry.acts_for.empty() ? kEntryFormatCraft : kEntryFormat;
}

}  // namespace

void write_entry(std::string& out, const Entry& entry, std::string_view request) {
  const std::size_t start = out.size();
  std::string own_request;
  JcsWriter w(out);
  w.begin_object();
  if (entry.type == EntryType::kGenesis) {
    w.key("authority").string(entry.genesis.authority.str()).key("charter_id").string(entry.genesis.charter_id);
    w.key("charter_sha256").string(entry.genesis.charter_sha256);
    w.key("charter_version").integer(entry.genesis.charter_version);
    w.key("data_mode").string(to_text(entry.genesis.data_mode));
  } else if (expiry(entry.type)) {
    write_expired(w, entry);
  } else {
    EXPECT_INVARIANT(entry.request.has_value());
    if (request.empty()) {
      JcsWriter r(own_request);
      write_request(r, *entry.request);
      request = own_request;
    }
    EXPECT_INVARIANT(request.size() <= kRequestEntryBytesMax);
    w.key("by").string(entry.by.str()).key("cmd").string(entry.cmd.str()).key("decision");
    write_decision(w, out, entry.decision, out.size() + kEntryBytesMax - kFrameBytes - request.size());
    if (!entry.acts_for.empty()) w.key("for").string(entry.acts_for.str());
    w.key("request").raw(request);
  }
  w.key("seq").integer(static_cast<std::int64_t>(entry.seq)).key("time_ms").integer(entry.time.ms);
  w.key("type").string(to_text(entry.type)).key("v").integer(format_of(entry)).end_object();
  out += '\n';
  EXPECT_INVARIANT(out.size() - start <= kEntryBytesMax);
}

Result<Entry> read_entry(std::string_view line) {
  if (line.empty() || line.back() != '\n') return fail(ErrorCode::kMalformed, "an entry ends in a line feed");
  line.remove_suffix(1);
  const log::JcsDocument document = TRY(log::JcsDocument::parse(line, kEntryBytesMax));
  const JcsValue root = document.root();
  // The version comes first: of a later format nothing else can be judged.
  const std::int64_t format = TRY(integer_at(root, "v", 1, log::kJcsIntegerMax));
  if (format > kEntryFormatCraft) {
    return fail(
        ErrorCode::kUnsupported,
        fmt::format("entry format {} is newer than this program, which reads up to {}", format, kEntryFormatCraft),
        "v");
  }
  Entry entry;
  entry.type = TRY(read_at(root, "type", read_type));
  entry.seq = static_cast<std::uint64_t>(TRY(integer_at(root, "seq", 0, log::kJcsIntegerMax)));
  entry.time.ms = TRY(integer_at(root, "time_ms", kUtcMin.ms, kUtcMax.ms));
  TRY_VOID(read_body(root, entry));
  if (format != format_of(entry)) {
    return fail(ErrorCode::kInvalid, fmt::format("an entry with these members is of format {}", format_of(entry)), "v");
  }
  if (request_bytes(line).size() > kRequestEntryBytesMax) {
    return fail(ErrorCode::kInvalid, fmt::format("a request has at most {} bytes", kRequestEntryBytesMax), "request");
  }
  return entry;
}

std::string_view request_bytes(std::string_view line) {
  // Both marks begin with a comma and a bare quote, which no JSON string can hold unescaped, so they are members; and
  // neither the decision nor a request has a member of these names.
  constexpr std::string_view kBefore = ",\"request\":";
  constexpr std::string_view kAfter = ",\"seq\":";
  const std::size_t begin = line.find(kBefore);
  const std::size_t end = line.rfind(kAfter);
  if (begin == std::string_view::npos || end == std::string_view::npos) return {};
  return line.substr(begin + kBefore.size(), end - begin - kBefore.size());
}

std::vector<geo::Volume4d> shifted(std::vector<geo::Volume4d> volumes, DurationMs time_ms, std::int64_t level_cm) {
  for (geo::Volume4d& volume : volumes) {
    volume.window.start = volume.window.start + time_ms;
    volume.window.end = volume.window.end + time_ms;
    if (volume.band.lower_cm != geo::kHeightUnboundedLow) volume.band.lower_cm += level_cm;
    if (volume.band.upper_cm != geo::kHeightUnboundedHigh) volume.band.upper_cm += level_cm;
  }
  return volumes;
}

Conflict disclosed(Conflict conflict) {
  if (conflict.told < Disclosure::kCoarse) {
    conflict.intent = {};
    conflict.version = 0;
    conflict.manager = {};
  }
  if (conflict.told < Disclosure::kBusy) {
    conflict.band = {};
    conflict.window = {};
  }
  return conflict;
}

Decision disclosed(Decision decision) {
  for (auto* list : {&decision.conflicts, &decision.overlaps, &decision.affected}) {
    for (Conflict& row : *list) row = disclosed(std::move(row));
  }
  return decision;
}

}  // namespace tansiq::core
