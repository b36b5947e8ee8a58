#include "surveillance/asterix_decoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "surveillance/asterix_turn_impl.h"

namespace tansiq::surveillance {

using asterix::Edition;
using asterix::Parts;
using asterix::Record;

namespace {

constexpr std::array<std::uint8_t, 5> kCategories{21, 34, 48, 62, 65};
constexpr std::size_t kHeader = 3;
/// While a stream is searched: the longest block looked for, and how many beginnings are tried before what is kept
/// goes.
constexpr unsigned kTriesMax = 256;

std::size_t place_of(unsigned category) {
  return static_cast<std::size_t>(std::find(kCategories.begin(), kCategories.end(), category) - kCategories.begin());
}

std::size_t length_of(ByteView bytes) { return static_cast<std::size_t>(bytes[1]) << 8 | bytes[2]; }

}  // namespace

std::array<const Edition*, 5> AsterixOptions::newest() {
  std::array<const Edition*, 5> out{};
  for (const Edition& edition : asterix::editions()) {
    const Edition*& place = out[place_of(edition.category)];
    if (place == nullptr) place = &edition;
  }
  return out;
}

Status AsterixOptions::choose(unsigned category, std::string_view edition) {
  std::string known;
  for (const Edition& each : asterix::editions()) {
    if (each.category != category) continue;
    if (each.edition == edition) {
      editions[place_of(category)] = &each;
      return {};
    }
    known += fmt::format("{}{}", known.empty() ? "" : ", ", each.edition);
  }
  if (known.empty()) return fail(ErrorCode::kUnsupported, "categories 21, 34, 48, 62 and 65 are read", "category");
  return fail(ErrorCode::kUnsupported, fmt::format("category {:03} is read in edition {}", category, known), "edition");
}

AsterixDecoder::AsterixDecoder(AsterixOptions options) : options_(std::move(options)) {
  radars_.reserve(options_.radars.size());
  for (const RadarPlace& radar : options_.radars) radars_.emplace_back(radar);
  kept_.reserve(2 * kAsterixBlockBytesMax);
}

void AsterixDecoder::reset() {
  kept_.clear();
  searching_ = false;
  tries_ = 0;
}

const Edition* AsterixDecoder::edition_of(std::uint8_t category) const {
  const std::size_t place = place_of(category);
  return place < kCategories.size() ? options_.editions[place] : nullptr;
}

const PolarFrame* AsterixDecoder::radar_of(std::uint16_t system) const {
  for (const PolarFrame& radar : radars_) {
    if (radar.system() == system) return &radar;
  }
  return nullptr;
}

/// What is wrong with the records of a block; kCount where nothing is.
Reject AsterixDecoder::fault_of(const Edition& edition, ByteView records) const {
  Record record;
  while (!records.empty()) {
    const auto size = scan_record(*edition.layout, records, record);
    if (!size) return size.error();
    records = records.subspan(*size);
  }
  return Reject::kCount;
}

/// Takes a whole block. False when it is not one; while searching that is not counted.
bool AsterixDecoder::block(ByteView bytes, UtcMs received, Sink& sink, bool searching) {
  const Edition* edition = edition_of(bytes[0]);
  const ByteView records = bytes.subspan(kHeader);
  if (edition == nullptr || records.empty()) {
    if (searching) return false;
    ++counters_.units;
    counters_.reject(edition == nullptr ? Reject::kNotForUs : Reject::kTruncated);
    return edition == nullptr;
  }
  if (const Reject fault = fault_of(*edition, records); fault != Reject::kCount) {
    if (searching) return false;
    ++counters_.units;
    counters_.reject(fault);
    return false;
  }
  Record each;
  for (ByteView rest = records; !rest.empty();) {
    ++counters_.units;
    rest = rest.subspan(*scan_record(*edition->layout, rest, each));
    if (const auto good = record(*edition, each, received, sink); !good) counters_.reject(good.error());
  }
  return true;
}

void AsterixDecoder::feed_datagram(ByteView bytes, UtcMs received, Sink& sink) {
  counters_.bytes += bytes.size();
  while (!bytes.empty()) {
    if (bytes.size() < kHeader || length_of(bytes) < kHeader || length_of(bytes) > bytes.size()) {
      ++counters_.units;
      counters_.reject(bytes.size() < kHeader || length_of(bytes) > bytes.size() ? Reject::kTruncated
                                                                                 : Reject::kWrongLength);
      return;
    }
    (void)block(bytes.first(length_of(bytes)), received, sink, false);
    bytes = bytes.subspan(length_of(bytes));
  }
}

void AsterixDecoder::feed(ByteView bytes, UtcMs received, Sink& sink) {
  counters_.bytes += bytes.size();
  while (!bytes.empty()) {
    // Never more than one longest block and what follows it.
    const std::size_t some = std::min(bytes.size(), 2 * kAsterixBlockBytesMax - kept_.size());
    kept_.insert(kept_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(some));
    bytes = bytes.subspan(some);
    ByteView rest(kept_);
    while (rest.size() >= kHeader) {
      const std::size_t length = length_of(rest);
      const bool plausible =
          length > kHeader && length <= kAsterixBlockBytesMax && (!searching_ || edition_of(rest[0]) != nullptr);
      if (plausible && length > rest.size()) break;
      if (plausible && block(rest.first(length), received, sink, searching_)) {
        searching_ = false;
        tries_ = 0;
        rest = rest.subspan(length);
        continue;
      }
      if (searching_ && plausible && ++tries_ > kTriesMax) {
        // Bytes made to look like blocks cost a walk each: what was kept of them goes, the search begins anew behind.
        tries_ = 0;
        rest = rest.subspan(rest.size());
        break;
      }
      if (!searching_ && plausible) {
        rest = rest.subspan(length);  // A damaged block, counted; its length may still be right.
        searching_ = true;
        continue;
      }
      if (!searching_) {
        ++counters_.units;
        counters_.reject(Reject::kWrongLength);
        searching_ = true;
      }
      rest = rest.subspan(1);
    }
    kept_.erase(kept_.begin(), kept_.end() - static_cast<std::ptrdiff_t>(rest.size()));
  }
}

std::expected<void, Reject> AsterixDecoder::record(const Edition& edition, const Record& record, UtcMs received,
                                                   Sink& sink) {
  Turn turn{edition, record, received, sink};
  switch (edition.category) {
    case 21:
      return adsb(turn);
    case 34:
      return radar_service(turn);
    case 48:
      return radar(turn);
    case 62:
      return track(turn);
    default:
      return tracker_service(turn);
  }
}

/// The parts of a record's reserved expansion field; none where it is absent or not of the edition described.
Parts AsterixDecoder::expansion(const Turn& turn, std::uint8_t frn) {
  if (!turn.record.has(frn) || turn.edition.expansion == nullptr) return {};
  const std::uint8_t* field = turn.record[frn];
  const asterix::Layout& layout = *turn.edition.expansion;
  Parts parts = parts_of(layout, layout.first(), ByteView(field + 1, field[0] - 1U));
  if (parts.octets + 1 != field[0]) {
    counters_.reject(Reject::kUnknownItem);
    return {};
  }
  return parts;
}

}  // namespace tansiq::surveillance
