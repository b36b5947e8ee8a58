// Feeds arbitrary lines to what reads notes, and what is one to a session as a recording brings it, in pieces: whatever
// a damaged or foreign recording holds, the picture takes it or is as it was. What is read has one spelling.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "picture/session.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tansiq;
  using namespace tansiq::picture;
  constexpr UtcMs kNow{1'767'355'200'000};
  if (size > 1U << 14) return 0;
  const std::string_view bytes = as_text({data, size});
  std::uint64_t lines = 0;
  std::uint64_t refused = 0;
  auto picture = Session::make({}, {}, nullptr).value();
  picture->run_to(kNow);
  for (std::size_t from = 0; from < bytes.size();) {
    const std::size_t end = std::min(bytes.find('\n', from), bytes.size());
    const std::string_view line = bytes.substr(from, end - from);
    from = end + 1;
    if (line.empty()) continue;
    const auto note = read_note(line);
    ++lines;
    if (note) {
      const std::string spelled = note_line(*note);
      const auto again = read_note(spelled);
      if (!again || note_line(*again) != spelled) std::abort();
    }
    if (!note || !picture->note(*note, kNow)) ++refused;
  }
  auto recorded = Session::make({}, {}, nullptr).value();
  recorded->run_to(kNow);
  const std::size_t step = size == 0 ? 1 : 1 + data[0] % 64;
  for (std::size_t at = 0; at < size; at += step) {
    recorded->take({.received = kNow,
                    .source = surveillance::kNoteSource,
                    .kind = surveillance::ChunkKind::kNote,
                    .bytes = ByteView(data + at, std::min(step, size - at))});
  }
  static constexpr std::string_view kEnd = "\n";
  for (const surveillance::Chunk& chunk : note_chunks(kEnd, kNow)) recorded->take(chunk);
  if (recorded->note_counters().notes != lines || recorded->note_counters().notes_refused != refused) std::abort();
  for (const auto& session : {picture.get(), recorded.get()}) session->run_to(kNow + 5'000);
  return 0;
}
