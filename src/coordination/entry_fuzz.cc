// Any bytes as an entry of a peer: refused, or read and written back to the same bytes; and folded without a crash.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/invariant.h"
#include "coordination/entry.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tansiq;
  const std::string_view line(reinterpret_cast<const char*>(data), size);
  const auto entry = coordination::read_entry(line);
  if (!entry) return 0;
  const auto again = coordination::write_entry(*entry);
  EXPECT_INVARIANT(again.has_value() && *again == line);
  static_cast<void>(coordination::addressee_of(entry->body));
  return 0;
}
