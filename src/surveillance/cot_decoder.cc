#include "surveillance/cot_decoder.h"

#include <algorithm>
#include <array>

#include "surveillance/cot_tak.h"
#include "surveillance/cot_xml.h"
#include "surveillance/decimal.h"

namespace tansiq::surveillance {
namespace {

constexpr std::uint8_t kMagic = 0xBF;
constexpr std::string_view kEnd = "</event>";

bool is_space(std::uint8_t c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == 0; }

/// What the third part of a type says of where something moves.
Domain domain_of(std::string_view type) {
  const std::size_t dash = type.find('-', 2);
  if (!type.starts_with("a-") || dash == std::string_view::npos || dash + 1 >= type.size()) return Domain::kUnknown;
  switch (type[dash + 1]) {
    case 'A':
    case 'P':
      return Domain::kAir;
    case 'S':
    case 'U':
      return Domain::kSea;
    case 'G':
      return Domain::kGround;
    default:
      return Domain::kUnknown;
  }
}

/// Takes an alarm back.
constexpr std::string_view kCancel = "b-a-o-can";

Emergency emergency_of(std::string_view type) {
  return type.starts_with("b-a-o-") && type != kCancel ? Emergency::kGeneral : Emergency::kNone;
}

/// A craft's own address, where a uid is one as append_cot_event writes it: so a craft that others hear by its address
/// is known for the same one. Anything else, small letters too, stays a uid and is written again as it was.
CraftId address_of(std::string_view uid) {
  struct Scheme {
    std::string_view prefix;
    IdKind kind;
    int base;
    std::size_t digits;
  };
  constexpr std::array<Scheme, 3> kSchemes{
      {{"ICAO-", IdKind::kIcao, 16, 6}, {"ADDRESS-", IdKind::kNonIcao, 16, 6}, {"MMSI-", IdKind::kMmsi, 10, 9}}};
  for (const Scheme& scheme : kSchemes) {
    if (!uid.starts_with(scheme.prefix) || uid.size() != scheme.prefix.size() + scheme.digits) continue;
    const std::string_view digits = uid.substr(scheme.prefix.size());
    if (std::ranges::any_of(digits, [](char c) { return c >= 'a' && c <= 'f'; })) continue;
    if (const auto number = parse_digits(digits, scheme.base)) return {scheme.kind, *number};
  }
  return {IdKind::kUid, 0};
}

}  // namespace

CotDecoder::CotDecoder(const CotOptions& options) : options_(options), xml_(std::make_unique<CotXml>()) {
  kept_.reserve(2 * kCotEventBytesMax);
}
CotDecoder::~CotDecoder() = default;

void CotDecoder::reject(Reject why) {
  ++counters_.units;
  counters_.reject(why);
}

void CotDecoder::reset() {
  kept_.clear();
  searched_ = 0;
  skipping_ = false;
}

void CotDecoder::take(const CotEvent& event, UtcMs received, Sink& sink) {
  const std::string_view type = event.type.view();
  if (!type.starts_with("a-") && !type.starts_with("b-a-o-")) {
    ++counters_.unused;
    return;
  }
  Report out;
  out.source = options_.source;
  out.format = Format::kCot;
  out.domain = domain_of(type);
  out.id = address_of(event.uid.view());
  if (out.id.kind == IdKind::kUid) out.uid = event.uid;
  out.kind = event.type;
  out.call_sign = event.call_sign;
  out.received = out.time = received;
  // `start` is when it was so; `time` is when it was written down.
  if (event.start || event.time) {
    out.time = event.start ? *event.start : *event.time;
    out.basis = TimeBasis::kFull;
  }
  out.stale = event.stale;
  out.position = event.position;
  out.geometric_cm = event.height_cm;
  out.accuracy_cm = event.error_cm;
  out.course_mdeg = event.course_mdeg;
  out.speed_cm_s = event.speed_cm_s;
  out.emergency = emergency_of(type);
  out.set(Flag::kTakenBack, type == kCancel);
  ++counters_.reports;
  sink.report(out);
}

void CotDecoder::xml(ByteView event, UtcMs received, Sink& sink) {
  ++counters_.units;
  const auto read = xml_->event(event);
  if (!read) {
    counters_.reject(read.error());
    return;
  }
  take(*read, received, sink);
}

void CotDecoder::tak(ByteView message, UtcMs received, Sink& sink) {
  ++counters_.units;
  const auto read = read_tak_message(message, *xml_);
  if (!read) {
    counters_.reject(read.error());
    return;
  }
  take(*read, received, sink);
}

void CotDecoder::feed_datagram(ByteView bytes, UtcMs received, Sink& sink) {
  counters_.bytes += bytes.size();
  if (bytes.size() > kCotEventBytesMax) {
    reject(Reject::kTooLong);
    return;
  }
  if (bytes.size() >= 3 && bytes[0] == kMagic && bytes[2] == kMagic) {
    // Version 1 is protobuf, version 0 XML behind the same three octets.
    if (bytes[1] == 1) {
      tak(bytes.subspan(3), received, sink);
    } else if (bytes[1] == 0) {
      xml(bytes.subspan(3), received, sink);
    } else {
      reject(Reject::kNotForUs);
    }
    return;
  }
  while (!bytes.empty() && is_space(bytes.back())) bytes = bytes.first(bytes.size() - 1);
  while (!bytes.empty() && is_space(bytes.front())) bytes = bytes.subspan(1);
  if (bytes.empty()) {
    reject(Reject::kTruncated);
    return;
  }
  // Mostly one event; what several share a datagram is cut as on a stream.
  for (std::size_t end = as_text(bytes).find(kEnd); end != std::string_view::npos && end + kEnd.size() < bytes.size();
       end = as_text(bytes).find(kEnd)) {
    xml(bytes.first(end + kEnd.size()), received, sink);
    bytes = bytes.subspan(end + kEnd.size());
    while (!bytes.empty() && is_space(bytes.front())) bytes = bytes.subspan(1);
  }
  if (!bytes.empty()) xml(bytes, received, sink);
}

/// Cuts one XML event off the front; octets used, 0 when it is not whole.
std::size_t CotDecoder::cut_xml(ByteView bytes, UtcMs received, Sink& sink) {
  const std::string_view text = as_text(bytes);
  const std::size_t from = searched_ > kEnd.size() ? searched_ - kEnd.size() : 0;
  const std::size_t end = text.find(kEnd, from);
  if (end == std::string_view::npos) {
    searched_ = text.size();
    return 0;
  }
  searched_ = 0;
  const std::size_t size = end + kEnd.size();
  if (skipping_) {
    skipping_ = false;
  } else if (size > kCotEventBytesMax) {
    reject(Reject::kTooLong);
  } else {
    xml(bytes.first(size), received, sink);
  }
  return size;
}

/// Cuts one message off: 0xBF, its length as a varint, itself. 0 when it is not whole.
std::size_t CotDecoder::cut_tak(ByteView bytes, UtcMs received, Sink& sink) {
  std::size_t length = 0;
  std::size_t at = 1;
  for (unsigned shift = 0;; shift += 7, ++at) {
    if (at == bytes.size()) return 0;
    length |= static_cast<std::size_t>(bytes[at] & 0x7F) << shift;
    if ((bytes[at] & 0x80) == 0) break;
    if (shift >= 14) {  // Three octets hold more than the longest message.
      reject(Reject::kTooLong);
      return at + 1;
    }
  }
  ++at;
  if (length > kCotEventBytesMax) {
    reject(Reject::kTooLong);
    return at;
  }
  if (bytes.size() - at < length) return 0;
  tak(bytes.subspan(at, length), received, sink);
  return at + length;
}

/// Cuts what is whole off the front; octets used.
std::size_t CotDecoder::cut(ByteView bytes, UtcMs received, Sink& sink) {
  if (skipping_) return cut_xml(bytes, received, sink);
  if (is_space(bytes[0])) return 1;
  if (bytes[0] == kMagic) return cut_tak(bytes, received, sink);
  if (bytes[0] == '<') return cut_xml(bytes, received, sink);
  // Neither encoding begins so: up to where one could.
  const auto next = std::find_if(bytes.begin(), bytes.end(), [](std::uint8_t c) { return c == '<' || c == kMagic; });
  reject(Reject::kNoise);
  return static_cast<std::size_t>(next - bytes.begin());
}

void CotDecoder::feed(ByteView bytes, UtcMs received, Sink& sink) {
  counters_.bytes += bytes.size();
  // What lies whole in the piece is read there; only what is cut off at its end is kept.
  if (kept_.empty()) {
    while (!bytes.empty()) {
      const std::size_t used = cut(bytes, received, sink);
      if (used == 0) break;
      bytes = bytes.subspan(used);
    }
  }
  while (!bytes.empty()) {
    const std::size_t some = std::min(bytes.size(), 2 * kCotEventBytesMax - kept_.size());
    kept_.append(as_text(bytes.first(some)));
    bytes = bytes.subspan(some);
    std::size_t gone = 0;
    while (gone < kept_.size()) {
      const std::size_t used = cut(as_bytes(std::string_view(kept_).substr(gone)), received, sink);
      if (used == 0) break;
      gone += used;
    }
    kept_.erase(0, gone);
    if (kept_.size() > kCotEventBytesMax + kEnd.size()) {
      // An event without an end: its beginning goes, and what follows up to an end.
      if (!skipping_) reject(Reject::kTooLong);
      skipping_ = true;
      kept_.erase(0, kept_.size() - kEnd.size());
      searched_ = 0;
    }
  }
}

}  // namespace tansiq::surveillance
