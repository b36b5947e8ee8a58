// A record that anybody wrote: each line of the input is applied, and whatever comes of it can be written and read.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/invariant.h"
#include "f3548/registry.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tansiq;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  f3548::Registry registry({1, 2, 3});
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end == std::string_view::npos ? text.size() : end + 1);
    text.remove_prefix(line.size());
    if (!registry.apply(line)) break;
    std::string state;
    registry.write_state(state);
    f3548::Registry again({1, 2, 3});
    EXPECT_INVARIANT(again.read_state(state).has_value());
    std::string twice;
    again.write_state(twice);
    EXPECT_INVARIANT(state == twice);
  }
  f3548::Registry other({1, 2, 3});
  static_cast<void>(other.read_state(std::string_view(reinterpret_cast<const char*>(data), size)));
  return 0;
}
