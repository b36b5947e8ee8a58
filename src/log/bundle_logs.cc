#include "log/bundle_logs.h"

#include <algorithm>
#include <tuple>

#include "log/jcs.h"

namespace tansiq::log::bundle_detail {
namespace {

constexpr std::size_t kTypeBytesMax = 64;
constexpr std::size_t kSeenMax = 1'024;

std::optional<SeenTree> seen_tree(const JcsValue& value) {
  if (value.kind() != JcsValue::Kind::kObject) return std::nullopt;
  const auto origin = value.find("origin");
  const auto root = value.find("root");
  const auto size = value.find("size");
  if (!origin || !root || !size) return std::nullopt;
  const auto name = origin->string();
  const auto hex = root->string();
  const auto entries = size->integer(1, kJcsIntegerMax);
  if (!name || !hex || !entries) return std::nullopt;
  const auto hash = Hash::from_hex(*hex);
  if (!hash) return std::nullopt;
  return SeenTree{std::string(*name), *hash, static_cast<std::uint64_t>(*entries)};
}

/// Of one log: for each other authority, by what moment it had seen how much. Answers for many entries.
class Witnesses {
 public:
  void add(const BundleWitness& witness) { by_authority_[witness.authority].push_back(witness); }

  void prepare() {
    for (auto& [authority, list] : by_authority_) {
      std::ranges::sort(list, [](const BundleWitness& a, const BundleWitness& b) {
        return std::tie(a.size, a.time_ms, a.key, a.anchor) < std::tie(b.size, b.time_ms, b.key, b.anchor);
      });
      // Whoever has seen a larger tree has seen the smaller ones: the earliest of those from here on.
      for (std::size_t i = list.size() - 1; i-- > 0;) {
        if (list[i + 1].time_ms < list[i].time_ms) list[i] = list[i + 1];
      }
      // A place in the list may now hold a larger tree's witness; the sizes still ascend.
    }
  }

  [[nodiscard]] std::vector<BundleWitness> of(std::uint64_t index) const {
    std::vector<BundleWitness> out;
    for (const auto& [authority, list] : by_authority_) {
      const auto at = std::ranges::upper_bound(list, index, {}, &BundleWitness::size);
      if (at != list.end()) out.push_back(*at);
    }
    std::ranges::sort(out, [](const BundleWitness& a, const BundleWitness& b) {
      return std::tie(a.time_ms, a.authority) < std::tie(b.time_ms, b.authority);
    });
    return out;
  }

 private:
  std::map<std::string, std::vector<BundleWitness>> by_authority_;
};

/// Which tree of the bundle an anchor names: none, the same, or another.
enum class Named : std::uint8_t { kNotHere, kSame, kOther };
Named named_tree(const LogStates& logs, const SeenTree& seen) {
  const auto log = logs.find(seen.origin);
  if (log == logs.end()) return Named::kNotHere;
  const auto root = log->second.roots.find(seen.size);
  if (root == log->second.roots.end()) return Named::kNotHere;
  return root->second == seen.root ? Named::kSame : Named::kOther;
}

void find_known(const LogStates& logs, LogState& log) {
  std::map<std::string, BundleKnown> known;
  auto next = log.anchors.begin();
  for (std::size_t i = 0; i < log.report.entries.size(); ++i) {
    BundledEntry& entry = log.report.entries[i];
    for (; next != log.anchors.end() && next->entry < i; ++next) {
      for (const SeenTree& seen : next->seen) {
        BundleKnown& of = known[seen.origin];
        if (of.size >= seen.size) continue;
        of = {.origin = seen.origin,
              .size = seen.size,
              .anchor_index = log.report.entries[next->entry].index,
              .checked = named_tree(logs, seen) == Named::kSame};
      }
    }
    for (const auto& [origin, of] : known) entry.known.push_back(of);
  }
}

void find_runs(BundleLog& log) {
  for (const BundledEntry& entry : log.entries) {
    if (!entry.proved) continue;
    if (!log.runs.empty() && log.runs.back().second + 1 == entry.index) {
      log.runs.back().second = entry.index;
    } else {
      log.runs.emplace_back(entry.index, entry.index);
    }
  }
}

}  // namespace

Result<Content> read_content(std::string_view line) {
  if (!line.ends_with('\n')) return fail(ErrorCode::kMalformed, "an entry ends in a line feed");
  line.remove_suffix(1);
  const JcsDocument document = TRY(JcsDocument::parse(line, kEntryBytesMax));
  const JcsValue root = document.root();
  TRY_VOID(root.expect(JcsValue::Kind::kObject));
  Content out;
  if (const auto type = root.find("type")) {
    const auto text = type->string();
    if (text && text->size() <= kTypeBytesMax) out.type = *text;
  }
  if (const auto time = root.find("time_ms")) {
    const auto ms = time->integer(kUtcMin.ms, kUtcMax.ms);
    if (ms) out.time_ms = *ms;
  }
  if (out.type != "anchor.members" && out.type != "anchor.pair") return out;
  const auto body = root.find("body");
  const auto seen = body && body->kind() == JcsValue::Kind::kObject ? body->find("seen") : std::nullopt;
  if (!seen || seen->kind() != JcsValue::Kind::kArray) return out;
  for (std::size_t i = 0; i < std::min(seen->size(), kSeenMax); ++i) {
    if (auto tree = seen_tree((*seen)[i])) out.seen.push_back(std::move(*tree));
  }
  return out;
}

std::vector<Contradiction> settle(LogStates& logs) {
  std::vector<Contradiction> out;
  std::map<std::string, Witnesses> witnesses;
  for (const auto& [origin, log] : logs) {
    for (const BundleWitness& witness : log.witnesses) {
      if (witness.authority != log.report.authority) witnesses[origin].add(witness);
    }
    for (const Anchor& anchor : log.anchors) {
      const BundledEntry& entry = log.report.entries[anchor.entry];
      for (const SeenTree& seen : anchor.seen) {
        const Named named = named_tree(logs, seen);
        if (named == Named::kOther) out.push_back({origin, entry.index, seen});
        if (named != Named::kSame || !entry.time_ms || log.report.authority.empty() ||
            entry.index >= log.vouched_size ||
            log.report.authority == logs.find(seen.origin)->second.report.authority) {
          continue;
        }
        witnesses[seen.origin].add({.authority = log.report.authority,
                                    .time_ms = *entry.time_ms,
                                    .size = seen.size,
                                    .key = {},
                                    .anchor = origin,
                                    .anchor_index = entry.index});
      }
    }
  }
  for (auto& [origin, log] : logs) {
    Witnesses& of = witnesses[origin];
    of.prepare();
    for (BundledEntry& entry : log.report.entries) {
      if (entry.proved) entry.witnesses = of.of(entry.index);
    }
    find_known(logs, log);
    find_runs(log.report);
  }
  return out;
}

}  // namespace tansiq::log::bundle_detail
