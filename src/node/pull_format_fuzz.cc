// Answers to pulls: no crash, no reserve beyond what is there, and what is read has one spelling.
#include <cstdint>

#include "base/invariant.h"
#include "node/pull_format.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tansiq;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto answer = node::read_pull_answer(bytes);
  if (!answer) return 0;
  node::PullAnswerWriter writer(answer->first, answer->note);
  for (const ByteView entry : answer->entries) EXPECT_INVARIANT(writer.add(entry));
  EXPECT_INVARIANT(writer.finish(answer->prefix) == bytes);
  return 0;
}
