#include "coordination/leg_testlib.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace tansiq::coordination::leg_testing {
namespace {

constexpr std::int64_t kLevelCm = 10'000;
constexpr int kCellsMax = 10;

std::string word(const Body& body) {
  return std::visit(
      []<class T>(const T& of) -> std::string {
        if constexpr (std::is_same_v<T, LegHold>) return of.counter() ? "counter" : "hold";
        if constexpr (std::is_same_v<T, LegRefused>) return fmt::format("refused({})", to_text(of.reason));
        if constexpr (std::is_same_v<T, LegLapsed>) return fmt::format("lapsed({})", to_text(of.reason));
        if constexpr (std::is_same_v<T, LegClosed>) return fmt::format("closed({})", to_text(of.how));
        if constexpr (std::is_same_v<T, Alarm>) return fmt::format("alarm({})", of.kind);
        if constexpr (std::is_same_v<T, LegStandby>) return "standby";
        if constexpr (std::is_same_v<T, LegConfirmed>) return "confirmed";
        return std::string(T::kType);
      },
      body);
}

}  // namespace

AuthorityId who(std::string_view id) { return AuthorityId::trusted(id); }
ZoneId zone(std::string_view id) { return ZoneId::trusted(id); }

geo::Volume4d volume(const Box& box) {
  const std::int32_t west = box.cell * 1'000'000;
  return {.outline = geo::Polygon{{{0, west}, {0, west + 1'000'000}, {1'000'000, west + 1'000'000}, {1'000'000, west}}},
          .band = {.lower_cm = box.low * kLevelCm,
                   .upper_cm = box.high * kLevelCm,
                   .reference = geo::VerticalReference::kAmsl},
          .window = {kStart + box.start_s * kSecond, kStart + box.end_s * kSecond}};
}

bool overlap(const geo::Volume4d& a, const geo::Volume4d& b) {
  return a.outline == b.outline && a.band.lower_cm < b.band.upper_cm && b.band.lower_cm < a.band.upper_cm &&
         a.window.start < b.window.end && b.window.start < a.window.end;
}

core::Charter small_charter() {
  core::Charter charter;
  for (const auto id : {"us", "fr", "uk"}) charter.authorities.push_back({.id = who(id), .name = id, .keys = {}});
  const auto add = [&](std::string_view id, std::string_view owner, core::Domain domain, core::Rule rule) {
    core::Zone out;
    out.id = zone(id);
    out.owner = who(owner);
    out.domain = domain;
    out.rule = rule;
    charter.zones.push_back(out);
  };
  add("K1", "us", core::Domain::kAir, core::Rule::kExclusive);
  add("K2", "us", core::Domain::kAir, core::Rule::kExclusive);
  add("K3", "fr", core::Domain::kAir, core::Rule::kExclusive);
  add("D1", "us", core::Domain::kAir, core::Rule::kDisputed);
  add("S1", "us", core::Domain::kSea, core::Rule::kExclusive);
  return charter;
}

std::int64_t FakeRelations::level(const Edge& edge) const {
  if (edge.capability != core::Capability::kRequest || edge.from != who("us")) return 0;
  const auto at = levels_.find(edge.to);
  return at == levels_.end() ? 1 : at->second;
}

void FakeRelations::set(std::string_view home, std::int64_t level) {
  levels_[who(home)] = level;
  ++revision_;
}

FakeControl::FakeControl() {
  for (const auto id : {"K1", "K2", "S1"}) zones_[zone(id)] = {.keeps = true, .grants = true, .sequencer = who("us")};
  zones_[zone("K3")] = {.sequencer = who("fr")};
  zones_[zone("D1")] = {};
}

const FakeControl::Zone& FakeControl::at(const ZoneId& id) const {
  static const Zone kUnknown;
  const auto found = zones_.find(id);
  return found == zones_.end() ? kUnknown : found->second;
}

bool FakeControl::may_grant(const ZoneId& id, UtcMs now) const {
  const Zone& of = at(id);
  return of.keeps && of.grants && (!of.end || now < *of.end - core::Timing{}.clock_error_ms);
}

FakeControl::Zone& FakeControl::set(std::string_view id) {
  ++revision_;
  return zones_[zone(id)];
}

void FakeControl::lease(std::string_view id, std::string_view tenant) {
  Zone& of = set(id);
  of = {.epoch = of.epoch + 1, .sequencer = who(tenant)};
}

void FakeControl::resume(std::string_view id) {
  Zone& of = set(id);
  of = {.keeps = true, .grants = true, .epoch = of.epoch + 1, .sequencer = who("us")};
}

void FakeControl::note(const Body& body) {
  std::visit(
      [&]<class T>(const T& of) {
        if constexpr (requires {
                        of.epoch;
                        of.number;
                        of.zone;
                      }) {
          if (of.number == kUnnumbered) return;
          EXPECT_EQ(of.epoch, at(of.zone).epoch);
          EXPECT_EQ(of.number, at(of.zone).number) << "entries of an epoch are numbered without a gap";
          ++zones_[of.zone].number;
        }
      },
      body);
}

std::vector<const Booking*> FakeAirspace::in_the_way(const Ask& ask, const std::vector<geo::Volume4d>& volumes) const {
  std::vector<const Booking*> out;
  for (const auto& [request, booking] : bookings) {
    if (booking.zone != ask.zone || booking.domain != ask.domain) continue;
    if (std::ranges::find(ask.exempt, request) != ask.exempt.end()) continue;
    const bool meets = std::ranges::any_of(volumes, [&](const geo::Volume4d& mine) {
      return std::ranges::any_of(booking.volumes, [&](const geo::Volume4d& theirs) { return overlap(mine, theirs); });
    });
    if (meets) out.push_back(&booking);
  }
  return out;
}

Result<Airspace::Answer> FakeAirspace::judge(const Ask& ask, UtcMs /*now*/) const {
  for (const geo::Volume4d& volume : *ask.volumes) {
    const auto* polygon = std::get_if<geo::Polygon>(&volume.outline);
    if (polygon != nullptr && polygon->vertices[0].lng_e7 >= kCellsMax * 1'000'000) {
      return fail(ErrorCode::kInvalid, "the volume lies outside the zone", "volumes[0]");
    }
  }
  Answer answer;
  const auto found = in_the_way(ask, *ask.volumes);
  answer.free = found.empty();
  if (answer.free) return answer;
  answer.only_holds = std::ranges::none_of(found, [](const Booking* b) { return b->confirmed; });
  for (const Booking* booking : found) {
    answer.conflicts.push_back({.band = {}, .intent = {}, .manager = {}, .window = booking->volumes[0].window});
    if (answer.only_holds) answer.holds.push_back(booking->request);
  }
  for (std::int64_t step = 1; offers_level && step <= 3 && !answer.counter.level_shift_cm; ++step) {
    const std::int64_t shift = step * 10 * kLevelCm;
    if (in_the_way(ask, core::shifted(*ask.volumes, 0, shift)).empty()) answer.counter.level_shift_cm = shift;
  }
  for (std::int64_t step = 1; offers_time && step <= 20 && !answer.counter.time_shift_ms; ++step) {
    const DurationMs shift = step * 60 * kSecond;
    if (in_the_way(ask, core::shifted(*ask.volumes, shift, 0)).empty()) answer.counter.time_shift_ms = shift;
  }
  return answer;
}

void FakeAirspace::confirm(const EntryHash& request) {
  const auto at = bookings.find(request);
  if (at != bookings.end()) at->second.confirmed = true;
}

Office::Office(LegQuota of) : quota(of) {
  desk = std::make_unique<LegDesk>(who("us"), charter, charter.timing, relations, control, airspace, quota);
}

EntryHash Office::say(std::string_view author, Body body) {
  Entry entry;
  entry.seq = lines.size();
  entry.time = now;
  entry.body = std::move(body);
  const auto line = write_entry(entry);
  EXPECT_TRUE(line) << line.error().text();
  const auto again = read_entry(*line);
  EXPECT_TRUE(again && *again == entry) << "what is said must be readable";
  // The author is no part of the line: two authors may well write the same one.
  lines.push_back({who(author), hash_of(*line), now, std::move(entry.body)});
  const auto oddity = desk->apply(lines.back().said());
  lines.back().odd = oddity.has_value();
  if (oddity) words_.emplace_back(oddity->alarm ? "anomaly!" : "anomaly");
  if (author == "us") control.note(lines.back().body);
  return lines.back().hash;
}

std::string Office::react() {
  constexpr int kRoundsMax = 10'000;
  for (int round = 0; round < kRoundsMax; ++round) {
    const auto body = desk->next(now);
    if (!body) {
      last = words_.empty() ? "-" : fmt::format("{}", fmt::join(words_, " "));
      words_.clear();
      return last;
    }
    EXPECT_EQ(desk->next(now), body) << "what is due stays due until it is written";
    words_.push_back(word(*body));
    say("us", *body);
  }
  ADD_FAILURE() << "next() never comes to an end";
  return {};
}

LegRequest Office::request(std::string_view flight, const Box& box, std::string_view in) const {
  LegRequest out;
  out.call_sign = std::string(flight);
  out.epoch = 1;
  out.expires = kStart + 86'400 * kSecond;
  out.flight = FlightId::trusted(flight);
  out.to = who("us");
  out.volumes = {volume(box)};
  out.zone = zone(in);
  return out;
}

EntryHash Office::ask(std::string_view home, const LegRequest& body) {
  const EntryHash hash = say(home, body);
  react();
  return hash;
}

EntryHash Office::ask(std::string_view home, std::string_view flight, const Box& box) {
  return ask(home, request(flight, box));
}

EntryHash Office::commit(std::string_view home, const EntryHash& request) {
  const EntryHash hash = say(home, FlightCommit{{hold_of(request)}});
  react();
  return hash;
}

std::string Office::answer(const EntryHash& request, HandAnswer how, std::optional<DurationMs> later,
                           std::optional<std::int64_t> higher_cm) {
  AnswerGiven given{.answer = how,
                    .level_shift_cm = higher_cm,
                    .request = request,
                    .text = how == HandAnswer::kRefuse ? "exercise" : "",
                    .time_shift_ms = later};
  auto body = desk->answer_by_hand(std::move(given), core::Subject::trusted("officer@us"), now);
  if (!body) return std::string(error_info(body.error().code).slug);
  say("us", std::move(*body));
  return react();
}

EntryHash Office::confirmed(std::string_view home, std::string_view flight, const Box& box) {
  const EntryHash hash = ask(home, flight, box);
  EXPECT_EQ(last, "hold");
  commit(home, hash);
  EXPECT_EQ(last, "confirmed");
  return hash;
}

std::string Office::state(const EntryHash& request) const {
  const LegVersion* version = desk->find(request);
  return version == nullptr ? "none" : std::string(to_text(version->state));
}

std::string Office::state_text(const LegDesk& of) {
  std::string out;
  log::JcsWriter writer(out);
  of.write_state(writer);
  return out;
}

std::unique_ptr<Office::Copy> Office::fresh() const {
  auto copy = std::make_unique<Copy>();
  copy->airspace.offers_level = airspace.offers_level;
  copy->airspace.offers_time = airspace.offers_time;
  copy->desk = std::make_unique<LegDesk>(who("us"), charter, charter.timing, relations, control, copy->airspace, quota);
  return copy;
}

std::unique_ptr<Office::Copy> Office::replayed() const {
  auto copy = fresh();
  for (const Line& line : lines) copy->desk->apply(line.said());
  return copy;
}

std::unique_ptr<Office::Copy> Office::reread() const {
  auto copy = fresh();
  const std::string text = state_text(*desk);
  const auto document = log::JcsDocument::parse(text, text.size());
  EXPECT_TRUE(document) << document.error().text();
  const Status status = copy->desk->read_state(document->root());
  EXPECT_TRUE(status) << status.error().text();
  return copy;
}

Case::Case(std::string_view state) {
  if (state == "none") {
    request = log::sha256("never asked");
    return;
  }
  if (state == "refused") office.relations.set("fr", 0);
  request = office.ask("fr", "F1");
  if (state == "refused") office.relations.set("fr", 1);
  if (state == "lapsed") office.pass(60);
  if (state == "cancelled") office.say("fr", FlightCancel{{request}});
  if (state == "confirmed" || state == "revoked" || state == "ended" || state == "expired") {
    office.commit("fr", request);
  }
  if (state == "revoked") {
    office.say("us", *office.desk->revoke(request, false, "weather"));
    office.say("fr", LegRevokeAck{request, who("us")});
  }
  if (state == "ended") office.say("fr", LegEnd{request, who("us")});
  if (state == "expired") office.pass(902);
  office.react();
  EXPECT_EQ(office.state(request), state);
}

std::string Case::after(const std::function<void(Case&)>& act) {
  const std::size_t booked = office.airspace.bookings.size();
  act(*this);
  std::string out = office.react();
  if (office.airspace.bookings.size() < booked) out += " free";
  return out + " > " + office.state(request);
}

}  // namespace tansiq::coordination::leg_testing
