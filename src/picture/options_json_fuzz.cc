// Feeds arbitrary text to what reads the settings in the head of a recording: what is read is written and read as the
// same, and a picture can be made of it.
#include <cstdint>
#include <cstdlib>

#include "picture/options_json.h"
#include "picture/session.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tansiq;
  using namespace tansiq::picture;
  if (size > 1U << 14) return 0;
  const auto options = read_options_json(as_text({data, size}));
  if (!options) return 0;
  const std::string spelled = options_json(*options);
  const auto again = read_options_json(spelled);
  if (!again || options_json(*again) != spelled) std::abort();
  const auto session = Session::make({}, *options, nullptr);
  if (!session) std::abort();
  (*session)->run_to(UtcMs{1'767'355'200'000});
  (*session)->run_to(UtcMs{1'767'355'203'000});
  return 0;
}
