// Arbitrary bytes as a log: replay refuses or applies, settles or says why not, and never crashes. Whatever was applied
// survives a snapshot.
#include <string_view>

#include "base/invariant.h"
#include "core/core_fuzzlib.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tansiq;
  using namespace tansiq::core;
  std::string_view rest = as_text({data, size});
  auto machine = fuzz::founded_machine();
  for (int lines = 0; lines < 64 && !rest.empty(); ++lines) {
    const std::size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end == std::string_view::npos ? rest.size() : end + 1);
    rest.remove_prefix(line.size());
    static_cast<void>(machine.apply(line));
    if (auto entry = read_entry(line)) {
      std::string again;
      write_entry(again, *entry);
      // Lists may have been longer than the writer allows; otherwise the spelling is the only one.
      if (again.size() == line.size()) EXPECT_INVARIANT(again == line);
    }
  }
  if (machine.settle()) {
    const auto loaded = Machine::read_snapshot(fuzz::config(), machine.write_snapshot());
    EXPECT_INVARIANT(loaded && loaded->state_hash() == machine.state_hash());
    static_cast<void>(machine.tick(machine.last_time() + 3'600'000));
  }
  return 0;
}
