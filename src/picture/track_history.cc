#include "picture/track_history.h"

#include <fmt/format.h>

#include <algorithm>

namespace tansiq::picture {
namespace {

using log::JcsWriter;
using surveillance::Flag;
using surveillance::IdKind;

constexpr DurationMs kMinuteMs = 60'000;
constexpr std::uint16_t kNotSaid = 0xFFFF;
/// Of a row beside its own octets: where it is found, and what of the allocator.
constexpr std::size_t kRowBytesMore = 96;

enum PlaceFlag : std::uint16_t { kGround = 1, kGeometric = 2, kPressure = 4, kFirstOfMinute = 8 };

std::int64_t minute_of(UtcMs t) { return t.ms >= 0 ? t.ms / kMinuteMs : -1 - (-1 - t.ms) / kMinuteMs; }

int strength(IdKind kind) {
  switch (kind) {
    case IdKind::kIcao:
      return 4;
    case IdKind::kMmsi:
      return 3;
    case IdKind::kNonIcao:
      return 2;
    case IdKind::kUid:
      return 1;
    case IdKind::kNone:
      break;
  }
  return 0;
}

/// As Track::label, by the words of one side.
std::string label_of(const PastTrack& track) {
  if (std::string address = address_text(track.id); !address.empty()) return address;
  if (track.id.kind == IdKind::kUid && !track.uid.empty()) return std::string(track.uid.view());
  return fmt::format("track {}", track.track.value);
}

std::optional<core::Domain> relation_domain(surveillance::Domain domain) {
  if (domain == surveillance::Domain::kAir) return core::Domain::kAir;
  if (domain == surveillance::Domain::kSea) return core::Domain::kSea;
  return std::nullopt;
}

}  // namespace

Status check(const PastQuestion& question) {
  if (question.to <= question.from) {
    return fail(ErrorCode::kInvalid, "to_ms lies after from_ms", "to_ms");
  }
  if (question.to - question.from > kPastWindowMsMax) {
    return fail(ErrorCode::kInvalid,
                fmt::format("at most {} ms are asked for at once; ask again for the rest", kPastWindowMsMax), "to_ms");
  }
  return {};
}

void TrackHistory::heard(const surveillance::Report& report, const Track& track, std::optional<std::uint32_t> peer) {
  if (track.state == TrackState::kTentative) return;
  // Names come without places, too.
  if (const auto at = live_.find(key_of(track.id, peer)); at != live_.end()) {
    learn(*rows_[at->second], report.id, report.call_sign, report.uid);
  }
  if (!report.position) return;
  // As Release::heard: not what the tracker did not believe.
  if (report.time > track.last_fix || (report.time == track.last_fix && track.fix != *report.position)) return;
  // An address, a name and a number of a peer's are the peer's; what own sources said of the craft is on the track, but
  // beside what peers said: so each row has what came with its own reports, and ships' names, which no peer tells.
  put({.track = track.id,
       .peer = peer,
       .domain = track.domain,
       .time = std::min(report.time, report.received),
       .place = *report.position,
       .geometric_cm = report.geometric_cm,
       .pressure_cm = report.pressure_cm,
       .speed_cm_s = report.has(Flag::kAirspeed) ? std::nullopt : report.speed_cm_s,
       .course_mdeg = report.course_mdeg,
       .on_ground = report.has(Flag::kOnGround),
       .id = report.id,
       .call_sign = report.call_sign,
       .uid = report.uid,
       .name = peer ? surveillance::FixedText<40>() : track.name});
}

const TrackHistory::Row* TrackHistory::row_of(const Key& key) const {
  const auto at = live_.find(key);
  return at == live_.end() ? nullptr : rows_[at->second].get();
}

void TrackHistory::learn(Row& row, surveillance::CraftId id, const surveillance::FixedText<20>& call_sign,
                         const surveillance::FixedText<48>& uid) {
  if (strength(id.kind) >= strength(row.id.kind)) row.id = id;
  if (!call_sign.empty()) row.call_sign = call_sign;
  if (!uid.empty()) row.uid = uid;
}

std::uint32_t TrackHistory::begin_row(const Key& key) {
  std::uint32_t at = 0;
  if (free_.empty()) {
    at = static_cast<std::uint32_t>(rows_.size());
    rows_.emplace_back();
  } else {
    at = free_.back();
    free_.pop_back();
  }
  rows_[at] = std::make_unique<Row>();
  rows_[at]->key = key;
  rows_[at]->serial = ++serials_;
  live_[key] = at;
  return at;
}

void TrackHistory::put(const HeardPlace& heard) {
  if (heard.time < now_ - options_.keep_ms || options_.keep_ms == 0) return;
  // Default deny: of no domain that a relation speaks of.
  if (heard.peer && !relation_domain(heard.domain)) return;
  const std::int64_t minute = minute_of(heard.time);
  const Key key = key_of(heard.track, heard.peer);
  const Row* before = row_of(key);
  if (before != nullptr && heard.time < before->last + kPastSpacingMs) return;
  if (before != nullptr && minute < fine_from_ && before->minute == minute) return;
  if (heard.peer) {
    const Row* own = row_of(key_of(heard.track, std::nullopt));
    if (own != nullptr && heard.time < own->last + kPastSpacingMs) return;
  }
  const std::uint32_t at = before != nullptr ? live_.at(key) : begin_row(key);
  Row& row = *rows_[at];
  row.domain = heard.domain;
  learn(row, heard.id, heard.call_sign, heard.uid);
  if (!heard.name.empty()) row.name = heard.name;

  Place place{.row = at,
              .lat_e7 = heard.place.lat_e7,
              .lng_e7 = heard.place.lng_e7,
              .height_cm = heard.geometric_cm ? *heard.geometric_cm : heard.pressure_cm.value_or(0),
              .offset_ms = static_cast<std::uint16_t>(heard.time.ms - minute * kMinuteMs),
              .speed_dm_s = kNotSaid,
              .course_cdeg = kNotSaid,
              .flags = 0};
  if (heard.speed_cm_s && *heard.speed_cm_s >= 0) {
    place.speed_dm_s = static_cast<std::uint16_t>(std::min(*heard.speed_cm_s / 10, kNotSaid - 1));
  }
  if (heard.course_mdeg) place.course_cdeg = static_cast<std::uint16_t>(*heard.course_mdeg / 10 % 36'000);
  std::uint32_t flags = heard.on_ground ? kGround : 0U;
  if (heard.geometric_cm) {
    flags |= kGeometric;
  } else if (heard.pressure_cm) {
    flags |= kPressure;
  }
  if (row.minute != minute) flags |= kFirstOfMinute;
  place.flags = static_cast<std::uint16_t>(flags);
  row.minute = minute;
  row.last = heard.time;
  ++row.places;
  ++places_;
  minutes_[minute].places.push_back(place);
}

void TrackHistory::gone(TrackId track) {
  live_.erase(live_.lower_bound({track.value, 0}), live_.upper_bound({track.value, UINT32_MAX}));
}

void TrackHistory::clear() {
  minutes_.clear();
  rows_.clear();
  free_.clear();
  live_.clear();
  places_ = 0;
  fine_from_ = INT64_MIN;
  now_ = {0};
}

std::size_t TrackHistory::bytes() const {
  const std::size_t rows = rows_.size() - free_.size();
  return places_ * sizeof(Place) + rows * (sizeof(Row) + kRowBytesMore) + rows_.size() * sizeof(rows_[0]);
}

void TrackHistory::let_go(std::uint32_t row) {
  const auto at = live_.find(rows_[row]->key);
  if (at != live_.end() && at->second == row) live_.erase(at);
  rows_[row].reset();
  free_.push_back(row);
}

void TrackHistory::remove(Minute& minute, const std::function<bool(const Place&)>& drop) {
  std::erase_if(minute.places, [&](const Place& place) {
    if (!drop(place)) return false;
    --places_;
    if (--rows_[place.row]->places == 0) let_go(place.row);
    return true;
  });
  minute.places.shrink_to_fit();
}

void TrackHistory::drop_first() {
  remove(minutes_.begin()->second, [](const Place&) { return true; });
  minutes_.erase(minutes_.begin());
}

void TrackHistory::advance(UtcMs now) {
  now_ = now;
  // A minute goes, and becomes coarse, as a whole, when all of it is that old.
  const std::int64_t oldest = minute_of(now - options_.keep_ms);
  while (!minutes_.empty() && minutes_.begin()->first < oldest) drop_first();
  const std::int64_t fine = minute_of(now - kPastFineMs);
  if (fine > fine_from_) {
    for (auto at = minutes_.lower_bound(fine_from_); at != minutes_.end() && at->first < fine; ++at) {
      remove(at->second, [](const Place& place) { return (place.flags & kFirstOfMinute) == 0; });
    }
    fine_from_ = fine;
  }
  while (bytes() > options_.bytes_max && !minutes_.empty()) drop_first();
}

void TrackHistory::retain(const std::function<bool(std::uint32_t peer, core::Domain domain)>& may) {
  std::set<std::uint32_t> lost;
  for (std::uint32_t i = 0; i < rows_.size(); ++i) {
    if (!rows_[i] || rows_[i]->key.second == 0) continue;
    const auto domain = relation_domain(rows_[i]->domain);
    if (!domain || !may(rows_[i]->key.second - 1, *domain)) lost.insert(i);
  }
  if (lost.empty()) return;
  for (auto at = minutes_.begin(); at != minutes_.end();) {
    remove(at->second, [&](const Place& place) { return lost.contains(place.row); });
    at = at->second.places.empty() ? minutes_.erase(at) : std::next(at);
  }
}

PastPlace TrackHistory::shown(const Place& place, std::int64_t minute) {
  PastPlace out{.time = UtcMs{minute * kMinuteMs + place.offset_ms},
                .place = {place.lat_e7, place.lng_e7},
                .on_ground = (place.flags & kGround) != 0};
  if ((place.flags & kGeometric) != 0) out.geometric_cm = place.height_cm;
  if ((place.flags & kPressure) != 0) out.pressure_cm = place.height_cm;
  if (place.speed_dm_s != kNotSaid) out.speed_cm_s = place.speed_dm_s * 10;
  if (place.course_cdeg != kNotSaid) out.course_mdeg = place.course_cdeg * 10;
  return out;
}

template <class F>
void TrackHistory::each(const PastQuestion& question, F&& f) const {
  const std::int64_t last = minute_of(question.to - 1);
  for (auto at = minutes_.lower_bound(minute_of(question.from)); at != minutes_.end() && at->first <= last; ++at) {
    for (const Place& place : at->second.places) {
      const UtcMs time{at->first * kMinuteMs + place.offset_ms};
      if (time < question.from || time >= question.to) continue;
      if (question.within && !question.within->holds({place.lat_e7, place.lng_e7})) continue;
      f(place, at->first);
    }
  }
}

PastTracks TrackHistory::find(const PastQuestion& question) const {
  PastTracks out;
  out.kept_from = minutes_.empty() ? now_ : UtcMs{minutes_.begin()->first * kMinuteMs};
  std::vector<std::uint32_t> counts(rows_.size());
  each(question, [&](const Place& place, std::int64_t) { ++counts[place.row]; });
  std::vector<std::pair<std::uint64_t, std::uint32_t>> rows;  // By serial.
  for (std::uint32_t i = 0; i < rows_.size(); ++i) {
    if (counts[i] > 0 && rows_[i]->serial > question.after) rows.emplace_back(rows_[i]->serial, i);
  }
  std::ranges::sort(rows);
  std::size_t taken = 0;
  std::size_t places = 0;
  const std::size_t most = std::min(question.limit, kPastTracksMax);
  constexpr std::uint32_t kLeft = UINT32_MAX;
  std::vector<std::uint32_t> place_of(rows_.size(), kLeft);
  for (; taken < rows.size() && taken < most; ++taken) {
    const std::uint32_t at = rows[taken].second;
    places += counts[at];
    if (taken > 0 && places > kPastPlacesMax) break;
    const Row& row = *rows_[at];
    place_of[at] = static_cast<std::uint32_t>(taken);
    out.tracks.push_back({.track = {row.key.first},
                          .peer = row.key.second == 0 ? std::nullopt : std::optional(row.key.second - 1),
                          .domain = row.domain,
                          .id = row.id,
                          .call_sign = row.call_sign,
                          .uid = row.uid,
                          .name = row.name,
                          .places = {}});
    out.tracks.back().places.reserve(counts[at]);
  }
  if (taken < rows.size()) out.next = rows[taken - 1].first;
  each(question, [&](const Place& place, std::int64_t minute) {
    if (place_of[place.row] != kLeft) out.tracks[place_of[place.row]].places.push_back(shown(place, minute));
  });
  return out;
}

void write_past_tracks(JcsWriter& out, const PastTracks& past, const std::function<std::string(std::uint32_t)>& peers) {
  out.begin_object().key("kept_from_ms").integer(past.kept_from.ms);
  if (past.next) out.key("next").integer(static_cast<std::int64_t>(*past.next));
  out.key("tracks").begin_array();
  for (const PastTrack& track : past.tracks) {
    out.begin_object();
    if (!track.call_sign.empty()) out.key("call_sign").string(track.call_sign.view());
    out.key("domain").string(name_of(track.domain));
    if (track.id.kind == IdKind::kIcao) out.key("icao").string(fmt::format("{:06X}", track.id.number));
    out.key("id").integer(track.track.value).key("label").string(label_of(track));
    if (track.id.kind == IdKind::kMmsi) out.key("mmsi").integer(track.id.number);
    if (!track.name.empty()) out.key("name").string(track.name.view());
    if (track.peer) out.key("peer").string(peers(*track.peer));
    out.key("places").begin_array();
    for (const PastPlace& place : track.places) {
      out.begin_object();
      if (place.course_mdeg) out.key("course_mdeg").integer(*place.course_mdeg);
      if (place.geometric_cm) out.key("geometric_cm").integer(*place.geometric_cm);
      out.key("on_ground").boolean(place.on_ground);
      out.key("position").begin_array().integer(place.place.lat_e7).integer(place.place.lng_e7).end_array();
      if (place.pressure_cm) out.key("pressure_cm").integer(*place.pressure_cm);
      if (place.speed_cm_s) out.key("speed_cm_s").integer(*place.speed_cm_s);
      out.key("time_ms").integer(place.time.ms).end_object();
    }
    out.end_array().end_object();
  }
  out.end_array().end_object();
}

}  // namespace tansiq::picture
