// Any bytes as the parameters of a message, and as free text: refused with a message, or rendered in every language
// without anything that works unseen. The first two bytes choose the template.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/invariant.h"
#include "log/canonical_json.h"
#include "talks/harmless.h"
#include "talks/render.h"

namespace {

using namespace tansiq;
using namespace tansiq::talks;

void check_harmless(std::string_view text) {
  for (const Lines lines : {Lines::kOne, Lines::kMany}) {
    const std::size_t bytes_max = kHarmlessBytesMin + text.size() % 64;
    const std::string shown = harmless(text, bytes_max, lines);
    EXPECT_INVARIANT(shown.size() <= bytes_max);
    EXPECT_INVARIANT(log::check_jcs_text(shown).has_value());
    EXPECT_INVARIANT(harmless(shown, bytes_max, lines) == shown);
  }
}

void check_rendered(const std::string& text) {
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    EXPECT_INVARIANT(static_cast<unsigned char>(text[i]) >= 0x20 && text[i] != 0x7F);
    const std::string_view three = std::string_view(text).substr(i, 3);
    if (three == "\u2066" || three == "\u2067" || three == "\u2068") ++depth;
    if (three == "\u2069") --depth;
    EXPECT_INVARIANT(depth >= 0 && three != "\u202E" && three != "\u202D");
  }
  EXPECT_INVARIANT(depth == 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view raw(reinterpret_cast<const char*>(data), size);
  check_harmless(raw);
  if (raw.size() < 2) return 0;
  const Catalogue& catalogue = Catalogue::built_in();
  const std::size_t pick = static_cast<std::size_t>(data[0]) * 256 + data[1];
  const Template& of = catalogue.templates()[pick % catalogue.templates().size()];
  const auto canonical = log::canonical_json(raw.substr(2));
  if (!canonical) return 0;
  const auto document = log::JcsDocument::parse(*canonical);
  EXPECT_INVARIANT(document.has_value());
  const auto parameters = read_parameters(of.parameters, document->root());
  if (!parameters) {
    EXPECT_INVARIANT(!parameters.error().message.empty());
    return 0;
  }
  std::string written;
  log::JcsWriter out(written);
  write_parameters(out, *parameters);
  EXPECT_INVARIANT(written == *canonical);
  for (const Language language : kLanguages) check_rendered(render(catalogue, of, *parameters, language));
  return 0;
}
