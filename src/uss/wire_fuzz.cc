// Bodies that another supplier, or a registry, sends: the first byte says what it is to be read as.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/invariant.h"
#include "uss/wire.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tansiq;
  if (size == 0) return 0;
  const auto message = uss::Message::parse({reinterpret_cast<const char*>(data) + 1, size - 1});
  if (!message) return 0;
  const JsonValue root = message->root();
  // One spelling: what is canonical stays as it is.
  const auto again = uss::Message::parse(message->text());
  EXPECT_INVARIANT(again.has_value() && again->text() == message->text());
  switch (data[0] % 8) {
    case 0:
      static_cast<void>(uss::read_notice(*message, uss::Kind::kIntent));
      break;
    case 1:
      static_cast<void>(uss::read_notice(*message, uss::Kind::kConstraint));
      break;
    case 2:
      static_cast<void>(uss::read_served(*message, uss::Kind::kIntent));
      break;
    case 3:
      static_cast<void>(uss::read_changed(root));
      break;
    case 4:
      static_cast<void>(uss::read_missing(root));
      break;
    case 5:
      static_cast<void>(uss::read_telemetry(*message));
      break;
    case 6:
      static_cast<void>(uss::check_report(root));
      break;
    default:
      static_cast<void>(uss::read_reference(root, uss::Kind::kConstraint));
      break;
  }
  return 0;
}
