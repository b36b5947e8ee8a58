// Arbitrary bytes as a charter: what is accepted has one spelling, and can be linted and prepared.
#include "base/bytes.h"
#include "base/invariant.h"
#include "core/charter.h"
#include "core/zone.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tansiq;
  using namespace tansiq::core;
  const std::string_view text = as_text({data, size});
  const auto charter = parse_charter(text);
  if (charter) {
    std::string line(text);
    if (!line.ends_with('\n')) line += '\n';
    EXPECT_INVARIANT(charter_text(*charter) == line);
    const auto findings = lint(*charter, {});
    const auto table = ZoneTable::make(*charter);
    EXPECT_INVARIANT(table || !findings.empty());
  }
  static_cast<void>(open_charter(text));
  return 0;
}
