// Feeds arbitrary bytes to the reader of recordings: as a whole file; as what stands behind a good head; and as
// instructions that write records and then damage them. What is read was written.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "surveillance/fuzz_sink.h"
#include "surveillance/recording.h"

namespace {

using namespace tansiq::surveillance;

RecordingReader::Read reading(std::string_view text, std::size_t step) {
  return [text, step](std::span<std::uint8_t> into) mutable -> tansiq::Result<std::size_t> {
    const std::size_t size = std::min({text.size(), into.size(), step});
    std::copy_n(text.begin(), size, into.begin());
    text.remove_prefix(size);
    return size;
  };
}

RecordingHead head() {
  SourceConfig source;
  source.name = "fuzzed";
  source.format = Speaks::kAivdm;
  source.transport = parse_transport("udp://127.0.0.1:1").value();
  return {kFuzzNow, 0xA1B2C3D4E5F60718, {source}};
}

/// Reads to the end; each record must be the one of its number.
std::uint64_t read_all(std::string_view file, std::size_t step, const std::vector<std::string>& written) {
  auto reader = RecordingReader::open(reading(file, step));
  if (!reader) return 0;
  std::uint64_t count = 0;
  std::uint64_t last = 0;
  while (true) {
    const auto record = reader->next();
    if (!record) std::abort();
    if (!*record) break;
    if ((*record)->sequence <= last) std::abort();
    last = (*record)->sequence;
    if (last > written.size() || tansiq::as_text((*record)->chunk.bytes) != written[last - 1]) std::abort();
    ++count;
  }
  if (reader->whole_bytes() > file.size()) std::abort();
  return count;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 1U << 13) return 0;
  const std::string_view bytes = tansiq::as_text({data, size});
  if (auto reader = RecordingReader::open(reading(bytes, 7)); reader) {
    while (reader->next().value()) {
    }
  }
  std::string file;
  if (!append_recording_head(file, head())) std::abort();
  const std::size_t records_at = file.size();
  if (read_all(file + std::string(bytes), 512, {}) != 0) std::abort();  // The salt is not known outside.

  // Two octets an instruction: a record of so many octets, or damage at a place.
  std::vector<std::string> written;
  for (std::size_t i = 0; i + 2 <= size && written.size() < 64; i += 2) {
    if ((data[i] & 1U) != 0) continue;
    written.emplace_back(bytes.substr(i, data[i + 1]));
    append_record(file, head().salt, written.size(),
                  {kFuzzNow, 0, 0, ChunkKind::kDatagram, tansiq::as_bytes(written.back())});
  }
  if (read_all(file, 4'096, written) != written.size()) std::abort();
  for (std::size_t i = 0; i + 2 <= size; i += 2) {
    if ((data[i] & 1U) == 0 || file.size() == records_at) continue;
    const std::size_t at = records_at + (data[i + 1] * 37U) % (file.size() - records_at);
    if ((data[i] & 2U) != 0) {
      file.erase(at, 1 + (data[i] >> 2));
    } else {
      file[at] = static_cast<char>(static_cast<unsigned char>(file[at]) ^ (1U << (data[i] >> 5)));
    }
  }
  (void)read_all(file, 61, written);
  return 0;
}
