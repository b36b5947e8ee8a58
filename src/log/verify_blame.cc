#include "log/verify_blame.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <functional>

namespace tansiq::log::verify_detail {
namespace {

// More doubtful hashes than this in one place are not tried in every mixture: 2^8 mixtures of 255 hashings.
constexpr std::size_t kMixedDoubtsMax = 8;

bool unreadable(const Error& error) {
  return error.code == ErrorCode::kNotFound || error.code == ErrorCode::kTooLarge ||
         error.code == ErrorCode::kMalformed;
}

// Finds which mixture of computed and stored hashes satisfies `leads_to_truth`; bit i says that doubt i is decided for
// the stored hash. The entries are believed first, then the tiles.
std::optional<std::uint32_t> right_mixture(std::size_t doubts,
                                           const std::function<bool(std::uint32_t)>& leads_to_truth) {
  if (leads_to_truth(0)) return 0;
  const std::uint32_t all = doubts >= 32 ? ~0U : (1U << doubts) - 1;
  if (doubts != 0 && leads_to_truth(all)) return all;
  if (doubts > kMixedDoubtsMax) return std::nullopt;
  for (std::uint32_t mask = 1; mask < all; ++mask) {
    if (leads_to_truth(mask)) return mask;
  }
  return std::nullopt;
}

bool takes_stored(std::uint32_t mask, std::size_t doubt) {
  return doubt >= 32 ? mask == ~0U : (mask >> doubt & 1) != 0;
}

struct Repair {
  std::size_t at = 0;
  std::uint8_t expected = 0;
};

// Looks for a single byte whose change turns the entry into the one that the tree holds: what one flipped byte on a
// disk looks like. Single bits first, then all values, within a budget of hashed bytes.
std::optional<Repair> find_repair(ByteView entry, const Hash& truth, std::uint64_t& budget_bytes) {
  Bytes bytes(entry.begin(), entry.end());
  const auto fits = [&](std::size_t at, std::uint8_t value) {
    const std::uint8_t before = std::exchange(bytes[at], value);
    const bool right = leaf_hash(bytes) == truth;
    bytes[at] = before;
    return right;
  };
  const std::uint64_t pass = std::uint64_t{entry.size()} * (entry.size() + 64);
  if (pass * 8 > budget_bytes) return std::nullopt;
  budget_bytes -= pass * 8;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      const auto value = static_cast<std::uint8_t>(bytes[at] ^ (1U << bit));
      if (fits(at, value)) return Repair{at, value};
    }
  }
  if (pass * 247 > budget_bytes) return std::nullopt;
  budget_bytes -= pass * 247;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (unsigned value = 0; value < 256; ++value) {
      if (!std::has_single_bit(value ^ bytes[at]) && fits(at, static_cast<std::uint8_t>(value))) {
        return Repair{at, static_cast<std::uint8_t>(value)};
      }
    }
  }
  return std::nullopt;
}

}  // namespace

Result<std::optional<Bytes>> read_tile(LogSource& source, const TileId& id, std::string& path, Findings* findings) {
  path = id.path();
  auto fetched = fetch(source, id);
  if (!fetched && !unreadable(fetched.error())) return std::unexpected(std::move(fetched).error());
  if (!fetched) {
    if (findings != nullptr) {
      findings->add({FindingKind::kMissing, path, {}, {}, {}, {}, {}, std::move(fetched).error().message});
    }
    return std::nullopt;
  }
  path = fetched->file.path();
  const std::size_t wanted = id.width * Hash::kBytes;
  if (id.kind == TileId::Kind::kHashes && fetched->bytes.size() != wanted) {
    if (findings != nullptr) {
      findings->add({FindingKind::kTile,
                     path,
                     {},
                     {},
                     ByteRange{std::min(fetched->bytes.size(), wanted), std::max(fetched->bytes.size(), wanted)},
                     fmt::format("{} bytes", wanted),
                     fmt::format("{} bytes", fetched->bytes.size()),
                     "tile has another size"});
    }
    return std::nullopt;
  }
  return std::optional(std::move(fetched->bytes));
}

Result<BundleFiles> read_bundle_files(LogSource& source, std::uint64_t size, std::uint64_t number, Findings* findings) {
  BundleFiles files;
  files.number = number;
  files.width = tiles_of_level(size, 0).width(number);
  files.bundle = TRY(read_tile(source, TileId::entries(number, files.width), files.bundle_path, findings));
  files.tile = TRY(read_tile(source, TileId::hashes(0, number, files.width), files.tile_path, findings));
  return files;
}

Result<Blame::Subject> Blame::load(unsigned level, std::uint64_t number) {
  Subject subject;
  subject.id = TileId::hashes(level, number, tiles_of_level(size_, level).width(number));
  if (level != 0) {
    const auto hashes = tree_.tile(level, number);
    subject.computed.assign(hashes.begin(), hashes.end());
    subject.stored = TRY(read_tile(source_, subject.id, subject.path, nullptr));
    return subject;
  }
  subject.bundle = TRY(read_bundle_files(source_, size_, number, nullptr));
  subject.path = subject.bundle->tile_path;
  subject.stored = subject.bundle->tile;
  subject.framing = frame(*subject.bundle);
  for (std::size_t i = 0; i < subject.id.width; ++i) {
    const bool there = i < subject.framing.entries.size();
    subject.computed.push_back(there ? subject.framing.entries[i].hash
                                     : stored_hash(subject.stored, i).value_or(Hash{}));
  }
  return subject;
}

void Blame::collect_doubts(const Subject& subject, std::vector<Doubt>& doubts) {
  for (std::size_t i = 0; i < subject.computed.size(); ++i) {
    const auto stored = stored_hash(subject.stored, i);
    if (stored && *stored != subject.computed[i]) {
      doubts.push_back({subject.id.level, subject.id.number, i, subject.computed[i], *stored});
    }
  }
}

void Blame::distrust(unsigned level, std::uint64_t index, std::optional<Hash> truth) {
  truths_[{level, index}] = truth;
  if (level != 0) work_.insert({level - 1, index});
}

std::optional<Hash> Blame::truth(unsigned level, std::uint64_t index) const {
  const auto known = truths_.find({level, index});
  return known != truths_.end() ? known->second : tree_.at(level, index);
}

Status Blame::run(const std::set<Place>& suspects) {
  TRY_VOID(judge_right_edge());
  for (const auto& [level, number] : suspects) {
    if (number < tiles_of_level(size_, level).full) work_.insert({level, number});
  }
  while (!work_.empty() && findings_.has_room()) {
    const auto [level, number] = *work_.begin();
    work_.erase(work_.begin());
    TRY_VOID(judge_tile(level, number));
  }
  return {};
}

// The unfinished tiles of all levels together make the root.
Status Blame::judge_right_edge() {
  std::vector<Subject> subjects;
  std::vector<Doubt> doubts;
  for (unsigned level = kTileLevelsMax; level-- > 0;) {
    const LevelTiles tiles = tiles_of_level(size_, level);
    if (tiles.partial == 0) continue;
    subjects.push_back(TRY(load(level, tiles.full)));
    report_framing(subjects.back());
    collect_doubts(subjects.back(), doubts);
  }
  const auto subject_of = [&subjects](const Doubt& doubt) -> Subject& {
    return *std::find_if(subjects.begin(), subjects.end(), [&](const Subject& s) { return s.id.level == doubt.level; });
  };
  const auto mixture = right_mixture(doubts.size(), [&](std::uint32_t mask) {
    for (std::size_t i = 0; i < doubts.size(); ++i) {
      subject_of(doubts[i]).computed[doubts[i].slot] = takes_stored(mask, i) ? doubts[i].stored : doubts[i].computed;
    }
    RightEdge edge;
    for (const Subject& subject : subjects) {
      for (const Hash& hash : subject.computed) edge.append_subtree(hash, subject.id.level * kTileHeight);
    }
    return edge.root() == signed_root_;
  });
  if (!mixture) {
    findings_.add({FindingKind::kRoot,
                   "checkpoint",
                   {},
                   {},
                   {},
                   signed_root_.hex(),
                   tree_.edge().root().hex(),
                   "the entries do not lead to the signed root, and neither do the tiles: files were changed together, "
                   "or the checkpoint is of another tree"});
  }
  for (std::size_t i = 0; i < doubts.size(); ++i) {
    const Doubt& doubt = doubts[i];
    const std::uint64_t index = doubt.number * kTileWidth + doubt.slot;
    if (!mixture) {
      report_open(subject_of(doubt), doubt);
      distrust(doubt.level, index, std::nullopt);
      continue;
    }
    const Hash& right = takes_stored(*mixture, i) ? doubt.stored : doubt.computed;
    report_known(subject_of(doubt), doubt, right);
    if (right != doubt.computed) distrust(doubt.level, index, right);
  }
  return {};
}

Status Blame::judge_tile(unsigned level, std::uint64_t number) {
  Subject subject = TRY(load(level, number));
  report_framing(subject);
  std::vector<Doubt> doubts;
  collect_doubts(subject, doubts);
  const std::optional<Hash> above = truth(level + 1, number);
  std::optional<std::uint32_t> mixture;
  if (above) {
    std::vector<Hash> mixed = subject.computed;
    mixture = right_mixture(doubts.size(), [&](std::uint32_t mask) {
      for (std::size_t i = 0; i < doubts.size(); ++i) {
        mixed[doubts[i].slot] = takes_stored(mask, i) ? doubts[i].stored : doubts[i].computed;
      }
      return subtree_root(mixed) == *above;
    });
  }
  if (!mixture && doubts.empty()) {
    if (above) report_together(subject);
    return {};
  }
  for (std::size_t i = 0; i < doubts.size(); ++i) {
    const std::uint64_t index = number * kTileWidth + doubts[i].slot;
    if (!mixture) {
      report_open(subject, doubts[i]);
      distrust(level, index, std::nullopt);
      continue;
    }
    const Hash& right = takes_stored(*mixture, i) ? doubts[i].stored : doubts[i].computed;
    report_known(subject, doubts[i], right);
    if (right != doubts[i].computed) distrust(level, index, right);
  }
  return {};
}

void Blame::report_known(const Subject& subject, const Doubt& doubt, const Hash& truth) {
  if (doubt.stored != truth) report_slot(subject, doubt, truth);
  if (doubt.computed != truth && doubt.level == 0) report_entry(subject, doubt.slot, truth);
  // Above level 0 a wrong computed hash has its cause in the tile below, which is judged next.
}

void Blame::report_open(const Subject& subject, const Doubt& doubt) {
  const std::uint64_t index = doubt.number * kTileWidth + doubt.slot;
  const std::uint64_t begin = doubt.slot * Hash::kBytes;
  Finding finding{FindingKind::kDisagree,
                  subject.path,
                  {},
                  {},
                  ByteRange{begin, begin + Hash::kBytes},
                  doubt.computed.hex(),
                  doubt.stored.hex(),
                  "the tile's hash is not that of the entries below it, and nothing tells which is right"};
  const unsigned shift = doubt.level * kTileHeight;
  finding.entry = index << shift;
  if (shift != 0) finding.entry_last = ((index + 1) << shift) - 1;
  findings_.add(std::move(finding));
}

void Blame::report_framing(const Subject& subject) {
  if (!subject.bundle || !subject.bundle->bundle) return;
  const std::uint64_t first = subject.id.number * kTileWidth;
  const Framing& framing = subject.framing;
  for (std::size_t i = 0; i < framing.entries.size(); ++i) {
    const FramedEntry& entry = framing.entries[i];
    if (!entry.length_wrong()) continue;
    findings_.add({FindingKind::kEntryLength,
                   subject.bundle->bundle_path,
                   first + i,
                   {},
                   ByteRange{entry.offset, entry.offset + 2},
                   fmt::format("length {}", entry.bytes.size()),
                   fmt::format("length {}", entry.stated),
                   "length field is not that of the entry behind it"});
  }
  const std::size_t size = subject.bundle->bundle->size();
  if (framing.entries.size() < subject.id.width) {
    findings_.add({FindingKind::kBundle, subject.bundle->bundle_path, first + framing.entries.size(),
                   first + subject.id.width - 1, ByteRange{framing.rest, size},
                   fmt::format("{} entries", subject.id.width), fmt::format("{} entries", framing.entries.size()),
                   "bundle ends early"});
  } else if (framing.rest != size) {
    findings_.add({FindingKind::kBundle,
                   subject.bundle->bundle_path,
                   {},
                   {},
                   ByteRange{framing.rest, size},
                   fmt::format("{} bytes", framing.rest),
                   fmt::format("{} bytes", size),
                   "bundle goes on behind its last entry"});
  }
}

void Blame::report_entry(const Subject& subject, std::size_t slot, const Hash& truth) {
  if (slot >= subject.framing.entries.size()) return;  // reported as cut off
  const FramedEntry& entry = subject.framing.entries[slot];
  Finding finding{FindingKind::kEntry,
                  subject.bundle->bundle_path,
                  subject.id.number * kTileWidth + slot,
                  {},
                  ByteRange{entry.offset, entry.offset + 2 + entry.bytes.size()},
                  truth.hex(),
                  entry.hash.hex(),
                  "entry is not the one that the signed tree holds"};
  if (const auto repair = find_repair(entry.bytes, truth, repair_budget_bytes_)) {
    const std::uint64_t at = entry.offset + 2 + repair->at;
    finding.bytes = ByteRange{at, at + 1};
    finding.expected = fmt::format("byte {:02x}", repair->expected);
    finding.found = fmt::format("byte {:02x}", entry.bytes[repair->at]);
    finding.message = fmt::format(
        "byte {} of the entry was changed: with {:02x} there it is the one that the signed "
        "tree holds",
        repair->at, repair->expected);
  }
  findings_.add(std::move(finding));
}

void Blame::report_slot(const Subject& subject, const Doubt& doubt, const Hash& truth) {
  std::size_t first = 0;
  std::size_t last = Hash::kBytes - 1;
  while (doubt.stored.bytes[first] == truth.bytes[first]) ++first;
  while (doubt.stored.bytes[last] == truth.bytes[last]) --last;
  const std::uint64_t base = doubt.slot * Hash::kBytes;
  findings_.add({FindingKind::kTile,
                 subject.path,
                 {},
                 {},
                 ByteRange{base + first, base + last + 1},
                 truth.hex(),
                 doubt.stored.hex(),
                 fmt::format("hash {} of the tile is wrong (hash {} of level {})", doubt.slot,
                             doubt.number * kTileWidth + doubt.slot, doubt.level)});
}

void Blame::report_together(const Subject& subject) {
  const unsigned shift = (subject.id.level + 1) * kTileHeight;
  const std::uint64_t first = subject.id.number << shift;
  const std::string& file = subject.bundle ? subject.bundle->bundle_path : subject.path;
  findings_.add({FindingKind::kChangedTogether,
                 file,
                 first,
                 first + (std::uint64_t{1} << shift) - 1,
                 {},
                 truth(subject.id.level + 1, subject.id.number)->hex(),
                 subtree_root(subject.computed).hex(),
                 fmt::format("entries and {} agree with each other, but do not lead to the hash that the signed tree "
                             "holds for them: both were changed",
                             subject.path)});
}

}  // namespace tansiq::log::verify_detail
