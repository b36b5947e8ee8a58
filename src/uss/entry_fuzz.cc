// A record that anybody wrote: each line of the input is applied, and whatever comes of it can be written and read.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/invariant.h"
#include "uss/ledger.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tansiq;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  uss::Ledger ledger;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end == std::string_view::npos ? text.size() : end + 1);
    text.remove_prefix(line.size());
    if (!ledger.apply(line)) break;
    std::string state;
    ledger.write_state(state);
    uss::Ledger again;
    EXPECT_INVARIANT(again.read_state(state).has_value());
    std::string twice;
    again.write_state(twice);
    EXPECT_INVARIANT(state == twice);
  }
  uss::Ledger other;
  static_cast<void>(other.read_state(std::string_view(reinterpret_cast<const char*>(data), size)));
  return 0;
}
