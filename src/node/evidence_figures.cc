#include "node/evidence_figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <vector>

#include "base/random.h"
#include "core/charter.h"
#include "log/bundle_verify.h"
#include "node/evidence_maker.h"
#include "node/head_note.h"
#include "store/sqlite_store.h"
#include "surveillance/recording.h"

namespace tansiq::node {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kBeginMs = 1'795'341'600'000;
constexpr std::uint64_t kReportsADatagram = 24;
constexpr std::size_t kReportOctets = 60;
constexpr std::string_view kMembers = "figures.example/members";

Result<std::string> write_charter(const fs::path& path, const log::SignerKey& key) {
  core::Charter charter;
  charter.id = "figures";
  charter.name = "Figures";
  charter.authorities.push_back({.id = AuthorityId::trusted("us"), .name = "us", .keys = {key.verifier().text()}});
  const log::SignerKey* const keys[] = {&key};
  std::string note = TRY(log::sign_note(core::charter_text(charter), keys));
  std::ofstream out(path, std::ios::binary);
  out << note;
  if (!out.flush()) return fail(ErrorCode::kIo, "cannot write", path.string());
  return note;
}

/// Octets that look like nothing: what they say plays no part.
Status write_recording(const std::string& path, const EvidenceRun& run) {
  surveillance::SourceConfig source;
  source.name = "radar";
  source.transport = TRY(surveillance::parse_transport("udp://127.0.0.1:8600"));
  auto writer = TRY(surveillance::RecordingWriter::create(path, {.made = {kBeginMs}, .sources = {source}}));
  SeededRandom random(1);
  Bytes datagram(kReportsADatagram * kReportOctets);
  for (std::uint8_t& octet : datagram) octet = static_cast<std::uint8_t>(random.next());
  const std::uint64_t a_second = std::max<std::uint64_t>(1, run.tracks / run.report_every_s / kReportsADatagram);
  for (std::uint64_t second = 0; second < run.seconds; ++second) {
    for (std::uint64_t i = 0; i < a_second; ++i) {
      datagram[(second + i) % datagram.size()] ^= static_cast<std::uint8_t>(i);
      const UtcMs received{kBeginMs + static_cast<std::int64_t>(second) * 1'000};
      TRY_VOID(writer.append({.received = received, .bytes = datagram}));
    }
  }
  return writer.sync();
}

Status write_record(const fs::path& data, const log::SignerKey& key, const EvidenceRun& run) {
  HeadNotes notes;
  notes.add_own(TRY(key.renamed(key.name())));
  notes.add_own(TRY(key.renamed(kMembers)));
  store::SqliteStoreOptions options;
  options.folder = data.string();
  options.origin = key.name();
  options.sign = [&](store::LogId, std::string_view origin, std::uint64_t size, const log::Hash& root) {
    return notes.sign(origin, size, root);
  };
  const auto store = TRY(store::SqliteStore::open(std::move(options)));
  const store::LogId members = TRY(store->add_log(kMembers));
  const std::string text(250, 'x');  // as long as an entry usually is
  for (std::uint64_t seq = 0; seq < run.entries;) {
    std::vector<std::string> lines;
    for (; lines.size() < 1'000 && seq < run.entries; ++seq) {
      const auto ms = kBeginMs + static_cast<std::int64_t>(seq * run.seconds * 1'000 / run.entries);
      lines.push_back(fmt::format(
          "{{\"body\":{{\"text\":\"{}\"}},\"seq\":{},\"time_ms\":{},\"type\":\"test\",\"v\":1}}\n", text, seq, ms));
    }
    std::vector<store::NewEntry> entries;
    for (const std::string& line : lines) entries.push_back({members, as_bytes(line)});
    TRY(store->append({.entries = entries}));
  }
  return {};
}

template <class Work>
double seconds_of(Work&& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

Result<EvidenceFigures> measure_evidence(const EvidenceRun& run) {
  const log::SignerKey key = TRY(log::SignerKey::generate("figures.example/main", log::KeyType::kEd25519));
  const fs::path data = run.folder / "data";
  const fs::path recording = run.folder / "hour.tsr";
  const fs::path bundle = run.folder / "hour.bundle";
  TRY_VOID(write_record(data, key, run));
  const std::string charter = TRY(write_charter(data / "charter.note", key));
  TRY_VOID(write_recording(recording.string(), run));

  EvidenceRequest request;
  request.from = UtcMs{kBeginMs};
  request.to = UtcMs{kBeginMs + static_cast<std::int64_t>(run.seconds) * 1'000};
  request.attach.push_back({.label = {}, .path = recording});
  request.made = *request.to;
  EvidenceFigures figures;
  Result<MadeEvidence> made = fail(ErrorCode::kInternal, "not run");
  figures.make_seconds = seconds_of([&] { made = make_evidence(data, request, bundle); });
  if (!made) return std::unexpected(std::move(made).error());
  Result<log::BundleReport> report = fail(ErrorCode::kInternal, "not run");
  figures.verify_seconds =
      seconds_of([&] { report = log::verify_bundle_file(bundle, {.keys = {}, .charters = {charter}}); });
  if (!report) return std::unexpected(std::move(report).error());
  if (!report->good() || report->logs.size() != 1 || report->logs[0].entries.size() != run.entries) {
    return fail(ErrorCode::kCorrupt, "the bundle just made does not verify", bundle.string());
  }
  figures.entries = made->entries;
  figures.bundle_bytes = made->written.bytes;
  figures.recording_bytes = fs::file_size(recording);
  return figures;
}

}  // namespace tansiq::node
