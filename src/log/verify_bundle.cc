#include "log/verify_bundle.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/limits.h"
#include "log/jcs.h"

namespace tansiq::log::verify_detail {
namespace {

// Checks the content of entries one after another.
class ContentCheck {
 public:
  ContentCheck(const BundleFiles& files, BundleResult& out) : files_(files), out_(out) {}

  void entry(std::uint64_t index, const BundleEntry& entry) {
    std::string_view line = as_text(entry.bytes);
    if (!line.ends_with('\n')) return complain(FindingKind::kNotCanonical, index, entry, "entry has no line feed");
    line.remove_suffix(1);
    if (const Status status = JcsDocument::check(line, wanted_, kEntryBytesMax); !status) [[unlikely]] {
      return complain(FindingKind::kNotCanonical, index, entry, status.error().text());
    }
    grow(index, entry, FindingKind::kSequence, wanted_[0], 1, out_.first_seq, out_.last_seq);
    grow(index, entry, FindingKind::kTime, wanted_[1], 0, out_.first_time, out_.last_time);
  }

 private:
  void grow(std::uint64_t index, const BundleEntry& entry, FindingKind kind, const JcsTopInteger& member,
            std::int64_t step, std::optional<std::int64_t>& first, std::optional<std::int64_t>& last) {
    if (!member.value) return;
    if (last && *member.value < *last + step) [[unlikely]] {
      complain(kind, index, entry, fmt::format("{} is {} behind {}", member.name, *member.value, *last));
    }
    if (!first) first = member.value;
    last = member.value;
  }

  void complain(FindingKind kind, std::uint64_t index, const BundleEntry& entry, std::string message) {
    if (!out_.findings.has_room()) return out_.findings.count_only();
    out_.findings.add({kind,
                       files_.bundle_path,
                       index,
                       {},
                       ByteRange{entry.offset, entry.offset + 2 + entry.bytes.size()},
                       {},
                       {},
                       std::move(message)});
  }

  const BundleFiles& files_;
  BundleResult& out_;
  std::array<JcsTopInteger, 2> wanted_{JcsTopInteger{"seq", {}}, JcsTopInteger{"time_ms", {}}};
};

// The fast way: everything is as it should be, or false.
bool read_plainly(const BundleFiles& files, bool check_canonical, BundleResult& out) {
  if (!files.bundle || !files.tile) return false;
  ContentCheck content(files, out);
  BundleReader reader(*files.bundle);
  BundleEntry entry;
  for (unsigned i = 0; i < files.width; ++i) {
    if (!reader.next(entry)) return false;
    out.leaves[i] = leaf_hash(entry.bytes);
    out.bytes += entry.bytes.size();
    if (check_canonical) content.entry(files.number * kTileWidth + i, entry);
  }
  return reader.done() && std::memcmp(out.leaves.data(), files.tile->data(), files.width * Hash::kBytes) == 0;
}

// The careful way: leaves as well as they can be told.
void read_carefully(const BundleFiles& files, bool check_canonical, BundleResult& out) {
  out.bytes = 0;
  out.first_seq = out.last_seq = out.first_time = out.last_time = std::nullopt;
  ContentCheck content(files, out);
  const Framing framing = frame(files);
  for (unsigned i = 0; i < files.width; ++i) {
    if (i >= framing.entries.size()) {
      out.leaves[i] = stored_hash(files.tile, i).value_or(Hash{});
      continue;
    }
    const FramedEntry& entry = framing.entries[i];
    out.leaves[i] = entry.hash;
    out.bytes += entry.bytes.size();
    if (check_canonical) content.entry(files.number * kTileWidth + i, {entry.offset, entry.bytes});
  }
}

// How far an entry reaches when its length field is not believed: to its line feed.
std::optional<ByteView> up_to_line_feed(ByteView rest) {
  const std::size_t within = std::min(rest.size(), kEntryBytesMax);
  const auto* const end = static_cast<const std::uint8_t*>(std::memchr(rest.data(), '\n', within));
  if (end == nullptr) return std::nullopt;
  return rest.first(static_cast<std::size_t>(end - rest.data()) + 1);
}

// Walks a bundle whose length fields are not believed.
class Framer {
 public:
  explicit Framer(const BundleFiles& files) : files_(files) {
    if (files.bundle) bundle_ = *files.bundle;
  }

  Framing run() {
    Framing out;
    while (out.entries.size() < files_.width && bundle_.size() - out.rest >= 2) {
      const auto entry = entry_at(out.rest, out.entries.size());
      if (!entry) break;
      out.entries.push_back(*entry);
      out.rest += 2 + entry->bytes.size();
    }
    return out;
  }

 private:
  // What its length field says; nothing when the bundle is too short for it.
  [[nodiscard]] std::optional<FramedEntry> by_length(std::size_t at) const {
    if (bundle_.size() < at + 2) return std::nullopt;
    const std::size_t stated = std::size_t{bundle_[at]} << 8 | bundle_[at + 1];
    if (bundle_.size() - at - 2 < stated) return std::nullopt;
    const ByteView bytes = bundle_.subspan(at + 2, stated);
    return FramedEntry{at, stated, bytes, leaf_hash(bytes)};
  }

  // What the next line feed says.
  [[nodiscard]] std::optional<FramedEntry> by_line(std::size_t at) const {
    const auto line = up_to_line_feed(bundle_.subspan(at + 2));
    if (!line) return std::nullopt;
    return FramedEntry{at, std::size_t{bundle_[at]} << 8 | bundle_[at + 1], *line, leaf_hash(*line)};
  }

  [[nodiscard]] bool as_stored(const FramedEntry& entry, std::size_t slot) const {
    return stored_hash(files_.tile, slot) == entry.hash;
  }

  // Whether what comes behind the entry is what the tile says.
  [[nodiscard]] bool lands_well(const FramedEntry& entry, std::size_t slot) const {
    const std::size_t next = entry.offset + 2 + entry.bytes.size();
    if (slot + 1 == files_.width) return next == bundle_.size();
    const auto follower = by_length(next);
    return follower && as_stored(*follower, slot + 1);
  }

  // The length field is right unless the line feed explains more.
  [[nodiscard]] std::optional<FramedEntry> entry_at(std::size_t at, std::size_t slot) const {
    const auto stated = by_length(at);
    if (stated && (as_stored(*stated, slot) || lands_well(*stated, slot))) return stated;
    const auto line = by_line(at);
    if (line && (as_stored(*line, slot) || lands_well(*line, slot))) return line;
    const bool ends_well = stated && !stated->bytes.empty() && stated->bytes.back() == '\n';
    return ends_well || !line ? stated : line;
  }

  const BundleFiles& files_;
  ByteView bundle_;
};

}  // namespace

std::optional<Hash> stored_hash(const std::optional<Bytes>& tile, std::size_t slot) {
  if (!tile || tile->size() < (slot + 1) * Hash::kBytes) return std::nullopt;
  Hash hash;
  std::memcpy(hash.bytes.data(), tile->data() + slot * Hash::kBytes, Hash::kBytes);
  return hash;
}

Framing frame(const BundleFiles& files) { return Framer(files).run(); }

void examine(const BundleFiles& files, bool check_canonical, std::size_t findings_max, BundleResult& out) {
  out.number = files.number;
  out.width = files.width;
  out.bytes = 0;
  out.first_seq = out.last_seq = out.first_time = out.last_time = std::nullopt;
  out.findings = Findings(findings_max);
  out.suspect = !read_plainly(files, check_canonical, out);
  if (out.suspect) {
    out.findings = Findings(findings_max);
    read_carefully(files, check_canonical, out);
  }
  if (files.width == kTileWidth) out.root = subtree_root(out.leaves);
}

}  // namespace tansiq::log::verify_detail
