#include "surveillance/feed.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "base/foreign_text.h"
#include "surveillance/adsb_decoder.h"
#include "surveillance/adsb_encode.h"
#include "surveillance/ais_decoder.h"
#include "surveillance/asterix_decoder.h"
#include "surveillance/cot_decoder.h"
#include "surveillance/cot_encode.h"
#include "surveillance/sbs_decoder.h"
#include "surveillance/sbs_encode.h"

namespace tansiq::surveillance {
namespace {

constexpr std::array<std::string_view, 7> kFormats{"cat021", "cat048", "cat062", "beast", "aivdm", "cot", "sbs"};
constexpr std::array<std::string_view, static_cast<std::size_t>(Unsaid::kCount)> kUnsaid{
    "no_address", "no_mmsi", "no_identity", "no_position", "out_of_reach", "refused", "no_kind"};
constexpr std::array<std::string_view, static_cast<std::size_t>(LostField::kCount)> kFields{
    "time",  "position", "pressure_height", "geometric_height", "speed",     "course",   "heading",
    "climb", "code",     "call_sign",       "identity",         "emergency", "on_ground"};

std::uint32_t bit(LostField field) { return 1U << static_cast<unsigned>(field); }

/// Which fields a report has, a bit each.
std::uint32_t fields_of(const Report& r) {
  std::uint32_t out = 0;
  const auto set = [&](LostField field, bool there) { out |= there ? bit(field) : 0U; };
  set(LostField::kTime, r.basis == TimeBasis::kFull);
  set(LostField::kPosition, r.position.has_value());
  set(LostField::kPressureHeight, r.pressure_cm.has_value());
  set(LostField::kGeometricHeight, r.geometric_cm.has_value());
  set(LostField::kSpeed, r.speed_cm_s.has_value());
  set(LostField::kCourse, r.course_mdeg.has_value());
  set(LostField::kHeading, r.heading_mdeg.has_value());
  set(LostField::kClimb, r.climb_cm_s.has_value());
  set(LostField::kCode, r.mode_3a.has_value());
  set(LostField::kCallSign, !r.call_sign.empty());
  set(LostField::kIdentity, r.id.kind != IdKind::kNone);
  set(LostField::kEmergency, r.emergency != Emergency::kNone);
  set(LostField::kOnGround, r.has(Flag::kOnGround));
  return out;
}

/// Joins what several reports say.
class Fields final : public Sink {
 public:
  void report(const Report& report) override { seen_ |= fields_of(report); }
  void status(const SensorStatus&) override {}
  void identity(const Identity&) override {}
  void text(const Text&) override {}
  [[nodiscard]] std::uint32_t take() { return std::exchange(seen_, 0U); }

 private:
  std::uint32_t seen_ = 0;
};

using ReadBack = std::function<void(ByteView, UtcMs, Sink&)>;

ReadBack read_back_of(const FeedOptions& options) {
  switch (options.as) {
    case FeedFormat::kBeast: {
      // The receiver's place makes positions on the ground readable; where it stands does not matter for what is lost.
      return [decoder = std::make_shared<AdsbDecoder>(AdsbOptions{})](ByteView bytes, UtcMs now, Sink& sink) {
        decoder->feed_datagram(bytes, now, sink);
      };
    }
    case FeedFormat::kAivdm:
      return [decoder = std::make_shared<AisDecoder>(SourceId{})](ByteView bytes, UtcMs now, Sink& sink) {
        decoder->feed_datagram(bytes, now, sink);
      };
    case FeedFormat::kCot:
      return [decoder = std::make_shared<CotDecoder>(CotOptions{})](ByteView bytes, UtcMs now, Sink& sink) {
        decoder->feed_datagram(bytes, now, sink);
      };
    case FeedFormat::kSbs:
      return [decoder = std::make_shared<SbsDecoder>(SbsOptions{})](ByteView bytes, UtcMs now, Sink& sink) {
        decoder->feed_datagram(bytes, now, sink);
      };
    case FeedFormat::kCat021:
    case FeedFormat::kCat048:
    case FeedFormat::kCat062:
      break;
  }
  AsterixOptions asterix;
  if (options.radar) asterix.radars.push_back(*options.radar);
  return [decoder = std::make_shared<AsterixDecoder>(std::move(asterix))](ByteView bytes, UtcMs now, Sink& sink) {
    decoder->feed_datagram(bytes, now, sink);
  };
}

bool is_asterix(FeedFormat format) {
  return format == FeedFormat::kCat021 || format == FeedFormat::kCat048 || format == FeedFormat::kCat062;
}

std::uint8_t category_of(FeedFormat format) {
  return format == FeedFormat::kCat021 ? 21 : format == FeedFormat::kCat048 ? 48 : 62;
}

/// Numbers for craft, in the order of their first appearance, round and round.
class TrackNumbers {
 public:
  /// The number, and whether another craft had it before.
  std::pair<std::uint16_t, bool> of(const Report& r) {
    Key key{static_cast<std::uint8_t>(r.id.kind), r.id.number, std::string(r.uid.view())};
    if (r.id.kind == IdKind::kNone && r.track) key = {0, static_cast<std::uint32_t>(r.track->number), {}};
    if (const auto known = numbers_.find(key); known != numbers_.end()) return {known->second, false};
    const std::uint16_t number = next_;
    next_ = next_ == kFeedTracksMax ? std::uint16_t{1} : static_cast<std::uint16_t>(next_ + 1);
    const bool again = holders_[number].has_value();
    if (again) numbers_.erase(*holders_[number]);
    holders_[number] = key;
    numbers_.emplace(std::move(key), number);
    return {number, again};
  }

 private:
  using Key = std::tuple<std::uint8_t, std::uint32_t, std::string>;
  std::map<Key, std::uint16_t> numbers_;
  std::vector<std::optional<Key>> holders_ = std::vector<std::optional<Key>>(kFeedTracksMax + 1);
  std::uint16_t next_ = 1;
};

}  // namespace

std::string_view name_of(FeedFormat format) { return kFormats.at(static_cast<std::size_t>(format)); }
std::string_view name_of(Unsaid why) { return kUnsaid.at(static_cast<std::size_t>(why)); }
std::string_view name_of(LostField field) { return kFields.at(static_cast<std::size_t>(field)); }

Result<FeedFormat> parse_feed_format(std::string_view text) {
  const auto known = std::ranges::find(kFormats, text);
  if (known != kFormats.end()) return static_cast<FeedFormat>(known - kFormats.begin());
  return fail(ErrorCode::kInvalid, fmt::format("'{}' is written by no encoder; those there are: {}",
                                               foreign_text(text, kQuotedBytesMax), fmt::join(kFormats, ", ")));
}

class FeedEncoder::Impl {
 public:
  explicit Impl(const FeedOptions& options)
      : options_(options), asterix_(is_asterix(options.as) ? category_of(options.as) : std::uint8_t{62}) {
    read_back_ = read_back_of(options);
    if (options.radar) frame_.emplace(*options.radar);
  }

  /// Nothing when the report was said.
  std::optional<Unsaid> add(const Report& report, std::vector<std::string>& units, FeedAccount& account) {
    switch (options_.as) {
      case FeedFormat::kBeast:
        return beast(report, units, account);
      case FeedFormat::kAivdm: {
        if (report.id.kind != IdKind::kMmsi) return Unsaid::kNoMmsi;
        std::string text;
        if (!ais_.class_a(report, text)) return Unsaid::kRefused;
        return said(report, std::move(text), units, account);
      }
      case FeedFormat::kCot: {
        if (report.id.kind == IdKind::kNone && !report.track) return Unsaid::kNoIdentity;
        if (!report.position) return Unsaid::kNoPosition;
        std::string text;
        if (!append_cot_event(report, text)) return Unsaid::kRefused;
        return said(report, std::move(text), units, account);
      }
      case FeedFormat::kSbs: {
        if (report.id.kind != IdKind::kIcao) return Unsaid::kNoAddress;
        std::string text;
        if (!append_sbs_lines(report, text)) return Unsaid::kNoPosition;
        return said(report, std::move(text), units, account);
      }
      default:
        return asterix(report, units, account);
    }
  }

  void add(const Identity& identity, std::vector<std::string>& units, FeedAccount& account) {
    std::string text;
    const bool parts = identity.message == 24;
    if (options_.as != FeedFormat::kAivdm ||
        !(parts ? ais_.static_part(identity, text) : ais_.voyage(identity, text))) {
      ++account.unsaid.at(static_cast<std::size_t>(Unsaid::kNoKind));
      return;
    }
    ++account.identities;
    // Sentences of one message stay together.
    units.push_back(std::move(text));
  }

  void flush(std::vector<std::string>& units) {
    const Bytes block = asterix_.take();
    if (!block.empty()) units.emplace_back(as_text(block));
  }

 private:
  /// Counts what of the report does not come back.
  void account_for(const Report& report, std::string_view unit, FeedAccount& account) {
    Fields fields;
    read_back_(as_bytes(unit), report.time, fields);
    std::uint32_t lost = fields_of(report) & ~fields.take();
    for (std::size_t i = 0; lost != 0; ++i, lost >>= 1) account.lost.at(i) += lost & 1U;
  }

  std::optional<Unsaid> said(const Report& report, std::string unit, std::vector<std::string>& units,
                             FeedAccount& account) {
    account_for(report, unit, account);
    units.push_back(std::move(unit));
    return std::nullopt;
  }

  std::optional<Unsaid> beast(const Report& report, std::vector<std::string>& units, FeedAccount& account) {
    if (report.id.kind != IdKind::kIcao) return Unsaid::kNoAddress;
    std::string frames;
    bool any = false;
    bool refused = false;
    const auto put = [&](const Result<Squitter>& squitter) {
      if (squitter) put_beast_squitter(frames, *squitter, report.time);
      any |= squitter.has_value();
      refused |= !squitter.has_value();
    };
    // A receiver needs both halves of a position; the even one first, so that each report gives one place.
    if (report.position && report.has(Flag::kOnGround)) {
      put(encode_surface_position(report, false));
      put(encode_surface_position(report, true));
    } else if (report.position) {
      put(encode_airborne_position(report, false));
      put(encode_airborne_position(report, true));
    }
    if ((report.speed_cm_s && report.course_mdeg && !report.has(Flag::kOnGround)) || report.climb_cm_s) {
      put(encode_velocity(report));
    }
    if (!report.call_sign.empty()) put(encode_identification(report));
    if (report.emergency != Emergency::kNone || report.mode_3a) put(encode_emergency(report));
    if (!any) return refused ? Unsaid::kRefused : Unsaid::kNoPosition;
    return said(report, std::move(frames), units, account);
  }

  std::optional<Unsaid> asterix(const Report& given, std::vector<std::string>& units, FeedAccount& account) {
    Report report = given;
    if (!report.system) report.system = options_.system;
    if (options_.as == FeedFormat::kCat021) {
      if (report.id.kind != IdKind::kIcao && report.id.kind != IdKind::kNonIcao) return Unsaid::kNoAddress;
    } else {
      if (report.id.kind == IdKind::kNone && !report.track) return Unsaid::kNoIdentity;
      const auto [number, again] = tracks_.of(report);
      // Twelve bits in CAT 048.
      const auto bits = static_cast<std::uint16_t>(options_.as == FeedFormat::kCat048 ? 0x0FFF : 0xFFFF);
      report.track = TrackNumber{*report.system, static_cast<std::uint16_t>(number & bits)};
      account.track_numbers_again += again || (number & bits) != number ? 1 : 0;
    }
    if (options_.as == FeedFormat::kCat048) {
      report.system = frame_->system();
      if (!report.position) return Unsaid::kNoPosition;
      const std::int32_t height = report.pressure_cm.value_or(report.geometric_cm.value_or(options_.radar->height_cm));
      report.polar = frame_->polar(*report.position, height);
      if (report.polar->slant_cm > options_.radar_range_m * 100) return Unsaid::kOutOfReach;
    }
    // Read back alone, sent together with others.
    AsterixEncoder alone(category_of(options_.as));
    if (!alone.add(report)) return Unsaid::kRefused;
    account_for(given, as_text(alone.take()), account);
    if (const Status added = asterix_.add(report); !added) {
      flush(units);
      if (!asterix_.add(report)) return Unsaid::kRefused;
    }
    return std::nullopt;
  }

  FeedOptions options_;
  AsterixEncoder asterix_;
  AisEncoder ais_;
  TrackNumbers tracks_;
  std::optional<PolarFrame> frame_;
  ReadBack read_back_;
};

FeedEncoder::FeedEncoder(const FeedOptions& options) : impl_(std::make_unique<Impl>(options)) {}
FeedEncoder::FeedEncoder(FeedEncoder&&) noexcept = default;
FeedEncoder::~FeedEncoder() = default;

Result<FeedEncoder> FeedEncoder::make(const FeedOptions& options) {
  if (options.as == FeedFormat::kCat048 && !options.radar) {
    return fail(ErrorCode::kInvalid, "CAT 048 needs the place of a radar, as 25/2 50.0333 8.5706 310", "radar");
  }
  if (options.radar && options.as != FeedFormat::kCat048) {
    return fail(ErrorCode::kInvalid, "a radar's place is for CAT 048", "radar");
  }
  if (options.radar_range_m < 1 || options.radar_range_m > 470'000) {
    return fail(ErrorCode::kInvalid, "a radar's range is from 1 m to 470 km", "range");
  }
  return FeedEncoder(options);
}

void FeedEncoder::add(const Report& report, std::vector<std::string>& units) {
  ++account_.reports;
  if (const auto why = impl_->add(report, units, account_)) {
    ++account_.unsaid.at(static_cast<std::size_t>(*why));
  } else {
    ++account_.said;
  }
}

void FeedEncoder::add(const Identity& identity, std::vector<std::string>& units) {
  impl_->add(identity, units, account_);
}

void FeedEncoder::flush(std::vector<std::string>& units) { impl_->flush(units); }

}  // namespace tansiq::surveillance
