#include "picture/track.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace tansiq::picture {

using surveillance::CraftId;
using surveillance::Emergency;
using surveillance::IdKind;

std::string_view name_of(TrackState state) {
  switch (state) {
    case TrackState::kTentative:
      return "tentative";
    case TrackState::kLive:
      return "live";
    case TrackState::kCoasting:
      return "coasting";
    case TrackState::kStale:
      return "stale";
    case TrackState::kEnded:
      return "ended";
  }
  return "";
}

std::string_view name_of(SignKind kind) {
  switch (kind) {
    case SignKind::kImpossibleJump:
      return "impossible_jump";
    case SignKind::kDoubleAddress:
      return "double_address";
    case SignKind::kBeyondRange:
      return "beyond_range";
    case SignKind::kClockOff:
      return "clock_off";
  }
  return "";
}

CraftId Track::identity() const {
  if (icao) return {IdKind::kIcao, *icao};
  if (mmsi) return {IdKind::kMmsi, *mmsi};
  if (non_icao) return {IdKind::kNonIcao, *non_icao};
  for (const HeardFrom& from : sources()) {
    if (!from.uid.view().empty()) return {IdKind::kUid, 0};
  }
  return {};
}

std::string address_text(CraftId id) {
  switch (id.kind) {
    case IdKind::kIcao:
      return fmt::format("{:06X}", id.number);
    case IdKind::kMmsi:
      return fmt::format("{:09}", id.number);
    case IdKind::kNonIcao:
      return fmt::format("~{:06X}", id.number);
    case IdKind::kUid:
    case IdKind::kNone:
      break;
  }
  return {};
}

std::string Track::label() const {
  if (std::string address = address_text(identity()); !address.empty()) return address;
  for (const HeardFrom& from : sources()) {
    if (!from.uid.view().empty()) return std::string(from.uid.view());
    if (from.number) {
      return fmt::format("system {}/{} track {}", from.number->system >> 8, from.number->system & 0xFF,
                         from.number->number);
    }
  }
  return fmt::format("track {}", id.value);
}

int Track::quality(UtcMs now) const {
  if (state == TrackState::kStale || state == TrackState::kEnded) return 0;
  constexpr double kBestM = 10;
  constexpr DurationMs kRecent = 300'000;
  const double doublings = std::ceil(std::log2(std::max(motion(now).position_sigma_m / kBestM, 1.0)));
  int out = 9 - static_cast<int>(std::min(doublings, 9.0));
  for (const Sign& sign : signs) {
    if (sign.count > 0 && now - sign.last < kRecent) out -= 2;
  }
  return std::max(out, 0);
}

Emergency emergency_of_code(std::uint16_t mode_3a) {
  switch (mode_3a) {
    case 07500:
      return Emergency::kUnlawful;
    case 07600:
      return Emergency::kNoRadio;
    case 07700:
      return Emergency::kGeneral;
    default:
      return Emergency::kNone;
  }
}

bool discrete_code(std::uint16_t mode_3a) {
  constexpr std::array<std::uint16_t, 8> kShared{0, 01000, 01200, 02000, 07000, 07500, 07600, 07700};
  return std::find(kShared.begin(), kShared.end(), mode_3a) == kShared.end();
}

}  // namespace tansiq::picture
