#include "core/ovn.h"

#include <fmt/format.h>

#include "base/bytes.h"

namespace tansiq::core {

OvnMaker::OvnMaker(const Secret& secret) {
  // RFC 2104 with a key shorter than the block of 64 bytes.
  inner_.fill(0x36);
  outer_.fill(0x5C);
  for (std::size_t i = 0; i < secret.size(); ++i) {
    inner_[i] = static_cast<std::uint8_t>(inner_[i] ^ secret[i]);
    outer_[i] = static_cast<std::uint8_t>(outer_[i] ^ secret[i]);
  }
}

std::string OvnMaker::operator()(const Intent& intent) const {
  std::string message = intent.id.str();
  message += '\0';
  message += fmt::format_int(intent.version).c_str();
  message += '\0';
  message += fmt::format_int(intent.changed_seq).c_str();
  return to_base64url(mac(message).view().first(kOvnCharacters / 4 * 3));
}

log::Hash OvnMaker::mac(std::string_view message) const {
  const log::Hash inner = log::Sha256().update(ByteView(inner_)).update(message).finish();
  return log::Sha256().update(ByteView(outer_)).update(inner.view()).finish();
}

}  // namespace tansiq::core
