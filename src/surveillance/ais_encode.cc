#include "surveillance/ais_encode.h"

#include <fmt/format.h>

#include <algorithm>

#include "surveillance/ais_payload.h"
#include "surveillance/moment.h"
#include "surveillance/nmea.h"

namespace tansiq::surveillance {
namespace {

constexpr std::size_t kCharsPerSentence = 60;

Result<AisPayload> begin(unsigned type, CraftId id) {
  if (id.kind != IdKind::kMmsi || id.number > 999'999'999) {
    return fail(ErrorCode::kInvalid, "an AIS message needs an MMSI of at most nine digits", "id");
  }
  AisPayload bits;
  bits.put(6, type);
  bits.put(2, 0);
  bits.put(30, id.number);
  return bits;
}

void put_sentence(std::string& out, unsigned total, unsigned number, std::string_view sequence,
                  std::string_view payload, unsigned fill) {
  const std::string body = fmt::format("AIVDM,{},{},{},A,{},{}", total, number, sequence, payload, fill);
  out += fmt::format("!{}*{:02X}\r\n", body, nmea_checksum(body));
}

void put_message(const AisPayload& bits, unsigned sequence, std::string& out) {
  unsigned fill = 0;
  const std::string text = bits.armoured(fill);
  const auto total = static_cast<unsigned>((text.size() + kCharsPerSentence - 1) / kCharsPerSentence);
  const std::string id = total > 1 ? fmt::format("{}", sequence) : std::string();
  for (unsigned i = 0; i < total; ++i) {
    put_sentence(out, total, i + 1, id, std::string_view(text).substr(i * kCharsPerSentence, kCharsPerSentence),
                 i + 1 == total ? fill : 0);
  }
}

std::int64_t tenth_knots(const Report& report) {
  if (!report.speed_cm_s) return 1'023;
  return std::clamp<std::int64_t>(tenth_knots_from_cm_s(*report.speed_cm_s), 0, 1'022);
}

void put_position(AisPayload& bits, const Report& report) {
  const auto minutes = [](std::int32_t e7) { return scaled(e7, 600'000, 10'000'000); };
  bits.put(28, report.position ? minutes(report.position->lng_e7) : 181 * 600'000);
  bits.put(27, report.position ? minutes(report.position->lat_e7) : 91 * 600'000);
}

void put_directions(AisPayload& bits, const Report& report) {
  bits.put(12, report.course_mdeg ? (*report.course_mdeg + 50) / 100 % 3'600 : 3'600);
  bits.put(9, report.heading_mdeg ? (*report.heading_mdeg + 500) / 1'000 % 360 : 511);
  std::int64_t second = 60;
  if (report.has(Flag::kCoasting)) {
    second = 62;
  } else if (report.basis != TimeBasis::kReceived) {
    second = ((report.time.ms % kMinuteMs) + kMinuteMs) % kMinuteMs / 1'000;
  }
  bits.put(6, second);
}

void put_dimensions(AisPayload& bits, const std::optional<Dimensions>& stated) {
  const Dimensions size = stated.value_or(Dimensions{});
  bits.put(9, std::min<int>(size.bow_m, 511));
  bits.put(9, std::min<int>(size.stern_m, 511));
  bits.put(6, std::min<int>(size.port_m, 63));
  bits.put(6, std::min<int>(size.starboard_m, 63));
}

}  // namespace

Status AisEncoder::class_a(const Report& report, std::string& out) const {
  AisPayload bits = TRY(begin(1, report.id));
  bits.put(4, report.nav_status.value_or(15));
  bits.put(8, report.rate_of_turn.value_or(-128));
  bits.put(10, tenth_knots(report));
  bits.put(1, report.has(Flag::kAccurate) ? 1 : 0);
  put_position(bits, report);
  put_directions(bits, report);
  bits.put(2, report.has(Flag::kManoeuvre) ? 2 : 0);
  bits.put(3, 0);
  bits.put(1, report.has(Flag::kRaim) ? 1 : 0);
  bits.put(19, 0);
  put_message(bits, 0, out);
  return {};
}

Status AisEncoder::class_b(const Report& report, std::string& out) const {
  AisPayload bits = TRY(begin(18, report.id));
  bits.put(8, 0);
  bits.put(10, tenth_knots(report));
  bits.put(1, report.has(Flag::kAccurate) ? 1 : 0);
  put_position(bits, report);
  put_directions(bits, report);
  bits.put(2, 0);
  bits.put(6, 0b1'0'1'1'1'0);  // Carrier sense, no display, distress listening, whole band, message 22, autonomous.
  bits.put(1, report.has(Flag::kRaim) ? 1 : 0);
  bits.put(20, 0);
  put_message(bits, 0, out);
  return {};
}

Status AisEncoder::voyage(const Identity& identity, std::string& out) {
  AisPayload bits = TRY(begin(5, identity.id));
  bits.put(2, identity.ais_version.value_or(0));
  bits.put(30, identity.imo.value_or(0));
  bits.put_text(7, identity.call_sign.view());
  bits.put_text(20, identity.name.view());
  bits.put(8, identity.ship_type.value_or(0));
  put_dimensions(bits, identity.dimensions);
  bits.put(4, identity.fix_type.value_or(0));
  const Eta eta = identity.eta.value_or(Eta{});
  bits.put(4, eta.month);
  bits.put(5, eta.day);
  bits.put(5, eta.hour);
  bits.put(6, eta.minute);
  bits.put(8, std::clamp(identity.draught_cm.value_or(0) / 10, 0, 255));
  bits.put_text(20, identity.destination.view());
  bits.put(1, identity.terminal_ready.value_or(false) ? 0 : 1);
  bits.put(1, 0);
  put_message(bits, sequence_, out);
  sequence_ = (sequence_ + 1) % 10;
  return {};
}

Status AisEncoder::static_part(const Identity& identity, std::string& out) const {
  AisPayload bits = TRY(begin(24, identity.id));
  bits.put(2, identity.part);
  if (identity.part == 0) {
    bits.put_text(20, identity.name.view());
    bits.put(8, 0);
  } else {
    bits.put(8, identity.ship_type.value_or(0));
    bits.put_text(7, identity.vendor.view());
    bits.put_text(7, identity.call_sign.view());
    if (identity.id.number / 10'000'000 == 98) {
      bits.put(30, identity.mother_ship.value_or(0));
    } else {
      put_dimensions(bits, identity.dimensions);
    }
    bits.put(6, 0);
  }
  put_message(bits, 0, out);
  return {};
}

}  // namespace tansiq::surveillance
