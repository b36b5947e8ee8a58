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

}  // namespace

std::optional<Hash> stored_hash(const std::optional<Bytes>& tile, std::size_t slot) {
  if (!tile || tile->size() < (slot + 1) * Hash::kBytes) return std::nullopt;
  Hash hash;
  std::memcpy(hash.bytes.data(), tile->data() + slot * Hash::kBytes, Hash::kBytes);
  return hash;
}

Framing frame(const BundleFiles& files) {
  Framing out;
  if (!files.bundle) return out;
  const ByteView bundle = *files.bundle;
  std::size_t at = 0;
  while (out.entries.size() < files.width && bundle.size() - at >= 2) {
    const std::optional<Hash> expected = stored_hash(files.tile, out.entries.size());
    const std::size_t stated = std::size_t{bundle[at]} << 8 | bundle[at + 1];
    const ByteView rest = bundle.subspan(at + 2);
    const bool fits = stated <= rest.size();
    FramedEntry entry{at, stated, fits ? rest.first(stated) : ByteView{}, {}};
    if (fits) entry.hash = leaf_hash(entry.bytes);
    if (!fits || (expected && entry.hash != *expected)) {
      const auto line = up_to_line_feed(rest);
      const bool ends_well = fits && !entry.bytes.empty() && entry.bytes.back() == '\n';
      const Hash line_hash = line ? leaf_hash(*line) : Hash{};
      if (line && ((expected && line_hash == *expected) || !ends_well)) {
        entry.bytes = *line;
        entry.hash = line_hash;
      } else if (!fits) {
        break;
      }
    }
    at += 2 + entry.bytes.size();
    out.entries.push_back(entry);
  }
  out.rest = at;
  return out;
}

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
