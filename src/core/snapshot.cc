#include "core/snapshot.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>

#include "log/sha256.h"

namespace tansiq::core {
namespace {

constexpr std::string_view kMagic = "tansiq-state\n";
constexpr std::size_t kHeaderBytes = kMagic.size() + 4;

/// Writes numbers as LEB128 (signed ones in zigzag), texts with their length before them.
class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}
  void number(std::uint64_t n) {
    while (n >= 0x80) {
      out_ += static_cast<char>(n | 0x80);
      n >>= 7;
    }
    out_ += static_cast<char>(n);
  }
  void signed_number(std::int64_t n) {
    number((static_cast<std::uint64_t>(n) << 1) ^ static_cast<std::uint64_t>(n >> 63));
  }
  void text(std::string_view s) {
    number(s.size());
    out_ += s;
  }
  template <std::size_t n>
  void bytes(const std::array<std::uint8_t, n>& b) {
    out_ += as_text(b);
  }

  void point(const geo::LatLng& p) {
    signed_number(p.lat_e7);
    signed_number(p.lng_e7);
  }
  void points(const std::vector<geo::LatLng>& list) {
    number(list.size());
    for (const auto& p : list) point(p);
  }
  void volume(const geo::Volume4d& v) {
    number(v.outline.index());
    if (const auto* polygon = std::get_if<geo::Polygon>(&v.outline)) {
      points(polygon->vertices);
    } else if (const auto* circle = std::get_if<geo::Circle>(&v.outline)) {
      point(circle->centre);
      signed_number(circle->radius_cm);
    } else if (const auto* corridor = std::get_if<geo::Corridor>(&v.outline)) {
      points(corridor->line);
      signed_number(corridor->left_cm);
      signed_number(corridor->right_cm);
    }
    signed_number(v.band.lower_cm);
    signed_number(v.band.upper_cm);
    number(static_cast<std::uint64_t>(v.band.reference));
    signed_number(v.window.start.ms);
    signed_number(v.window.end.ms);
  }
  void volumes(const std::vector<geo::Volume4d>& list) {
    number(list.size());
    for (const auto& v : list) volume(v);
  }

 private:
  std::string& out_;
};

/// The inverse. After a failure every further read yields zeros and `failed()` stays true, so that callers check once a
/// record.
class Reader {
 public:
  explicit Reader(std::string_view in) : in_(in) {}
  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] bool at_end() const { return in_.empty(); }

  std::uint64_t number() {
    std::uint64_t n = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (in_.empty()) return bad();
      const auto byte = static_cast<std::uint8_t>(in_.front());
      in_.remove_prefix(1);
      n |= std::uint64_t{byte & 0x7FU} << shift;
      if (byte < 0x80) return n;
    }
    return bad();
  }
  std::int64_t signed_number() {
    const std::uint64_t n = number();
    return static_cast<std::int64_t>((n >> 1) ^ (~(n & 1) + 1));
  }
  /// A count of things that take at least a byte each: bounded by what is left.
  std::size_t count() {
    const std::uint64_t n = number();
    if (n > in_.size()) return static_cast<std::size_t>(bad());
    return static_cast<std::size_t>(n);
  }
  std::string_view text() {
    const std::size_t n = count();
    const std::string_view s = in_.substr(0, n);
    in_.remove_prefix(n);
    return s;
  }
  template <class Enum>
  Enum name(Enum last) {
    const std::uint64_t n = number();
    if (n > static_cast<std::uint64_t>(last)) return static_cast<Enum>(bad());
    return static_cast<Enum>(n);
  }
  template <std::size_t n>
  std::array<std::uint8_t, n> bytes() {
    std::array<std::uint8_t, n> out{};
    if (in_.size() < n) {
      bad();
      return out;
    }
    std::memcpy(out.data(), in_.data(), n);
    in_.remove_prefix(n);
    return out;
  }
  geo::LatLng point() {
    const std::int64_t lat = signed_number();
    const std::int64_t lng = signed_number();
    return {static_cast<std::int32_t>(lat), static_cast<std::int32_t>(lng)};
  }
  std::vector<geo::LatLng> points() {
    std::vector<geo::LatLng> list(count());
    for (auto& p : list) p = point();
    return list;
  }
  geo::Volume4d volume() {
    geo::Volume4d v;
    const std::uint64_t kind = number();
    if (kind == 0) {
      v.outline = geo::Polygon{points()};
    } else if (kind == 1) {
      geo::Circle circle;
      circle.centre = point();
      circle.radius_cm = signed_number();
      v.outline = circle;
    } else if (kind == 2) {
      geo::Corridor corridor;
      corridor.line = points();
      corridor.left_cm = signed_number();
      corridor.right_cm = signed_number();
      v.outline = std::move(corridor);
    } else {
      bad();
    }
    v.band.lower_cm = signed_number();
    v.band.upper_cm = signed_number();
    v.band.reference = name(geo::VerticalReference::kAgl);
    v.window.start.ms = signed_number();
    v.window.end.ms = signed_number();
    return v;
  }
  std::vector<geo::Volume4d> volumes() {
    std::vector<geo::Volume4d> list;
    const std::size_t n = count();
    for (std::size_t i = 0; i < n && !failed_; ++i) list.push_back(volume());
    return list;
  }

 private:
  std::uint64_t bad() {
    failed_ = true;
    in_ = {};
    return 0;
  }
  std::string_view in_;
  bool failed_ = false;
};

void write_genesis(Writer& w, const Genesis& g) {
  w.text(g.authority.str());
  w.text(g.charter_id);
  w.signed_number(g.charter_version);
  w.text(g.charter_sha256);
  w.number(static_cast<std::uint64_t>(g.data_mode));
}

Genesis read_genesis(Reader& r) {
  Genesis g;
  g.authority = AuthorityId::trusted(r.text());
  g.charter_id = r.text();
  g.charter_version = r.signed_number();
  g.charter_sha256 = r.text();
  g.data_mode = r.name(DataMode::kSimulated);
  return g;
}

void write_versions(Writer& w, const std::vector<AdoptedVersion>& versions) {
  w.number(versions.size());
  for (const AdoptedVersion& v : versions) {
    w.signed_number(v.version);
    w.text(v.sha256);
  }
}

std::vector<AdoptedVersion> read_versions(Reader& r) {
  std::vector<AdoptedVersion> out(r.count());
  for (AdoptedVersion& v : out) {
    v.version = r.signed_number();
    v.sha256 = r.text();
  }
  return out;
}

void write_intent(Writer& w, const Intent& i) {
  w.text(i.id.str());
  w.text(i.manager.str());
  w.text(i.flight);
  w.number(static_cast<std::uint64_t>(i.domain));
  w.number(static_cast<std::uint64_t>(i.state));
  w.number(i.expired ? 1 : 0);
  w.signed_number(i.version);
  w.signed_number(i.created.ms);
  w.signed_number(i.changed.ms);
  w.number(i.created_seq);
  w.number(i.changed_seq);
  w.volumes(i.volumes);
  w.volumes(i.off_nominal);
  w.number(i.zones.size());
  for (const auto& list : i.zones) {
    w.number(list.size());
    for (const ZoneNumber z : list) w.number(z);
  }
}

Intent read_intent(Reader& r) {
  Intent i;
  i.id = IntentId::trusted(r.text());
  i.manager = Subject::trusted(r.text());
  i.flight = r.text();
  i.domain = r.name(Domain::kSea);
  i.state = r.name(IntentState::kEnded);
  i.expired = r.number() != 0;
  i.version = r.signed_number();
  i.created.ms = r.signed_number();
  i.changed.ms = r.signed_number();
  i.created_seq = r.number();
  i.changed_seq = r.number();
  i.volumes = r.volumes();
  i.off_nominal = r.volumes();
  i.zones.resize(r.count());
  for (auto& list : i.zones) {
    list.resize(r.count());
    for (ZoneNumber& z : list) z = static_cast<ZoneNumber>(r.number());
  }
  return i;
}

void write_measure(Writer& w, const Measure& m) {
  w.text(m.id.str());
  w.text(m.zone.str());
  w.number(static_cast<std::uint64_t>(m.effect));
  w.text(m.text);
  w.text(m.by.str());
  w.number(m.ended ? 1 : 0);
  w.number(m.expired ? 1 : 0);
  w.signed_number(m.version);
  w.signed_number(m.created.ms);
  w.signed_number(m.changed.ms);
  w.number(m.created_seq);
  w.number(m.changed_seq);
  w.volumes(m.volumes);
}

Measure read_measure(Reader& r) {
  Measure m;
  m.id = MeasureId::trusted(r.text());
  m.zone = ZoneId::trusted(r.text());
  m.effect = r.name(Effect::kWarn);
  m.text = r.text();
  m.by = Subject::trusted(r.text());
  m.ended = r.number() != 0;
  m.expired = r.number() != 0;
  m.version = r.signed_number();
  m.created.ms = r.signed_number();
  m.changed.ms = r.signed_number();
  m.created_seq = r.number();
  m.changed_seq = r.number();
  m.volumes = r.volumes();
  return m;
}

void write_craft(Writer& w, const Craft& c) {
  // Which of them are there, as bits.
  const auto bit = [](bool there, unsigned place) { return there ? std::uint64_t{1} << place : std::uint64_t{0}; };
  w.number(bit(c.icao.has_value(), 0) | bit(c.mmsi.has_value(), 1) | bit(c.mode_3a.has_value(), 2) |
           bit(c.from.has_value(), 3) | bit(c.to.has_value(), 4));
  if (c.icao) w.number(c.icao->value);
  if (c.mmsi) w.number(c.mmsi->value);
  if (c.mode_3a) w.number(c.mode_3a->value);
  if (c.from) w.signed_number(c.from->ms);
  if (c.to) w.signed_number(c.to->ms);
}

Craft read_craft(Reader& r) {
  const std::uint64_t there = r.number();
  const auto has = [there](unsigned place) { return ((there >> place) & 1U) != 0; };
  Craft c;
  if (has(0)) c.icao = IcaoAddress{static_cast<std::uint32_t>(r.number())};
  if (has(1)) c.mmsi = Mmsi{static_cast<std::uint32_t>(r.number())};
  if (has(2)) c.mode_3a = Mode3a{static_cast<std::uint16_t>(r.number())};
  if (has(3)) c.from = UtcMs{r.signed_number()};
  if (has(4)) c.to = UtcMs{r.signed_number()};
  return c;
}

std::unexpected<Error> bad_snapshot(std::string message) {
  return fail(ErrorCode::kCorrupt, std::move(message), "snapshot");
}

}  // namespace

std::size_t StateCodec::named_craft(const State& state) {
  std::size_t named = 0;
  for (const auto& [seq, slot] : state.intents_.by_creation()) {
    if (!state.intents_.row(slot).record.craft.empty()) ++named;
  }
  return named;
}

void StateCodec::write(const State& state, std::string& out) {
  out.reserve(out.size() + state.intents_.size() * 256 + state.commands_.all().size() * 48);
  Writer w(out);
  write_genesis(w, state.genesis_);
  if (!state.versions_.empty()) write_versions(w, state.versions_);
  w.number(state.next_seq_);
  w.signed_number(state.last_time_.ms);
  w.number(state.intents_.size());
  for (const auto& [seq, slot] : state.intents_.by_creation()) write_intent(w, state.intents_.row(slot).record);
  w.number(state.measures_.size());
  for (const auto& [seq, slot] : state.measures_.by_creation()) write_measure(w, state.measures_.row(slot).record);
  w.number(state.commands_.all().size());
  for (const RememberedCommand& c : state.commands_.all()) {
    w.signed_number(c.time.ms);
    w.number(c.seq);
    w.bytes(c.key);
    w.bytes(c.content);
  }
  const std::size_t named = named_craft(state);
  if (named == 0) return;
  w.number(named);
  for (const auto& [seq, slot] : state.intents_.by_creation()) {
    const Intent& intent = state.intents_.row(slot).record;
    if (intent.craft.empty()) continue;
    w.number(seq);
    w.number(intent.craft.size());
    for (const Craft& craft : intent.craft) write_craft(w, craft);
  }
}

namespace {

/// Ended records are forgotten in the order in which they ended; a snapshot holds them in order of creation.
template <class Table>
void note_ended(Table& table, std::vector<Slot> ended) {
  std::sort(ended.begin(), ended.end(), [&](Slot a, Slot b) {
    const auto& x = table.row(a).record;
    const auto& y = table.row(b).record;
    return std::pair(x.changed_seq, x.created_seq) < std::pair(y.changed_seq, y.created_seq);
  });
  for (const Slot slot : ended) table.note_ended(slot, table.row(slot).record.changed);
}

}  // namespace

Status StateCodec::read(std::string_view bytes, bool craft, State& state) {
  Reader r(bytes);
  state.genesis_ = read_genesis(r);
  if (!state.versions_.empty() && read_versions(r) != state.versions_) {
    return bad_snapshot("other versions of the charter than those adopted");
  }
  state.next_seq_ = r.number();
  state.last_time_.ms = r.signed_number();
  std::vector<Slot> ended;
  for (std::size_t n = r.count(); n > 0; --n) {
    Intent intent = read_intent(r);
    if (r.failed() || state.intents_.find(intent.id)) return bad_snapshot("an intent cannot be read");
    for (const auto& list : intent.zones) {
      for (const ZoneNumber z : list) {
        if (z >= state.zones_->size()) return bad_snapshot("a zone that the charter does not have");
      }
    }
    if (intent.zones.size() != intent.volumes.size() + intent.off_nominal.size()) {
      return bad_snapshot("zones that do not fit the volumes");
    }
    const bool live = intent.live();
    const std::size_t volumes = intent.zones.size();
    const IntentId id = intent.id;
    const std::uint64_t created_seq = intent.created_seq;
    const Slot slot = state.intents_.insert(id, created_seq, std::move(intent));
    if (live) {
      state.live_volumes_ += volumes;
      state.index_intent(slot, nullptr);
      state.schedule(slot);
    } else {
      ended.push_back(slot);
    }
  }
  note_ended(state.intents_, std::move(ended));
  ended.clear();
  for (std::size_t n = r.count(); n > 0; --n) {
    Measure measure = read_measure(r);
    if (r.failed() || state.measures_.find(measure.id)) return bad_snapshot("a measure cannot be read");
    const auto zone = state.zones_->find(measure.zone);
    if (!zone) return bad_snapshot("a zone that the charter does not have");
    measure.zone_number = *zone;
    const bool live = !measure.ended;
    const MeasureId id = measure.id;
    const std::uint64_t created_seq = measure.created_seq;
    const Slot slot = state.measures_.insert(id, created_seq, std::move(measure));
    if (live) {
      state.index_measure(slot, nullptr);
      state.schedule_measure(slot);
    } else {
      ended.push_back(slot);
    }
  }
  note_ended(state.measures_, std::move(ended));
  for (std::size_t n = r.count(); n > 0; --n) {
    RememberedCommand c;
    c.time.ms = r.signed_number();
    c.seq = r.number();
    c.key = r.bytes<16>();
    c.content = r.bytes<16>();
    if (r.failed() || state.commands_.find(c.key)) return bad_snapshot("a command cannot be read");
    state.commands_.add(c);
  }
  if (craft) {
    const std::size_t named = r.count();
    if (named == 0) return bad_snapshot("no craft, in a format that has some");
    const auto& created = state.intents_.by_creation();
    for (std::size_t n = named; n > 0; --n) {
      const auto at = created.find(r.number());
      const std::size_t size = r.count();
      if (r.failed() || at == created.end() || size == 0) return bad_snapshot("craft of no intent");
      Intent& intent = state.intents_.row(at->second).record;
      if (!intent.craft.empty()) return bad_snapshot("craft of one intent twice");
      for (std::size_t i = 0; i < size && !r.failed(); ++i) intent.craft.push_back(read_craft(r));
      if (r.failed() || !check_craft(intent.craft)) return bad_snapshot("craft that cannot be");
    }
  }
  if (r.failed() || !r.at_end()) return bad_snapshot("does not end where it should");
  return {};
}

Bytes write_snapshot(const State& state) {
  std::string out(kMagic);
  const bool craft = StateCodec::named_craft(state) > 0;
  const std::uint32_t format = state.versions().empty() ? (craft ? kStateFormatCraft : kStateFormat)
                                                        : (craft ? kStateFormatAdoptedCraft : kStateFormatAdopted);
  for (unsigned i = 0; i < 4; ++i) out += static_cast<char>((format >> (8 * i)) & 0xFF);
  StateCodec::write(state, out);
  const log::Hash hash = log::sha256(std::string_view(out).substr(kHeaderBytes));
  out += as_text(hash.view());
  const ByteView view = as_bytes(out);
  return {view.begin(), view.end()};
}

namespace {

struct Opened {
  bool adopted = false;  ///< Later versions of the charter stand behind the genesis,
  bool craft = false;    ///< and craft of intents behind the commands.
  std::string_view body;
};

Result<Opened> open_snapshot(ByteView snapshot, const Genesis& expected) {
  const std::string_view text = as_text(snapshot);
  if (text.size() < kHeaderBytes + log::Hash::kBytes || !text.starts_with(kMagic)) {
    return bad_snapshot("this is not a snapshot");
  }
  std::uint32_t format = 0;
  for (unsigned i = 0; i < 4; ++i) {
    format |= std::uint32_t{static_cast<std::uint8_t>(text[kMagic.size() + i])} << (8 * i);
  }
  if (format < kStateFormat || format > kStateFormatAdoptedCraft) {
    return fail(ErrorCode::kUnsupported,
                fmt::format("format {}, but this program reads {} to {}: replay the log instead", format, kStateFormat,
                            kStateFormatAdoptedCraft),
                "snapshot");
  }
  const std::string_view body = text.substr(kHeaderBytes, text.size() - kHeaderBytes - log::Hash::kBytes);
  const log::Hash hash = log::sha256(body);
  if (as_text(hash.view()) != text.substr(text.size() - log::Hash::kBytes)) {
    return bad_snapshot("its hash does not fit its content");
  }
  Reader peek(body);
  if (read_genesis(peek) != expected) {
    return fail(ErrorCode::kInvalid, "it belongs to another authority or charter", "snapshot");
  }
  return Opened{.adopted = format == kStateFormatAdopted || format == kStateFormatAdoptedCraft,
                .craft = format == kStateFormatCraft || format == kStateFormatAdoptedCraft,
                .body = body};
}

}  // namespace

Result<std::vector<AdoptedVersion>> snapshot_versions(ByteView snapshot, const Genesis& expected) {
  const Opened opened = TRY(open_snapshot(snapshot, expected));
  if (!opened.adopted) return std::vector<AdoptedVersion>();
  Reader r(opened.body);
  static_cast<void>(read_genesis(r));
  std::vector<AdoptedVersion> versions = read_versions(r);
  if (r.failed() || versions.empty()) return bad_snapshot("the versions of the charter cannot be read");
  return versions;
}

Status read_snapshot(ByteView snapshot, const Genesis& expected, State& state) {
  const Opened opened = TRY(open_snapshot(snapshot, expected));
  if (opened.adopted == state.versions().empty()) {
    return bad_snapshot("other versions of the charter than those adopted");
  }
  return StateCodec::read(opened.body, opened.craft, state);
}

}  // namespace tansiq::core
