// Makes logs, damages them, writes proofs: what the foreign verifier's test needs from our side.
//
//   tansiq_logtool make DIR SIZE [SALT]     a signed log of SIZE entries; SALT changes entry 100
//   tansiq_logtool flip DIR FILE BYTE       flips one bit
//   tansiq_logtool forge DIR ENTRY          changes an entry and its hash in the level-0 tile together
//   tansiq_logtool proofs DIR FILE          inclusion and consistency proofs, one a line, for the foreign side to check
//   tansiq_logtool vkey                     the public key
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "base/file.h"
#include "log/checkpoint.h"
#include "log/export.h"
#include "log/jcs.h"
#include "log/memory_log.h"
#include "log/source.h"

namespace {

using namespace tansiq;
using namespace tansiq::log;

SignerKey test_key() {
  Bytes seed(SignerKey::kSeedBytes);
  for (std::size_t i = 0; i < seed.size(); ++i) seed[i] = static_cast<std::uint8_t>(i * 7 + 1);
  return *SignerKey::from_seed("test.example/log", KeyType::kEd25519, seed);
}

std::string entry_line(std::uint64_t i, std::int64_t salt) {
  std::string line;
  JcsWriter w(line);
  w.begin_object().key("note").string(std::string(i % 90, 'n')).key("salt").integer(salt);
  w.key("seq").integer(static_cast<std::int64_t>(i));
  w.key("time_ms").integer(1'700'000'000'000 + static_cast<std::int64_t>(i) * 10).key("unicode").string("é€😀");
  w.end_object();
  return line + "\n";
}

Status make(const std::filesystem::path& folder, std::uint64_t size, std::int64_t salt) {
  MemoryLog log;
  while (log.size() < size) log.append(entry_line(log.size(), log.size() == 100 ? salt : 0));
  TRY_VOID(log.sign(test_key()));
  // Without the syncs of `export_log`: a test's folder need not survive a power cut.
  TRY_VOID(for_each_tile(size, [&](const TileId& id) -> Status {
    const FetchedTile tile = TRY(fetch(log, id));
    const auto path = folder / id.path();
    std::filesystem::create_directories(path.parent_path());
    std::FILE* const file = std::fopen(path.c_str(), "wb");
    if (file == nullptr) return fail(ErrorCode::kIo, "cannot write", path.string());
    std::fwrite(tile.bytes.data(), 1, tile.bytes.size(), file);
    std::fclose(file);
    return {};
  }));
  const std::string checkpoint = TRY(log.checkpoint());
  return write_file_atomically(folder / "checkpoint", as_bytes(checkpoint));
}

Status flip(const std::filesystem::path& file, std::size_t at) {
  std::string bytes = TRY(read_file(file, kBundleBytesMax));
  if (at >= bytes.size()) return fail(ErrorCode::kInvalid, "no such byte", file.string());
  bytes[at] = static_cast<char>(bytes[at] ^ 1);
  return write_file_atomically(file, as_bytes(bytes));
}

Result<std::uint64_t> size_of(DirectorySource& source) {
  const std::string raw = TRY(source.checkpoint());
  const Note note = TRY(parse_note(raw));
  const Checkpoint checkpoint = TRY(Checkpoint::parse(note.text));
  return checkpoint.size;
}

Status forge(const std::filesystem::path& folder, std::uint64_t entry) {
  DirectorySource source(folder);
  const std::uint64_t size = TRY(size_of(source));
  const std::uint64_t number = entry / kTileWidth;
  const unsigned width = tiles_of_level(size, 0).width(number);
  Bytes bundle = TRY(source.entries(number, width));
  Bytes tile = TRY(source.tile(0, number, width));
  const auto entries = TRY(read_bundle(bundle, width));
  const BundleEntry& victim = entries[entry % kTileWidth];
  const std::size_t salt = as_text(victim.bytes).find("\"salt\":");
  bundle[victim.offset + 2 + salt + 7] ^= 1;  // another digit: still canonical
  const Hash forged = leaf_hash(ByteView(bundle).subspan(victim.offset + 2, victim.bytes.size()));
  std::copy(forged.bytes.begin(), forged.bytes.end(),
            tile.begin() + static_cast<std::ptrdiff_t>(entry % kTileWidth * Hash::kBytes));
  TRY_VOID(write_file_atomically(folder / TileId::entries(number, width).path(), bundle));
  return write_file_atomically(folder / TileId::hashes(0, number, width).path(), tile);
}

void append_proof(std::string& out, const Proof& proof) {
  for (const Hash& hash : proof) out += " " + hash.base64();
  out += "\n";
}

Status proofs(const std::filesystem::path& folder, const std::filesystem::path& file) {
  DirectorySource source(folder);
  const std::uint64_t size = TRY(size_of(source));
  const SubtreeReader reader = subtree_reader_of(tile_hash_reader(source, size));
  std::string out;
  for (std::uint64_t i = 0; i < size; i = i * 3 + 1) {
    out += fmt::format("inclusion {} {}", i, size);
    append_proof(out, TRY(inclusion_proof(i, size, reader)));
    const Hash prefix = TRY(prefix_root(i + 1, reader));
    out += fmt::format("consistency {} {} {}", i + 1, size, prefix.base64());
    append_proof(out, TRY(consistency_proof(i + 1, size, reader)));
  }
  return write_file_atomically(file, as_bytes(out));
}

Status act(const std::vector<std::string>& a) {
  const std::string verb = a.empty() ? "" : a[0];
  const auto number = [&a](std::size_t i) { return std::strtoull(a[i].c_str(), nullptr, 10); };
  if (verb == "make" && a.size() >= 3) {
    return make(a[1], number(2), a.size() > 3 ? static_cast<std::int64_t>(number(3)) : 0);
  }
  if (verb == "flip" && a.size() == 4) return flip(std::filesystem::path(a[1]) / a[2], number(3));
  if (verb == "forge" && a.size() == 3) return forge(a[1], number(2));
  if (verb == "proofs" && a.size() == 3) return proofs(a[1], a[2]);
  if (verb == "vkey") {
    fmt::print("{}\n", test_key().verifier().text());
    return {};
  }
  return fail(ErrorCode::kInvalid,
              "make DIR SIZE [SALT] | flip DIR FILE BYTE | forge DIR ENTRY | proofs DIR FILE | vkey");
}

}  // namespace

int main(int argc, char** argv) {
  const Status status = act({argv + 1, argv + argc});
  if (status) return 0;
  fmt::print(stderr, "tansiq_logtool: {}\n", status.error().text());
  return 1;
}
