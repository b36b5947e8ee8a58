#include "store/snapshots.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace tansiq::store {
namespace {

constexpr std::string_view kPrefix = "snapshot-";
constexpr std::string_view kUnfinished = ".tmp";  // As `Files::replace` names what it writes aside.
constexpr std::string_view kMagic = "tansiq snapshot1";
constexpr std::size_t kHeaderBytes = 16 + 8 + 32 + 32;

std::string snapshot_path(const std::string& folder, std::uint64_t next_seq) {
  // Padded, so that names sort as numbers.
  return fmt::format("{}/{}{:020}", folder, kPrefix, next_seq);
}

std::optional<std::uint64_t> seq_of(std::string_view name) {
  if (!name.starts_with(kPrefix)) return std::nullopt;
  name.remove_prefix(kPrefix.size());
  std::uint64_t seq = 0;
  const auto [end, code] = std::from_chars(name.data(), name.data() + name.size(), seq);
  if (code != std::errc{} || end != name.data() + name.size() || name.size() != 20) return std::nullopt;
  return seq;
}

/// Seqs of the snapshot files, newest first.
Result<std::vector<std::uint64_t>> snapshot_seqs(Files& files, const std::string& folder) {
  std::vector<std::uint64_t> seqs;
  for (const std::string& name : TRY(files.list(folder))) {
    if (const auto seq = seq_of(name)) seqs.push_back(*seq);
  }
  std::ranges::sort(seqs, std::greater<>{});
  return seqs;
}

/// What a process that was killed while it wrote one has left. Nobody writes here but the caller.
Status remove_unfinished(Files& files, const std::string& folder) {
  for (const std::string& name : TRY(files.list(folder))) {
    if (name.starts_with(kPrefix) && name.ends_with(kUnfinished)) TRY_VOID(files.remove(folder + "/" + name));
  }
  return {};
}

/// magic, next_seq (big-endian), state hash, then the SHA-256 of these and of the content's SHA-256.
Bytes make_header(std::uint64_t next_seq, const Hash& state_hash, ByteView content) {
  Bytes header(kMagic.begin(), kMagic.end());
  for (int shift = 56; shift >= 0; shift -= 8) header.push_back(static_cast<std::uint8_t>(next_seq >> shift));
  header.insert(header.end(), state_hash.bytes.begin(), state_hash.bytes.end());
  Bytes covered = header;
  const Hash content_hash = log::sha256(content);
  covered.insert(covered.end(), content_hash.bytes.begin(), content_hash.bytes.end());
  const Hash sum = log::sha256(covered);
  header.insert(header.end(), sum.bytes.begin(), sum.bytes.end());
  return header;
}

std::optional<Snapshot> parse_snapshot(ByteView file, std::uint64_t next_seq) {
  if (file.size() < kHeaderBytes) return std::nullopt;
  Snapshot snapshot{.next_seq = next_seq};
  std::memcpy(snapshot.state_hash.bytes.data(), file.data() + kMagic.size() + 8, Hash::kBytes);
  const ByteView content = file.subspan(kHeaderBytes);
  if (!std::ranges::equal(make_header(next_seq, snapshot.state_hash, content), file.first(kHeaderBytes))) {
    return std::nullopt;
  }
  snapshot.bytes.assign(content.begin(), content.end());
  return snapshot;
}

}  // namespace

Status write_snapshot(Files& files, const std::string& folder, std::uint64_t next_seq, const Hash& state_hash,
                      ByteView bytes) {
  const Bytes header = make_header(next_seq, state_hash, bytes);
  const ByteView parts[] = {header, bytes};
  TRY_VOID(files.replace(snapshot_path(folder, next_seq), parts));
  const std::vector<std::uint64_t> seqs = TRY(snapshot_seqs(files, folder));
  for (std::size_t i = kSnapshotsKept; i < seqs.size(); ++i) {
    TRY_VOID(files.remove(snapshot_path(folder, seqs[i])));
  }
  return remove_unfinished(files, folder);
}

Result<std::optional<Snapshot>> read_latest_snapshot(Files& files, const std::string& folder, std::uint64_t seq_max) {
  for (const std::uint64_t seq : TRY(snapshot_seqs(files, folder))) {
    if (seq > seq_max) continue;
    const std::optional<Bytes> file = TRY(files.read(snapshot_path(folder, seq)));
    if (!file) continue;
    if (std::optional<Snapshot> snapshot = parse_snapshot(*file, seq)) return snapshot;
  }
  return std::nullopt;
}

Status remove_snapshots(Files& files, const std::string& folder) {
  for (const std::uint64_t seq : TRY(snapshot_seqs(files, folder))) TRY_VOID(files.remove(snapshot_path(folder, seq)));
  return {};
}

}  // namespace tansiq::store
