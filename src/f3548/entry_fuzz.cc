// A record that anybody wrote: each line of the input is applied, and whatever comes of it can be written and read.
// What cannot follow ends that registry; the rest of the input is another's. And a state that anybody wrote.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/invariant.h"
#include "f3548/registry.h"

namespace {

constexpr tansiq::f3548::Registry::Secret kSecret{1, 2, 3};

void check_state(const tansiq::f3548::Registry& registry) {
  std::string state;
  registry.write_state(state);
  tansiq::f3548::Registry again(kSecret);
  EXPECT_INVARIANT(again.read_state(state).has_value());
  std::string twice;
  again.write_state(twice);
  EXPECT_INVARIANT(state == twice);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tansiq;
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  std::string_view text = all;
  std::optional<f3548::Registry> registry(std::in_place, kSecret);
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end == std::string_view::npos ? text.size() : end + 1);
    text.remove_prefix(line.size());
    if (registry->apply(line)) {
      check_state(*registry);
    } else {
      registry.emplace(kSecret);
    }
  }
  f3548::Registry other(kSecret);
  if (other.read_state(all)) check_state(other);
  return 0;
}
