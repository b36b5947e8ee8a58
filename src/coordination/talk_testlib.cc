#include "coordination/talk_testlib.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/invariant.h"
#include "log/jcs.h"

namespace tansiq::coordination::talk_testing {

AuthorityId who(std::string_view id) { return AuthorityId::trusted(id); }

core::Charter talk_charter() {
  core::Charter out;
  out.id = "talks";
  for (const std::string_view id : {"fr", "ru", "us"}) {
    out.authorities.push_back({.id = who(id), .name = std::string(id), .keys = {}, .peer = core::Peer{}});
  }
  for (const core::Authority& from : out.authorities) {
    for (const core::Authority& to : out.authorities) {
      if (from.id == to.id) continue;
      for (const Capability capability : {Capability::kCentres, Capability::kChiefs}) {
        out.relations.push_back({{capability, RelationDomain::kTalks, from.id, to.id}, 1});
      }
    }
  }
  out.timing = {
      .clock_error_ms = 2'000, .delivery_ms = 10'000, .decision_ms = 5'000, .crew_ms = 30'000, .standby_ms = 60'000};
  return out;
}

TalkPart words(std::string_view text) {
  return TextPart{.language = "en", .text = {std::string(text)}, .translates = {}};
}

TalkPart position(std::string_view name, double lat, double lng) {
  return PositionPart{.at = {},
                      .band = {},
                      .lat_e7 = static_cast<std::int64_t>(lat * 1e7),
                      .lng_e7 = static_cast<std::int64_t>(lng * 1e7),
                      .name = std::string(name)};
}

Letter letter(std::vector<std::string_view> to, Needs needs, std::optional<UtcMs> due, std::string_view thread) {
  Letter out;
  out.needs = needs;
  out.due = due;
  out.parts = {words("hello")};
  for (const std::string_view id : to) out.recipients.push_back(who(id));
  out.thread = ThreadId::trusted(thread);
  return out;
}

Letter stop(std::vector<std::string_view> to) {
  Letter out = letter(std::move(to), Needs::kRead, {}, "S1");
  out.precedence = Precedence::kStop;
  out.parts = {words("stop your strike")};
  return out;
}

Letter query(std::vector<std::string_view> to, UtcMs due) {
  Letter out = letter(std::move(to), Needs::kAnswer, due, "Q1");
  out.precedence = Precedence::kPriority;
  out.parts = {QueryPart{.asks = {},
                         .at = kNoon,
                         .band = {},
                         .lat_e7 = 462'000'000,
                         .lng_e7 = 61'000'000,
                         .text = "fast, near Geneva",
                         .track = "4711"}};
  return out;
}

Party::Party(std::string_view id, TalkOptions with, core::Charter of)
    : self(who(id)), charter(std::move(of)), options(with) {
  begin();
}

void Party::begin() {
  relations = std::make_unique<Relations>(self, charter);
  desk = std::make_unique<TalkDesk>(self, charter, *relations, options);
}

void Party::begin_anew() {
  now = kNoon;
  record.clear();
  seq_ = 0;
  begin();
}

std::optional<Oddity> Party::apply(const Line& line) {
  const auto entry = read_entry(line.text);
  EXPECT_TRUE(entry.has_value()) << entry.error().text() << line.text;
  EXPECT_INVARIANT(entry.has_value());
  const Said said{line.log.author, line.hash, entry->time, entry->body, entry->by};
  static_cast<void>(relations->apply(said));
  return desk->apply(said);
}

Line Party::say(const Body& body, std::string_view by) {
  const auto text = write_entry({.seq = seq_++,
                                 .time = now,
                                 .by = core::Subject::trusted(by),
                                 .second = {},
                                 .cmd = by.empty() ? CommandId() : CommandId::trusted("c"),
                                 .body = body});
  EXPECT_TRUE(text.has_value()) << text.error().text();
  EXPECT_INVARIANT(text.has_value());
  Line line{.log = log_of(self, addressee_of(body)), .hash = hash_of(*text), .text = *text};
  record.push_back(line);
  const auto odd = apply(line);
  EXPECT_FALSE(odd.has_value()) << odd->text;
  return line;
}

Line Party::act(Result<Body> body) {
  EXPECT_TRUE(body.has_value()) << body.error().text();
  EXPECT_INVARIANT(body.has_value());
  return say(*body, "officer@" + self.str());
}

std::vector<Line> Party::act(Result<std::vector<Body>> bodies) {
  EXPECT_TRUE(bodies.has_value()) << bodies.error().text();
  EXPECT_INVARIANT(bodies.has_value());
  std::vector<Line> out;
  for (const Body& body : *bodies) out.push_back(say(body, "officer@" + self.str()));
  return out;
}

std::vector<Line> Party::run() {
  std::vector<Line> out;
  while (auto body = desk->next(now)) {
    out.push_back(say(*body));
    EXPECT_INVARIANT(out.size() < 10'000);
  }
  const auto timer = desk->next_timer();
  EXPECT_TRUE(!timer || *timer > now) << "nothing is left, but a timer has run out";
  return out;
}

std::vector<Line> Party::wait(DurationMs d) {
  now = now + d;
  return run();
}

void Party::freeze(std::string_view peer) {
  std::vector<EdgeLevel> edges;
  for (const Capability capability : {Capability::kCentres, Capability::kChiefs}) {
    edges.push_back({{capability, RelationDomain::kTalks, self, who(peer)}, 0});
    edges.push_back({{capability, RelationDomain::kTalks, who(peer), self}, 0});
  }
  act(relations->freeze(who(peer), edges, ""));
}

std::optional<Oddity> Party::read(const Line& line) {
  record.push_back(line);
  return apply(line);
}

void Party::restart() {
  begin();
  for (const Line& line : record) static_cast<void>(apply(line));
}

void Party::restore() {
  const std::string before = state();
  const auto document = log::JcsDocument::parse(before, std::size_t{1} << 24);
  EXPECT_TRUE(document.has_value()) << document.error().text();
  EXPECT_INVARIANT(document.has_value());
  desk = std::make_unique<TalkDesk>(self, charter, *relations, options);
  const Status read = desk->read_state(document->root());
  EXPECT_TRUE(read.has_value()) << read.error().text();
  EXPECT_EQ(state(), before);
}

void Party::forget(std::size_t lines) {
  record.resize(record.size() - lines);
  restart();
}

std::string Party::state() const {
  std::string out;
  log::JcsWriter writer(out);
  desk->write_state(writer);
  return out;
}

void Party::check_ways_back() {
  const std::string live = state();
  const auto timer = desk->next_timer();
  const auto next = desk->next(now);
  const auto same = [&](std::string_view how) {
    EXPECT_EQ(state(), live) << how;
    EXPECT_EQ(desk->next_timer(), timer) << how;
    const auto again = desk->next(now);
    ASSERT_EQ(again.has_value(), next.has_value()) << how;
    if (again) {
      EXPECT_EQ(type_name(*again), type_name(*next)) << how;
    }
  };
  restart();
  same("replayed");
  restore();
  same("restored");
}

std::vector<Line> Party::own(std::string_view type) const {
  std::vector<Line> out;
  for (const Line& line : record) {
    if (line.log.author != self) continue;
    if (type.empty() || type_name(read_entry(line.text)->body) == type) out.push_back(line);
  }
  return out;
}

std::string types(const std::vector<Line>& lines) {
  std::vector<std::string> out;
  for (const Line& line : lines) out.emplace_back(type_name(read_entry(line.text)->body));
  return fmt::format("{}", fmt::join(out, " "));
}

void deliver(Party& to, const Party& from) {
  for (const Line& line : from.record) {
    if (line.log.author != from.self || line.log.kind == LogName::Kind::kMain) continue;
    if (line.log.kind == LogName::Kind::kPair && line.log.reader != to.self) continue;
    const bool known =
        std::ranges::any_of(to.record, [&](const Line& one) { return one.hash == line.hash && one.log == line.log; });
    if (known) continue;
    to.read(line);
    to.desk->heard_from(from.self, to.now);
  }
}

void settle(const std::vector<Party*>& all) {
  const auto lines = [&] {
    std::size_t sum = 0;
    for (const Party* one : all) sum += one->record.size();
    return sum;
  };
  for (std::size_t before = lines() + 1; before != lines();) {
    before = lines();
    for (Party* to : all) {
      for (const Party* from : all) {
        if (to != from) deliver(*to, *from);
      }
      to->run();
    }
  }
}

std::string answer(const Result<Body>& of) { return of ? "done" : of.error().text(); }
std::string answer(const Result<std::vector<Body>>& of) { return of ? "done" : of.error().text(); }
std::string answer(const std::optional<Oddity>& of) { return of ? of->text : "fits"; }

}  // namespace tansiq::coordination::talk_testing
