// The hub by its own interface: what listeners get who come, read slowly, leave in the middle of anything, and come
// back with the last id that they had.
#include "node/event_hub.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <mutex>
#include <set>

#include "base/eventually.h"
#include "base/random.h"
#include "net/stream_state.h"

namespace tansiq::node {
namespace {

using ::testing::ElementsAre;

/// Every third is a talk.
bool talks(std::uint64_t seq) { return seq % 3 == 0; }
std::string line_of(std::uint64_t seq) {
  return fmt::format("{{\"seq\":{},\"type\":\"{}\"}}\n", seq, talks(seq) ? "talk.message" : "intent.accepted");
}

/// What is durable; any thread.
struct Stored {
  std::mutex mutex;
  std::uint64_t end = 0;
  bool several = false;  ///< Logs: the record, then one for all members, one between two, and so on.
  [[nodiscard]] store::LogId log_of(std::uint64_t seq) const {
    return {static_cast<std::uint16_t>(several ? seq % 3 : 0)};
  }
};

class Reader final : public store::LogReader {
 public:
  explicit Reader(std::shared_ptr<Stored> stored) : stored_(std::move(stored)) {}
  Status sequence(std::uint64_t first_seq, std::uint64_t end_seq, const store::EntryVisitor& visit) override {
    std::uint64_t end = 0;
    {
      const std::lock_guard lock(stored_->mutex);
      end = std::min(end_seq, stored_->end);
    }
    for (std::uint64_t seq = first_seq; seq < end; ++seq) {
      const std::string line = line_of(seq);
      TRY_VOID(visit({.seq = seq, .log = stored_->log_of(seq), .index = seq, .bytes = as_bytes(line)}));
    }
    return {};
  }

  Result<std::vector<store::LogInfo>> logs() override {
    return std::vector<store::LogInfo>{
        {{0}, "us.example/main"}, {{1}, "us.example/members"}, {{2}, "fr.example/with/us"}};
  }

  // Nothing else is asked.
  Result<store::Head> head(store::LogId) override { return none(); }
  Result<std::uint64_t> next_seq() override { return none(); }
  Status entries(store::LogId, std::uint64_t, std::uint64_t, const store::EntryVisitor&) override { return none(); }
  Result<Bytes> tile(store::LogId, unsigned, std::uint64_t, unsigned) override { return none(); }
  Result<Bytes> bundle(store::LogId, std::uint64_t, unsigned) override { return none(); }
  Result<store::Hash> root_at(store::LogId, std::uint64_t) override { return none(); }
  Result<std::optional<Bytes>> body(const store::Hash&) override { return none(); }
  Result<std::optional<std::uint64_t>> body_size(const store::Hash&) override { return none(); }
  Result<std::optional<Bytes>> meta(std::string_view) override { return none(); }
  Result<std::vector<std::string>> meta_keys(std::string_view, std::string_view, std::size_t) override {
    return none();
  }

 private:
  static std::unexpected<Error> none() { return fail(ErrorCode::kInternal, "this reader has nothing but a sequence"); }
  std::shared_ptr<Stored> stored_;
};

std::optional<TalkTold> digest(std::string_view line) {
  if (line.find("talk.") == std::string_view::npos) return {};
  return TalkTold{"talk", std::string(line.substr(0, line.size() - 1))};
}

/// The other end of one connection.
class Client {
 public:
  Client()
      : state_(std::make_shared<net::detail::StreamState>(net::StreamOptions{}, nullptr,
                                                          std::weak_ptr<net::detail::Connection>())) {}
  [[nodiscard]] net::StreamHandle handle() const { return net::StreamHandle(state_); }
  void leave() { state_->finish(net::StreamEnd::kClientGone); }
  std::vector<net::SseEvent> read(std::size_t bytes_max = SIZE_MAX) {
    std::vector<net::WireEvent> events;
    std::ignore = state_->take(events, bytes_max);
    std::vector<net::SseEvent> out;
    for (const net::WireEvent& event : events) {
      EXPECT_TRUE(parser_.feed(*event).has_value());
      while (auto one = parser_.next()) out.push_back(std::move(*one));
    }
    return out;
  }

 private:
  std::shared_ptr<net::detail::StreamState> state_;
  net::SseParser parser_;
};

struct World {
  std::shared_ptr<Stored> stored = std::make_shared<Stored>();
  EventHub hub{std::make_unique<Reader>(stored), 0, 100, digest};
  void grow(std::uint64_t by, bool with_lines = true) {
    std::uint64_t first = 0;
    {
      const std::lock_guard lock(stored->mutex);
      first = stored->end;
      stored->end += by;
    }
    std::vector<EventHub::Line> lines;
    for (std::uint64_t seq = first; with_lines && seq < first + by; ++seq) {
      lines.push_back({stored->log_of(seq), line_of(seq)});
    }
    hub.durable(first, first + by, std::move(lines));
  }
};

/// What one person has had, over all connections.
struct Had {
  std::map<std::string, std::vector<std::uint64_t>> of{};
  std::string last = "-.-";
  void take(const std::vector<net::SseEvent>& events) {
    for (const net::SseEvent& event : events) {
      const auto at = event.data.find(':') + 1;
      of[event.event.substr(0, event.event.find('/'))].push_back(std::stoull(event.data.substr(at)));
      last = event.id;
    }
  }
};

std::vector<std::uint64_t> up_to(std::uint64_t end, bool only_talks) {
  std::vector<std::uint64_t> out;
  for (std::uint64_t seq = 0; seq < end; ++seq) {
    if (!only_talks || talks(seq)) out.push_back(seq);
  }
  return out;
}

TEST(EventHub, AStreamOfEverythingNamesItsEventsAndResumesBetweenTwoOfOneEntry) {
  World w;
  w.grow(4);
  Client client;
  w.hub.subscribe("watch", client.handle(), StreamCursor::at(2), {.record = true, .talks = true});
  std::vector<net::SseEvent> events;
  ASSERT_TRUE(eventually([&] {
    for (net::SseEvent& event : client.read()) events.push_back(std::move(event));
    return events.size() >= 3;
  }));
  std::vector<std::string> seen;
  for (const net::SseEvent& event : events) seen.push_back(event.event + " " + event.id);
  EXPECT_THAT(seen, ElementsAre("record/intent.accepted 2.1", "record/talk.message 3.2", "talks/talk 3.3"));
  // The line broke between the entry and what is heard of it.
  Client again;
  w.hub.subscribe("watch", again.handle(), StreamCursor::parse("3.2").value(), {.record = true, .talks = true});
  w.grow(1);
  seen.clear();
  ASSERT_TRUE(eventually([&] {
    for (const net::SseEvent& event : again.read()) seen.push_back(event.event + " " + event.id);
    return seen.size() >= 2;
  }));
  EXPECT_THAT(seen, ElementsAre("talks/talk 3.3", "record/intent.accepted 4.3"));
}

TEST(EventHub, WhatIsNotAllowedIsLeftOut) {
  World w;
  w.grow(10);
  for (const auto& parts : {EventHub::Parts{.record = true}, EventHub::Parts{.talks = true}}) {
    Client client;
    Had had;
    w.hub.subscribe("watch", client.handle(), StreamCursor::at(0), parts);
    const std::string name = parts.record ? "record" : "talks";
    const auto right = up_to(10, parts.talks);
    ASSERT_TRUE(eventually([&] {
      had.take(client.read());
      return had.of[name].size() >= right.size();
    }));
    EXPECT_EQ(had.of[name], right);
    EXPECT_EQ(had.of.size(), 1U);
  }
}

/// From the store and as it becomes durable: what two say to each other is for those who may read it there.
TEST(EventHub, EntriesOfOtherLogsAreForThoseWhoMayReadThem) {
  World w;
  w.stored->several = true;
  w.grow(6);
  const auto shown = [&](EventHub::Reach reach, std::size_t count) {
    Client named;
    Client plain;
    Had had;
    std::vector<std::string> ids;
    w.hub.subscribe("watch", named.handle(), StreamCursor::at(0), {.record = true, .reach = reach});
    w.hub.subscribe("watch", plain.handle(), 0, EventHub::View::kRecord, reach);
    w.grow(6);
    const std::uint64_t end = w.hub.next_seq();
    EXPECT_TRUE(eventually([&] {
      had.take(named.read());
      for (const net::SseEvent& event : plain.read()) ids.push_back(event.id);
      return had.of["record"].size() >= end * count / 3 && ids.size() >= end * count / 3;
    }));
    std::set<std::uint64_t> logs;
    for (const std::uint64_t seq : had.of["record"]) logs.insert(seq % 3);
    for (const std::string& id : ids) logs.insert(std::stoull(id) % 3);
    return logs;
  };
  EXPECT_THAT(shown(EventHub::Reach::kPairs, 3), ElementsAre(0, 1, 2));
  EXPECT_THAT(shown(EventHub::Reach::kMembers, 2), ElementsAre(0, 1));
  EXPECT_THAT(shown(EventHub::Reach::kMain, 1), ElementsAre(0));
}

// Whatever breaks where: every entry once, in order, of each of the two.
TEST(EventHub, WhoComesBackWithHisLastIdMissesNothingAndHearsNothingTwice) {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    SeededRandom random{seed};
    World w;
    Had had;
    std::unique_ptr<Client> client;
    const auto connect = [&] {
      if (client) client->leave();
      client = std::make_unique<Client>();
      w.hub.subscribe("watch", client->handle(), StreamCursor::parse(had.last).value(),
                      {.record = true, .talks = true});
    };
    connect();
    std::uint64_t end = 0;
    for (int step = 0; step < 200; ++step) {
      if (random.one_in(3)) {
        const auto by = static_cast<std::uint64_t>(random.between(1, random.one_in(10) ? 400 : 7));
        w.grow(by, !random.one_in(8));
        end += by;
      }
      if (random.one_in(2)) had.take(client->read(static_cast<std::size_t>(random.between(1, 600))));
      if (random.one_in(10)) connect();
    }
    ASSERT_TRUE(eventually([&] {
      had.take(client->read());
      return had.of["record"].size() >= end && had.last == StreamCursor{end, end - (talks(end - 1) ? 0 : 1)}.text();
    })) << "seed "
        << seed << ": " << had.of["record"].size() << " of " << end << ", last " << had.last;
    EXPECT_EQ(had.of["record"], up_to(end, false)) << "seed " << seed;
    EXPECT_EQ(had.of["talks"], up_to(end, true)) << "seed " << seed;
  }
}

}  // namespace
}  // namespace tansiq::node
