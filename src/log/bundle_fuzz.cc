// Bundles: no crash, no memory by a promised length; what is accepted has one spelling.
#include <algorithm>
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

BundleReport verify(std::string_view bytes) {
  auto report = verify_bundle(
      [rest = bytes](std::span<std::uint8_t> into) mutable -> Result<std::size_t> {
        const std::size_t size = std::min(rest.size(), into.size());
        std::copy_n(rest.begin(), size, into.begin());
        rest.remove_prefix(size);
        return size;
      },
      {});
  EXPECT_INVARIANT(report.has_value());
  return std::move(*report);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view raw(reinterpret_cast<const char*>(data), size);
  check_lines(raw);
  const BundleReport report = verify(raw);
  EXPECT_INVARIANT(report.good() == report.findings.empty() && report.bytes <= size);
  for (const Language language : {Language::kArabic, Language::kEnglish}) {
    EXPECT_INVARIANT(bundle_text(report, {.language = language}).ends_with('\n'));
  }
  EXPECT_INVARIANT(bundle_json(report).ends_with("}\n"));
  // The same under a manifest that fits: what stands behind the first two lines is reached though they are random.
  const std::size_t first = raw.find('\n');
  if (first == std::string_view::npos) return 0;
  const std::size_t second = raw.find('\n', first + 1);
  if (second == std::string_view::npos) return 0;
  const std::string_view manifest = raw.substr(first + 1, second - first);
  (void)verify(bundle_first_line(manifest) + std::string(raw.substr(first + 1)));
  return 0;
}
