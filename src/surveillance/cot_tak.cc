#include "surveillance/cot_tak.h"

#include <protozero/pbf_reader.hpp>

namespace tansiq::surveillance {
namespace {

using protozero::pbf_reader;
using protozero::pbf_wire_type;

// Numbers of fields, by the published protocol definitions of version 1.
enum : protozero::pbf_tag_type {
  kMessageEvent = 2,
  kEventType = 1,
  kEventUid = 5,
  kEventSendTime = 6,
  kEventStartTime = 7,
  kEventStaleTime = 8,
  kEventLat = 10,
  kEventLng = 11,
  kEventHae = 12,
  kEventCe = 13,
  kEventDetail = 15,
  kDetailXml = 1,
  kDetailContact = 2,
  kDetailTrack = 7,
  kContactCallSign = 2,
  kTrackSpeed = 1,
  kTrackCourse = 2,
};

std::string_view text_of(protozero::data_view view) { return {view.data(), view.size()}; }

/// UTF-8 in its shortest form without surrogates, as XML's reader demands it of the other encoding.
bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead < 0x80) {
      if (lead < ' ' || lead == 0x7F) return false;
      ++i;
      continue;
    }
    const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || i + size > text.size()) return false;
    std::uint32_t code = lead & (0x7FU >> size);
    for (std::size_t k = 1; k < size; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      if ((next & 0xC0) != 0x80) return false;
      code = code << 6 | (next & 0x3F);
    }
    constexpr std::uint32_t kLeast[]{0, 0, 0x80, 0x800, 0x10000};
    if (code < kLeast[size] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return false;
    i += size;
  }
  return true;
}

std::optional<UtcMs> moment_of(std::uint64_t ms) {
  if (ms > static_cast<std::uint64_t>(kUtcMax.ms)) return std::nullopt;
  return UtcMs{static_cast<std::int64_t>(ms)};
}

std::expected<void, Reject> read_track(pbf_reader track, CotEvent& out) {
  while (track.next()) {
    if (track.wire_type() != pbf_wire_type::fixed64) {
      track.skip();
      continue;
    }
    const auto tag = track.tag();
    const double value = track.get_double();
    if (tag == kTrackSpeed && value >= 0 && !set_cot_speed(value, out)) return std::unexpected(Reject::kOutOfRange);
    if (tag == kTrackCourse && !set_cot_course(value, out)) return std::unexpected(Reject::kOutOfRange);
  }
  return {};
}

std::expected<void, Reject> read_detail(pbf_reader detail, CotXml& xml, CotEvent& out) {
  std::string_view more;
  while (detail.next()) {
    if (detail.wire_type() != pbf_wire_type::length_delimited) {
      detail.skip();
      continue;
    }
    const auto tag = detail.tag();
    const auto view = detail.get_view();
    if (tag == kDetailXml) more = text_of(view);
    if (tag == kDetailContact) {
      pbf_reader contact(view);
      while (contact.next(kContactCallSign, pbf_wire_type::length_delimited)) {
        const std::string_view text = text_of(contact.get_view());
        if (!is_utf8(text)) return std::unexpected(Reject::kBadSyntax);
        out.call_sign.assign(text);
      }
    }
    if (tag == kDetailTrack) {
      if (auto good = read_track(pbf_reader(view), out); !good) return good;
    }
  }
  // What has more attributes than the messages have fields is left in XML by the writers.
  if (more.empty()) return {};
  return xml.detail(as_bytes(more), out);
}

struct Place {
  double lat = 0;
  double lng = 0;
};

/// A number field of the event. Fields that are absent are zero, as the encoding has it.
void read_real(pbf_reader& event, Place& place, CotEvent& out) {
  const auto tag = event.tag();
  const double value = event.get_double();
  if (tag == kEventLat) place.lat = value;
  if (tag == kEventLng) place.lng = value;
  if (tag == kEventHae) set_cot_height(value, out);
  if (tag == kEventCe) set_cot_error(value, out);
}

std::expected<void, Reject> read_event(pbf_reader event, CotXml& xml, CotEvent& out) {
  Place place;
  while (event.next()) {
    const auto tag = event.tag();
    if (event.wire_type() == pbf_wire_type::fixed64) {
      read_real(event, place, out);
    } else if (event.wire_type() == pbf_wire_type::varint && tag >= kEventSendTime && tag <= kEventStaleTime) {
      const auto moment = moment_of(event.get_uint64());
      if (!moment) return std::unexpected(Reject::kOutOfRange);
      (tag == kEventSendTime ? out.time : tag == kEventStartTime ? out.start : out.stale) = moment;
    } else if (event.wire_type() == pbf_wire_type::length_delimited) {
      const std::string_view text = text_of(event.get_view());
      if ((tag == kEventUid && text.size() > out.uid.capacity()) ||
          (tag == kEventType && text.size() > out.type.capacity())) {
        return std::unexpected(Reject::kTooLong);
      }
      if ((tag == kEventUid || tag == kEventType) && !is_utf8(text)) return std::unexpected(Reject::kBadSyntax);
      if (tag == kEventUid) out.uid.assign(text);
      if (tag == kEventType) out.type.assign(text);
      if (tag == kEventDetail) {
        if (auto good = read_detail(pbf_reader(text.data(), text.size()), xml, out); !good) return good;
      }
    } else {
      event.skip();
    }
  }
  if (!set_cot_place(place.lat, place.lng, out)) return std::unexpected(Reject::kOutOfRange);
  return {};
}

}  // namespace

std::expected<CotEvent, Reject> read_tak_message(ByteView message, CotXml& xml) {
  try {
    CotEvent out;
    bool there = false;
    pbf_reader reader(reinterpret_cast<const char*>(message.data()), message.size());
    while (reader.next()) {
      if (reader.tag() != kMessageEvent || reader.wire_type() != pbf_wire_type::length_delimited) {
        reader.skip();
        continue;
      }
      there = true;
      const auto view = reader.get_view();
      if (auto good = read_event(pbf_reader(view), xml, out); !good) return std::unexpected(good.error());
    }
    if (!there) return std::unexpected(Reject::kNotForUs);
    if (out.uid.empty() || out.type.empty()) return std::unexpected(Reject::kMissingItem);
    return out;
  } catch (const protozero::end_of_buffer_exception&) {
    return std::unexpected(Reject::kTruncated);
  } catch (const protozero::exception&) {
    return std::unexpected(Reject::kBadSyntax);
  }
}

}  // namespace tansiq::surveillance
