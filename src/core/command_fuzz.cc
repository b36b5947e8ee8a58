// Arbitrary requests, one a line, to a machine: every answer is an error or an entry that replays.
#include <fmt/core.h>

#include <array>
#include <string_view>

#include "base/invariant.h"
#include "core/core_fuzzlib.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tansiq;
  using namespace tansiq::core;
  std::string_view rest = as_text({data, size});
  auto machine = fuzz::founded_machine();
  auto other = fuzz::founded_machine();
  constexpr std::array<std::string_view, 4> kSubjects{"fr", "uk", "duty@us", "night@us"};
  for (int lines = 0; lines < 32 && !rest.empty(); ++lines) {
    const std::size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    const auto document = log::JcsDocument::parse(line, kEntryBytesMax);
    if (!document) continue;
    const auto action = read_request(document->root());
    if (!action) continue;
    const std::string_view by = kSubjects.at(static_cast<std::size_t>(lines) % kSubjects.size());
    const Command command{
        .id = CommandId::trusted(fmt::format("c{}", lines)),
        .by = {Subject::trusted(by), true, in_office(Subject::trusted(by), AuthorityId::trusted("us"))},
        .action = *action};
    const auto outcome = machine.execute(command, fuzz::kNoon + lines * 60'000);
    if (!outcome) continue;
    EXPECT_INVARIANT(outcome->entry.size() <= kEntryBytesMax);
    EXPECT_INVARIANT(other.apply(outcome->entry).has_value());
  }
  EXPECT_INVARIANT(other.settle().has_value());
  EXPECT_INVARIANT(machine.state_hash() == other.state_hash());
  return 0;
}
