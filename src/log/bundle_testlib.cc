#include "log/bundle_testlib.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "base/invariant.h"
#include "base/temporary_folder.h"
#include "log/cosignature.h"
#include "log/jcs.h"
#include "log/log_testlib.h"

namespace tansiq::log::testing {
namespace {

SignerKey seeded(const std::string& name, KeyType type, std::uint8_t seed) {
  const Bytes bytes(SignerKey::kSeedBytes, seed);
  return std::move(*SignerKey::from_seed(name, type, bytes));
}

std::string anchor_of(const BundleLogMaker& other, std::uint64_t size) {
  return fmt::format(R"({{"seen":[{{"origin":"{}","root":"{}","size":{}}}]}})", other.origin, other.root(size).hex(),
                     size);
}

std::string charter_note(const BundleLogMaker& fr, const BundleLogMaker& us) {
  std::string text;
  JcsWriter w(text);
  w.begin_object().key("authorities").begin_array();
  for (const BundleLogMaker* of : {&fr, &us}) {
    w.begin_object().key("id").string(of->authority).key("keys").begin_array().string(of->main.verifier().text());
    w.end_array().key("name").string("Authority " + of->authority).key("peer").begin_object().key("cosigner");
    w.string(of->cosigner.verifier().text()).end_object().end_object();
  }
  w.end_array().key("id").string("levant").key("name").string("Levant").key("version").integer(1).end_object();
  const SignerKey* const keys[] = {&fr.main, &us.main};
  return *sign_note(text + "\n", keys);
}

}  // namespace

SubtreeReader nodes_of(const std::vector<std::string>& lines) {
  return [lines](LeafRange range) -> Result<Hash> {
    RightEdge edge;
    for (std::uint64_t i = range.begin; i < range.end; ++i) edge.append(leaf_hash(lines.at(i)));
    return edge.root();
  };
}

BundleLogMaker::BundleLogMaker(const std::string& of, std::uint8_t seed)
    : authority(of),
      origin(of + ".example/members"),
      main(seeded(of + ".example/main", KeyType::kEd25519, seed)),
      signer(std::move(*main.renamed(origin))),
      cosigner(seeded(of + ".example/cosigner", KeyType::kEd25519Cosignature, static_cast<std::uint8_t>(seed + 100))) {}

std::string& BundleLogMaker::add(std::string_view type, std::int64_t time_ms, std::string_view body) {
  lines.push_back(fmt::format(R"({{"body":{},"seq":{},"time_ms":{},"type":"{}","v":1}})"
                              "\n",
                              body, lines.size(), time_ms, type));
  return lines.back();
}

Hash BundleLogMaker::root(std::uint64_t size) const { return *prefix_root(size, nodes_of(lines)); }

std::string BundleLogMaker::note(std::uint64_t size, const std::vector<const SignerKey*>& cosigners,
                                 std::uint64_t seconds) const {
  const Checkpoint checkpoint{.origin = origin, .size = size, .root = root(size), .extensions = {}};
  Note note = *parse_note(*sign_checkpoint(checkpoint, signer));
  for (const SignerKey* key : cosigners) note.signatures.push_back(*cosign(note.text, {seconds}, *key));
  return format_note(note);
}

std::string BundleLogMaker::checkpoint_line(const std::string& note, std::uint64_t size,
                                            std::optional<std::uint64_t> before) const {
  std::string out;
  CheckpointLine line{.note = note, .proof = {}};
  if (before) line.proof = *consistency_proof(*before, size, nodes_of(lines));
  EXPECT_INVARIANT(append_line(out, line).has_value());
  return out;
}

std::string BundleLogMaker::tree_line(std::uint64_t size, std::uint64_t to) const {
  std::string out;
  const TreeLine line{
      .size = size, .root = root(size), .to = to, .proof = *consistency_proof(size, to, nodes_of(lines))};
  EXPECT_INVARIANT(append_line(out, line).has_value());
  return out;
}

std::string BundleLogMaker::entry_line(std::uint64_t index, std::uint64_t size) const {
  std::string out;
  const EntryLine line{
      .index = index, .line = lines.at(index), .size = size, .proof = *inclusion_proof(index, size, nodes_of(lines))};
  EXPECT_INVARIANT(append_line(out, line).has_value());
  return out;
}

SignerKey charter_key(const std::string& authority, std::uint8_t seed, const std::string& name) {
  return seeded(name.empty() ? authority + ".example/main" : name, KeyType::kEd25519, seed);
}

CharterParty::CharterParty(const std::string& authority, std::uint8_t seed)
    : CharterMember{.id = authority, .keys = {charter_key(authority, seed).verifier().text()}, .cosigner = {}},
      key(charter_key(authority, seed)) {}

CharterMaker::CharterMaker(std::vector<CharterMember> of, std::int64_t number)
    : parties(std::move(of)), version(number), from_ms(1'795'000'000'000 + number) {}

std::string CharterMaker::note(const std::vector<const SignerKey*>& signers) const {
  std::string text;
  JcsWriter w(text);
  w.begin_object().key("authorities").begin_array();
  for (const CharterMember& party : parties) {
    w.begin_object().key("id").string(party.id).key("keys").begin_array();
    for (const std::string& one : party.keys) w.string(one);
    w.end_array().key("name").string("Authority " + party.id);
    if (!party.cosigner.empty()) w.key("peer").begin_object().key("cosigner").string(party.cosigner).end_object();
    w.end_object();
  }
  w.end_array().key("data_mode").string("TEST").key("id").string(id).key("name").string("Levant");
  if (!timing.empty()) w.key("timing").raw(timing);
  w.key("valid_from_ms").integer(from_ms).key("version").integer(version).key("zones").begin_array();
  for (const CharterMember& party : parties) {
    w.begin_object().key("domain").string(domain).key("id").string("Z-" + party.id).key("outline").begin_object();
    w.key("circle").integer(1).end_object().key("owner").string(party.id).end_object();
  }
  w.end_array().end_object();
  const auto signed_note = sign_note(text + "\n", signers);
  if (!signed_note) throw std::runtime_error(signed_note.error().text());
  return *signed_note;
}

BundleWorld::BundleWorld() : attachment("what the radar heard\n") {
  // 10:00:00 on 22 November 2026, in seconds.
  constexpr std::int64_t kTen = 1'795'341'600;
  const auto ms = [](std::int64_t second) { return (kTen + second) * 1'000; };
  us.add("watch.set", ms(0));
  us.add("talk.message", ms(10), "{\"text\":\"Who is this? \u0645\u0646\"}");
  fr.add("watch.set", ms(5));
  fr.add("anchor.members", ms(12), anchor_of(us, 2));
  fr.add("incident.stated", ms(20), fmt::format(R"({{"held":["{}"]}})", sha256(attachment).hex()));
  us.add("anchor.members", ms(25), anchor_of(fr, 2));
  us.add("talk.answered", ms(30));
  fr.add("watch.set", ms(40));

  charter = charter_note(fr, us);
  const auto part = [this](BundleKind kind, std::string name, std::string content) {
    parts.push_back({.kind = kind, .name = std::move(name), .content = std::move(content)});
  };
  const auto second = [](std::int64_t seconds) { return static_cast<std::uint64_t>(kTen + seconds); };
  part(BundleKind::kCharter, "1", charter);
  part(BundleKind::kCheckpoints, fr.origin,
       fr.checkpoint_line(fr.note(3, {&us.cosigner}, second(22)), 3, std::nullopt) +
           fr.checkpoint_line(fr.note(4), 4, 3));
  part(BundleKind::kCheckpoints, us.origin,
       us.checkpoint_line(us.note(4, {&fr.cosigner}, second(33)), 4, std::nullopt));
  part(BundleKind::kTrees, fr.origin, fr.tree_line(2, 3));
  part(BundleKind::kTrees, us.origin, us.tree_line(2, 4));
  part(BundleKind::kEntries, fr.origin, fr.entry_line(1, 3) + fr.entry_line(2, 3) + fr.entry_line(3, 4));
  part(BundleKind::kEntries, us.origin, us.entry_line(1, 2) + us.entry_line(2, 4) + us.entry_line(3, 4));
  part(BundleKind::kAttachment, "watch.tsr", attachment);
}

BundlePart& BundleWorld::part(BundleKind kind, std::string_view name) {
  for (BundlePart& one : parts) {
    if (one.kind == kind && one.name == name) return one;
  }
  throw std::runtime_error("no such section");
}

std::string bundle_bytes(const std::vector<BundlePart>& parts) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "bundle";
  const auto written = write_bundle(path, parts, {.made = {1'795'345'200'000}, .progress = {}});
  if (!written) throw std::runtime_error(written.error().text());
  return read_whole(path);
}

BundleFileReader::Read reading(std::string_view bytes, std::size_t piece) {
  return [rest = bytes, piece](std::span<std::uint8_t> into) mutable -> Result<std::size_t> {
    const std::size_t size = std::min({rest.size(), into.size(), piece});
    std::copy_n(rest.begin(), size, into.begin());
    rest.remove_prefix(size);
    return size;
  };
}

BundleReport verify_bytes(std::string_view bytes, const VerifyBundleOptions& options) {
  auto report = verify_bundle(reading(bytes), options);
  if (!report) throw std::runtime_error(report.error().text());
  return std::move(*report);
}

}  // namespace tansiq::log::testing
