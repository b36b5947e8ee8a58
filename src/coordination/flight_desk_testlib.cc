#include "coordination/flight_desk_testlib.h"

#include <gtest/gtest.h>

#include "base/invariant.h"

namespace tansiq::coordination::flight_testing {
namespace {

core::Zone zone(std::string_view id, std::string_view owner, int west, core::Rule rule) {
  constexpr int kE7 = 10'000'000;
  core::Zone out;
  out.id = ZoneId::trusted(id);
  out.name = std::string(id);
  out.owner = authority(owner);
  out.rule = rule;
  out.outline = geo::Polygon{
      {{30 * kE7, west * kE7}, {30 * kE7, (west + 1) * kE7}, {31 * kE7, (west + 1) * kE7}, {31 * kE7, west * kE7}}};
  return out;
}

}  // namespace

AuthorityId authority(std::string_view id) { return AuthorityId::trusted(id); }

core::Charter flight_charter() {
  core::Charter out;
  out.id = "test";
  out.name = "Three authorities";
  out.valid_from = kNoon;
  for (const std::string_view id : {"fr", "il", "ru", "us"}) {
    out.authorities.push_back({.id = authority(id), .name = std::string(id), .keys = {}});
  }
  out.zones = {zone("A1", "us", 40, core::Rule::kExclusive), zone("B1", "ru", 41, core::Rule::kExclusive),
               zone("C1", "us", 42, core::Rule::kExclusive), zone("D1", "ru", 43, core::Rule::kDisputed),
               zone("H1", "fr", 44, core::Rule::kExclusive)};
  return out;
}

std::vector<geo::Volume4d> box(std::int64_t from_minute, std::int64_t to_minute) {
  constexpr int kE5 = 100'000;
  return {{.outline = geo::Polygon{{{3010 * kE5, 4010 * kE5},
                                    {3010 * kE5, 4020 * kE5},
                                    {3020 * kE5, 4020 * kE5},
                                    {3020 * kE5, 4010 * kE5}}},
           .band = {.lower_cm = 600'000, .upper_cm = 660'000, .reference = geo::VerticalReference::kFlightLevel},
           .window = {minutes(from_minute), minutes(to_minute)}}};
}

FakeControl::FakeControl(const core::Charter& charter) {
  for (const core::Zone& of : charter.zones) {
    if (of.rule != core::Rule::kDisputed) chain_[of.id] = {of.owner};
  }
}

bool FakeControl::was_sequencer(const ZoneId& zone, std::int64_t epoch, const AuthorityId& author) const {
  const auto at = chain_.find(zone);
  if (at == chain_.end() || epoch < 0 || std::cmp_greater_equal(epoch, at->second.size())) return false;
  return at->second[static_cast<std::size_t>(epoch)] == author;
}

void FakeControl::pass(std::string_view zone, std::string_view to) {
  chain_.at(ZoneId::trusted(zone)).push_back(authority(to));
  ++revision_;
}

void FakeControl::halt(std::string_view zone) {
  halted_ = ZoneId::trusted(zone);
  ++revision_;
}

Home::Home() = default;

Line Home::write(const AuthorityId& author, const Body& body) {
  const Entry entry{.seq = seq_++, .time = now, .by = {}, .second = {}, .cmd = {}, .body = body};
  const auto line = write_entry(entry);
  EXPECT_TRUE(line.has_value()) << line.error().text();
  const auto again = read_entry(*line);
  EXPECT_TRUE(again.has_value()) << again.error().text() << " in " << *line;
  return {author, hash_of(author.str() + *line), now, body};
}

void Home::read(const Line& line) {
  lines.push_back(line);
  odd = reread(lines.back());
}

Line Home::say(const AuthorityId& author, const Body& body) {
  Line line = write(author, body);
  read(line);
  return line;
}

std::optional<Oddity> Home::reread(const Line& line) {
  return desk->apply({.author = line.author, .hash = line.hash, .time = line.time, .body = line.body});
}

std::vector<Body> Home::act(Result<Body> body) {
  EXPECT_TRUE(body.has_value()) << body.error().text();
  if (!body) return {};
  say(self, *body);
  return run();
}

std::vector<Body> Home::run() {
  std::vector<Body> out;
  while (auto body = desk->next(now)) {
    EXPECT_LT(out.size(), 1'000U) << "next never ends: " << type_name(*body);
    if (out.size() >= 1'000) break;
    out.push_back(*body);
    const auto before = odd;
    say(self, *body);
    EXPECT_FALSE(odd) << odd->text;
    odd = before;
  }
  return out;
}

void Home::set_level(std::string_view owner, std::int64_t level) {
  relations.set(
      {.capability = Capability::kRequest, .domain = RelationDomain::kAir, .from = authority(owner), .to = self},
      level);
}

FlightFiled Home::plan(std::vector<std::string> zones) const {
  FlightFiled out;
  out.call_sign = "MIRAGE 1";
  out.flight = id;
  std::int64_t at = 10;
  for (const std::string& name : zones) {
    out.legs.push_back({.volumes = box(at, at + 10), .zone = ZoneId::trusted(name)});
    at += 10;
  }
  return out;
}

const HomeVersion& Home::leg(std::int64_t n, VersionRole role) const {
  const HomeVersion* v = flight().version_of(n, role);
  EXPECT_INVARIANT(v != nullptr);
  return *v;
}

std::vector<Body> Home::hold(const HomeVersion& v, DurationMs time_shift, std::int64_t level_shift) {
  LegHold out;
  out.epoch = control.epoch(v.zone);
  if (level_shift != 0) out.level_shift_cm = level_shift;
  if (time_shift != 0) out.time_shift_ms = time_shift;
  out.request = v.request;
  out.to = self;
  out.until = now + timing.hold_ms(4);
  out.zone = v.zone;
  say(*control.sequencer(v.zone), out);
  return run();
}

std::vector<Body> Home::confirm(const HomeVersion& v) {
  LegConfirmed out;
  out.commit = v.commit.value_or(EntryHash{});
  out.epoch = control.epoch(v.zone);
  out.request = v.request;
  out.to = self;
  out.zone = v.zone;
  say(*control.sequencer(v.zone), out);
  return run();
}

std::vector<Body> Home::refuse(const HomeVersion& v) {
  LegRefused out;
  out.epoch = control.epoch(v.zone);
  out.reason = LegRefusal::kConflict;
  out.request = v.request;
  out.to = self;
  out.zone = v.zone;
  say(v.to, out);
  return run();
}

std::vector<Body> Home::lapse(const HomeVersion& v, Lapse why) {
  LegLapsed out;
  out.epoch = control.epoch(v.zone);
  out.reason = why;
  out.request = v.request;
  out.to = self;
  out.zone = v.zone;
  say(*control.sequencer(v.zone), out);
  return run();
}

std::vector<Body> Home::close(const HomeVersion& v, Closing how) {
  LegClosed out;
  out.epoch = control.epoch(v.zone);
  out.how = how;
  out.request = v.request;
  out.to = self;
  out.zone = v.zone;
  say(*control.sequencer(v.zone), out);
  return run();
}

std::vector<Body> Home::revoke(const HomeVersion& v, bool emergency) {
  LegRevoke out;
  out.emergency = emergency;
  out.epoch = control.epoch(v.zone);
  out.request = v.request;
  out.text = "firing nearby";
  out.to = self;
  out.zone = v.zone;
  say(*control.sequencer(v.zone), out);
  return run();
}

void Home::hold_all() {
  for (std::size_t i = 0; i < flight().versions.size(); ++i) {
    if (flight().versions[i].state == HomeState::kRequested) hold(HomeVersion(flight().versions[i]));
  }
}

void Home::confirm_all() {
  hold_all();
  for (std::size_t i = 0; i < flight().versions.size(); ++i) {
    if (flight().versions[i].state == HomeState::kCommitted) confirm(HomeVersion(flight().versions[i]));
  }
}

void Home::bring(HomeState to, std::vector<std::string> zones) {
  file(plan(std::move(zones)));
  if (to == HomeState::kRequested) return;
  if (to == HomeState::kHeld) {
    hold(HomeVersion(leg(0)));
    return;
  }
  hold_all();
  if (to == HomeState::kCommitted) return;
  confirm_all();
}

void Home::clear() {
  act(desk->clear(id));
  act(desk->read_back(id));
}

std::string Home::state_text() const {
  std::string out;
  log::JcsWriter writer(out);
  desk->write_state(writer);
  return out;
}

std::unique_ptr<FlightDesk> Home::replayed() const {
  auto out = std::make_unique<FlightDesk>(self, charter, timing, relations, control);
  for (const Line& line : lines) {
    static_cast<void>(out->apply({.author = line.author, .hash = line.hash, .time = line.time, .body = line.body}));
  }
  return out;
}

std::unique_ptr<FlightDesk> Home::restored() const {
  auto out = std::make_unique<FlightDesk>(self, charter, timing, relations, control);
  const std::string text = state_text();
  const auto document = log::JcsDocument::parse(text);
  EXPECT_TRUE(document.has_value()) << document.error().text();
  const Status read = out->read_state(document->root());
  EXPECT_TRUE(read.has_value()) << read.error().text();
  return out;
}

std::string types(const std::vector<Body>& bodies) {
  std::string out;
  for (const Body& body : bodies) {
    if (!out.empty()) out += ' ';
    out += type_name(body);
  }
  return out;
}

}  // namespace tansiq::coordination::flight_testing
