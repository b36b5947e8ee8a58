#include "log/finding.h"

#include <algorithm>
#include <limits>
#include <set>
#include <tuple>

namespace tansiq::log {
namespace {

bool about_content(FindingKind kind) {
  return kind == FindingKind::kNotCanonical || kind == FindingKind::kSequence || kind == FindingKind::kTime;
}

auto order_of(const Finding& finding) {
  const std::uint64_t entry = finding.entry.value_or(std::numeric_limits<std::uint64_t>::max());
  return std::tuple(finding.kind != FindingKind::kCheckpoint, entry, finding.file, finding.kind,
                    finding.bytes ? finding.bytes->begin : 0);
}

}  // namespace

std::string_view to_text(FindingKind kind) {
  switch (kind) {
    case FindingKind::kCheckpoint:
      return "checkpoint";
    case FindingKind::kMissing:
      return "missing";
    case FindingKind::kEntry:
      return "entry";
    case FindingKind::kEntryLength:
      return "entry_length";
    case FindingKind::kBundle:
      return "bundle";
    case FindingKind::kTile:
      return "tile";
    case FindingKind::kChangedTogether:
      return "changed_together";
    case FindingKind::kDisagree:
      return "disagree";
    case FindingKind::kRoot:
      return "root";
    case FindingKind::kNotCanonical:
      return "not_canonical";
    case FindingKind::kSequence:
      return "sequence";
    case FindingKind::kTime:
      return "time";
    case FindingKind::kFork:
      return "fork";
    case FindingKind::kRolledBack:
      return "rolled_back";
  }
  return "unknown";
}

void Findings::add(Finding finding) {
  ++total_;
  if (has_room()) kept_.push_back(std::move(finding));
}

void Findings::merge(Findings&& other) {
  total_ += other.total_;
  for (Finding& finding : other.kept_) {
    if (has_room()) kept_.push_back(std::move(finding));
  }
  other.kept_.clear();
  other.total_ = 0;
}

void Findings::settle() {
  std::set<std::uint64_t> altered;
  for (const Finding& finding : kept_) {
    if (finding.entry && finding.kind == FindingKind::kEntry) altered.insert(*finding.entry);
  }
  total_ -= std::erase_if(kept_, [&altered](const Finding& finding) {
    return finding.entry && about_content(finding.kind) && altered.contains(*finding.entry);
  });
  std::sort(kept_.begin(), kept_.end(), [](const Finding& a, const Finding& b) { return order_of(a) < order_of(b); });
}

}  // namespace tansiq::log
