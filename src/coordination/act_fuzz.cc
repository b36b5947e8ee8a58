// Any bytes as an officer's act: refused, or read, and read again from what it is written as.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/invariant.h"
#include "coordination/act.h"
#include "log/canonical_json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tansiq;
  const auto canonical = log::canonical_json(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!canonical) return 0;
  const auto document = log::JcsDocument::parse(*canonical);
  EXPECT_INVARIANT(document.has_value());
  const auto act = coordination::read_act(document->root(), core::Subject::trusted("officer"));
  if (!act) return 0;
  std::string text;
  log::JcsWriter out(text);
  coordination::write_act(out, *act);
  EXPECT_INVARIANT(text == *canonical);
  return 0;
}
