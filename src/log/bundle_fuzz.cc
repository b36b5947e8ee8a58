// Bundles: no crash, no memory by a promised length; what is accepted has one spelling.
#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "base/invariant.h"
#include "log/bundle.h"
#include "log/bundle_report.h"
#include "log/bundle_verify.h"

namespace {

using namespace tansiq;
using namespace tansiq::log;

// Lines have one spelling each.
void check_lines(std::string_view raw) {
  std::string again;
  if (const auto line = read_checkpoint_line(raw)) {
    EXPECT_INVARIANT(append_line(again, *line).has_value() && again == raw);
  }
  if (const auto line = read_tree_line(raw)) {
    EXPECT_INVARIANT(append_line(again, *line).has_value() && again == raw);
  }
  if (const auto line = read_entry_line(raw)) {
    EXPECT_INVARIANT(append_line(again, *line).has_value() && again == raw);
  }
  if (const auto manifest = read_bundle_manifest(raw)) EXPECT_INVARIANT(*write_bundle_manifest(*manifest) == raw);
}

BundleFileReader::Read reading(std::string_view bytes, std::size_t piece) {
  return [rest = bytes, piece](std::span<std::uint8_t> into) mutable -> Result<std::size_t> {
    const std::size_t size = std::min({rest.size(), into.size(), piece});
    std::copy_n(rest.begin(), size, into.begin());
    rest.remove_prefix(size);
    return size;
  };
}

BundleReport verify(std::string_view bytes, const VerifyBundleOptions& options = {}, std::size_t piece = SIZE_MAX) {
  auto report = verify_bundle(reading(bytes, piece), options);
  EXPECT_INVARIANT(report.has_value());
  return std::move(*report);
}

/// The charters that a bundle holds, as far as they are some.
std::vector<std::string> charters_in(std::string_view bytes) {
  std::vector<std::string> out;
  auto reader = BundleFileReader::open(reading(bytes, SIZE_MAX));
  if (!reader) return out;
  while (true) {
    const auto more = reader->begin();
    if (!more || !*more) return out;
    if (reader->section().kind != BundleKind::kCharter) return out;
    std::string note;
    while (true) {
      const auto piece = reader->piece();
      if (!piece || piece->empty()) break;
      note += as_text(*piece);
    }
    if (check_charter_note(note)) out.push_back(std::move(note));
  }
}

/// Whoever trusts one of the charters in it is told more, and never less.
void check_trusting(std::string_view bytes) {
  const std::vector<std::string> charters = charters_in(bytes);
  for (std::size_t i = 0; i < std::min<std::size_t>(charters.size(), 2); ++i) {
    const BundleReport report = verify(bytes, {.keys = {}, .charters = {charters[i]}});
    EXPECT_INVARIANT(report.trust_given);
    for (const BundleLog& log : report.logs) EXPECT_INVARIANT(log.vouched || !report.good());
    for (const BundleCharter& charter : report.charters) {
      EXPECT_INVARIANT(charter.vouched || !charter.given);
      if (charter.follows) EXPECT_INVARIANT(charter.follows->version + 1 == charter.version);
    }
    for (std::size_t k = 0; k < charters.size(); ++k) {
      const auto step = charter_succession(charters[i], charters[k]);
      EXPECT_INVARIANT(!step || i != k || !step->proved());
    }
    EXPECT_INVARIANT(bundle_text(report, {}).ends_with('\n') && bundle_json(report).ends_with("}\n"));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view raw(reinterpret_cast<const char*>(data), size);
  check_lines(raw);
  const BundleReport report = verify(raw);
  // However it comes in pieces, it says the same.
  EXPECT_INVARIANT(bundle_json(verify(raw, {}, 97)) == bundle_json(report));
  for (const BundleCharter& charter : report.charters) EXPECT_INVARIANT(!charter.vouched);
  EXPECT_INVARIANT(report.good() == report.findings.empty() && report.bytes <= size);
  for (const Language language : {Language::kArabic, Language::kEnglish, Language::kFrench, Language::kRussian}) {
    EXPECT_INVARIANT(bundle_text(report, {.language = language}).ends_with('\n'));
  }
  EXPECT_INVARIANT(bundle_json(report).ends_with("}\n"));
  // The same under a manifest that fits: what stands behind the first two lines is reached though they are random.
  const std::size_t first = raw.find('\n');
  if (first == std::string_view::npos) return 0;
  const std::size_t second = raw.find('\n', first + 1);
  if (second == std::string_view::npos) return 0;
  const std::string_view manifest = raw.substr(first + 1, second - first);
  const std::string fitting = bundle_first_line(manifest) + std::string(raw.substr(first + 1));
  (void)verify(fitting);
  check_trusting(fitting);
  return 0;
}
