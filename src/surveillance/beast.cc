#include "surveillance/beast.h"

namespace tansiq::surveillance {

void put_beast_frame(std::string& out, ByteView message, std::uint64_t ticks, std::uint8_t signal) {
  const auto put = [&out](std::uint8_t byte) {
    out.push_back(static_cast<char>(byte));
    if (byte == 0x1A) out.push_back(0x1A);
  };
  out.push_back(0x1A);
  out.push_back(message.size() == 2 ? '1' : message.size() == 7 ? '2' : '3');
  for (int shift = 40; shift >= 0; shift -= 8) put(static_cast<std::uint8_t>(ticks >> shift));
  put(signal);
  for (const std::uint8_t byte : message) put(byte);
}

}  // namespace tansiq::surveillance
