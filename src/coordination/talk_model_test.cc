// Random histories of two and three authorities that talk: entries are read late, again and, in half of the histories,
// out of order; nodes crash and come back from their record or from their state; relations freeze; officers read,
// answer, refuse, let wait, or never act. Beside each desk stands a slow, obvious auditor that knows nothing but the
// record and works everything out anew each time.
//
// What is asserted at every step, beside that desk and auditor agree about every message:
//   once     a message that was read has one receipt of the machine, and officers see it exactly if that is RECEIVED
//   order    an officer's receipts follow RECEIVED, in the order of the table
//   timely   nothing that is due waits, and no alarm comes before it is
// and when everything has been read and time has passed: every message has ended, at its sender, in the receipt that it
// needs or in an alarm.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <deque>
#include <map>

#include "base/random.h"
#include "coordination/talk_testlib.h"

namespace tansiq::coordination {
namespace {

using namespace talk_testing;

// The auditor
// ---------------------------------------------------------------------------------------------------------------

class Auditor {
 public:
  explicit Auditor(const Party& of) : of_(of) {
    for (const Line& line : of.record) {
      if (known_.insert({line.log, line.hash}).second) entries_.push_back({&line, read_entry(line.text).value()});
    }
  }

  void check() const {
    for (const auto& [line, entry] : entries_) {
      const auto* message = std::get_if<TalkMessage>(&entry.body);
      if (message == nullptr) continue;
      if (line->log.author == of_.self) {
        check_sent(line->hash, *message, entry.time);
      } else {
        check_heard(line->hash, *message);
      }
    }
  }

 private:
  struct Seen {
    const Line* line = nullptr;
    Entry entry;
  };

  /// The kind of a receipt, and which message it quotes.
  static std::optional<std::pair<Receipt, EntryHash>> receipt(const Body& body) {
    if (const auto* r = std::get_if<TalkReceived>(&body)) return std::pair{Receipt::kReceived, r->message};
    if (const auto* r = std::get_if<TalkRead>(&body)) return std::pair{Receipt::kRead, r->message};
    if (const auto* r = std::get_if<TalkStandby>(&body)) return std::pair{Receipt::kStandby, r->message};
    if (const auto* r = std::get_if<TalkAnswered>(&body)) return std::pair{Receipt::kAnswered, r->message};
    if (const auto* r = std::get_if<TalkRefused>(&body)) return std::pair{Receipt::kRefused, r->message};
    return {};
  }
  static bool by_machine(const Body& body) {
    const auto* refused = std::get_if<TalkRefused>(&body);
    return refused != nullptr && refused->reason != TalkRefusal::kOfficer;
  }

  void check_sent(const EntryHash& hash, const TalkMessage& message, UtcMs sent) const {
    SentState state = SentState::kOpen;
    UtcMs due = message.due.value_or(sent + 25 * kSecond);
    std::set<Receipt> have;
    bool turned_away = false;
    bool acknowledged = false;
    for (const auto& [line, entry] : entries_) {
      if (const auto* overdue = std::get_if<TalkOverdue>(&entry.body); overdue != nullptr && overdue->message == hash) {
        EXPECT_TRUE(state == SentState::kOpen || state == SentState::kOverdue) << "an alarm about what is done";
        EXPECT_FALSE(acknowledged);
        EXPECT_TRUE(entry.time >= due || turned_away) << "too early";
        state = SentState::kOverdue;
      }
      if (const auto* taken = std::get_if<TalkOverdueAcknowledged>(&entry.body);
          taken != nullptr && taken->message == hash) {
        acknowledged = true;
      }
      const auto one = receipt(entry.body);
      if (!one || one->second != hash || line->log.author != message.to) continue;
      if (by_machine(entry.body)) turned_away = true;
      const bool first = have.insert(one->first).second;
      if (first && one->first == Receipt::kStandby && state == SentState::kOpen) due = due + 60 * kSecond;
      const Receipt wanted = message.needs == Needs::kReceived ? Receipt::kReceived
                             : message.needs == Needs::kRead   ? Receipt::kRead
                                                               : Receipt::kAnswered;
      if (turned_away || *have.rbegin() < wanted) continue;
      if (state == SentState::kOpen) state = SentState::kDone;
      if (state == SentState::kOverdue) state = SentState::kDoneLate;
    }
    const TalkSent& row = of_.sent(hash);
    EXPECT_EQ(row.state, state);
    EXPECT_EQ(row.receipt, have.empty() ? Receipt::kNone : *have.rbegin());
    EXPECT_EQ(row.settled.has_value(), acknowledged || state == SentState::kDone || state == SentState::kDoneLate);
    if (state == SentState::kOpen) {
      EXPECT_GT(due, of_.now) << "due, and no alarm";
      EXPECT_FALSE(turned_away) << "turned away, and no alarm";
    }
  }

  void check_heard(const EntryHash& hash, const TalkMessage& message) const {
    std::vector<Receipt> said;
    bool turned_away = false;
    for (const auto& [line, entry] : entries_) {
      const auto one = receipt(entry.body);
      if (!one || one->second != hash || line->log.author != of_.self) continue;
      said.push_back(one->first);
      turned_away = turned_away || by_machine(entry.body);
    }
    ASSERT_FALSE(said.empty()) << "message " << message.index << " was read, and nothing said";
    if (turned_away) {
      EXPECT_EQ(said.size(), 1U);
      EXPECT_FALSE(of_.desk->heard().contains(hash));
      return;
    }
    EXPECT_EQ(said[0], Receipt::kReceived);
    for (std::size_t i = 1; i < said.size(); ++i) {
      EXPECT_LT(said[i - 1], said[i]) << "each once, and in order";
      EXPECT_TRUE(i > 1 || said[i] == Receipt::kRead) << "nothing before READ";
      EXPECT_LT(said[i - 1], Receipt::kAnswered) << "nothing after an answer";
    }
    EXPECT_TRUE(of_.heard(hash).shown());
    EXPECT_EQ(of_.heard(hash).state, said.back());
  }

  const Party& of_;
  std::set<std::pair<LogName, EntryHash>> known_;
  std::vector<Seen> entries_;
};

// Histories
// -----------------------------------------------------------------------------------------------------------------

struct Counts {
  int sent = 0, answered = 0, late = 0, turned = 0, standby = 0, restarts = 0, gaps = 0, alarms = 0;
};

class History {
 public:
  History(std::uint64_t seed, Counts& counts) : random_(seed), counts_(counts), in_order_(seed % 2 == 0) {
    parties_.emplace_back("us");
    parties_.emplace_back("fr");
    if (random_.one_in(2)) parties_.emplace_back("ru");
  }

  void run(int steps) {
    for (int i = 0; i < steps && !::testing::Test::HasFailure(); ++i) {
      Party& at = pick();
      step(at);
      at.run();
      if (i % 4 == 0) Auditor(at).check();
    }
    end();
  }

 private:
  Party& pick() { return parties_[static_cast<std::size_t>(random_.between(0, std::ssize(parties_) - 1))]; }

  void step(Party& at) {
    switch (random_.between(0, 15)) {
      case 0:
      case 1:
      case 2:
        return send(at);
      case 3:
      case 4:
      case 5:
      case 6:
        return hear(at);
      case 7:
      case 8:
      case 9:
      case 10:
        return officer(at);
      case 11:
      case 12:
        for (Party& one : parties_) one.now = one.now + 1;
        return pass(random_.one_in(10) ? 20 * kMinute : random_.between(1, 30) * kSecond);
      case 13:
        ++counts_.restarts;
        if (random_.one_in(2)) return at.restart();
        return at.restore();
      case 14:
        return acknowledge(at);
      default:
        if (random_.one_in(8)) freeze(at);
    }
  }

  void send(Party& at) {
    std::vector<std::string_view> to;
    for (const Party& one : parties_) {
      if (one.self != at.self && !random_.one_in(4)) to.push_back(one.self.str());
    }
    if (to.empty()) return;
    const auto needs = static_cast<Needs>(random_.between(0, 2));
    std::optional<UtcMs> due;
    if (needs != Needs::kReceived || random_.one_in(2)) due = at.now + random_.between(20, 240) * kSecond;
    Letter of = letter(to, needs, due, random_.one_in(2) ? "T1" : "T2");
    if (random_.one_in(8)) of = stop(to);
    const auto bodies = at.desk->send(of, at.now);
    if (!bodies) return;  // frozen
    for (const Line& line : at.act(bodies)) {
      ++counts_.sent;
      static_cast<void>(line);
    }
  }

  /// What others have written for it and it has not read, in their order.
  std::vector<Line> unread(const Party& at) {
    std::vector<Line> out;
    for (const Party& from : parties_) {
      if (from.self == at.self) continue;
      for (const Line& line : from.record) {
        if (line.log.author != from.self || line.log.kind == LogName::Kind::kMain) continue;
        if (line.log.kind == LogName::Kind::kPair && line.log.reader != at.self) continue;
        if (!read_[{at.self, line.log}].contains(line.hash)) out.push_back(line);
      }
    }
    return out;
  }

  void take(Party& at, const Line& line) {
    // Timers that are past fire before anything is read.
    at.run();
    read_[{at.self, line.log}].insert(line.hash);
    const auto odd = at.read(line);
    at.desk->heard_from(line.log.author, at.now);
    if (!odd) return;
    if (odd->text.contains("are missing")) {
      ++counts_.gaps;
      EXPECT_FALSE(in_order_);
    } else {
      EXPECT_TRUE(odd->text.contains("is not shown")) << odd->text;
    }
  }

  void hear(Party& at) {
    const auto lines = unread(at);
    if (lines.empty() || random_.one_in(6)) {  // again, something old
      std::vector<Line> old;
      for (const Line& line : at.record) {
        if (line.log.author != at.self) old.push_back(line);
      }
      if (!old.empty()) take(at, old[static_cast<std::size_t>(random_.between(0, std::ssize(old) - 1))]);
      return;
    }
    if (!in_order_) return take(at, lines[static_cast<std::size_t>(random_.between(0, std::ssize(lines) - 1))]);
    // Of one log, some of what is new.
    const LogName& log = lines[static_cast<std::size_t>(random_.between(0, std::ssize(lines) - 1))].log;
    std::int64_t most = random_.between(1, 4);
    for (const Line& line : lines) {
      if (line.log == log && most-- > 0) take(at, line);
    }
  }

  void officer(Party& at) {
    std::vector<EntryHash> open;
    for (const auto& [hash, row] : at.desk->heard()) {
      if (row.state < Receipt::kAnswered) open.push_back(hash);
    }
    if (open.empty()) return;
    const EntryHash& message = open[static_cast<std::size_t>(random_.between(0, std::ssize(open) - 1))];
    const auto attempt = [&](const Result<Body>& body) {
      if (body) at.act(body);
      return body.has_value();
    };
    switch (random_.between(0, 4)) {
      case 0:
      case 1:
        attempt(at.desk->read(message));
        return;
      case 2:
        if (attempt(at.desk->standby(message, ""))) ++counts_.standby;
        return;
      case 3:
        if (attempt(at.desk->answer(message, {}))) ++counts_.answered;
        return;
      default:
        attempt(at.desk->refuse(message, ""));
    }
  }

  void acknowledge(Party& at) {
    for (const auto& [hash, row] : at.desk->sent()) {
      if (!row.alarm()) continue;
      at.act(at.desk->acknowledge(hash, ""));
      return;
    }
  }

  void freeze(Party& at) {
    const Party& other = pick();
    if (other.self == at.self || !frozen_.insert({at.self, other.self}).second) return;
    if (frozen_.contains({other.self, at.self})) return;
    at.freeze(other.self.str());
  }

  void pass(DurationMs d) {
    for (Party& one : parties_) one.wait(d);
  }

  void end() {
    for (Party& at : parties_) {
      at.run();
      for (std::vector<Line> lines = unread(at); !lines.empty(); lines = unread(at)) {
        for (const Line& line : lines) take(at, line);
        at.run();
      }
    }
    pass(20 * kMinute);
    for (Party& at : parties_) {
      for (std::vector<Line> lines = unread(at); !lines.empty(); lines = unread(at)) {
        for (const Line& line : lines) take(at, line);
        at.run();
      }
      Auditor(at).check();
      at.check_ways_back();
      for (const auto& [hash, row] : at.desk->sent()) {
        EXPECT_NE(row.state, SentState::kOpen) << "neither a receipt nor an alarm";
        if (row.state == SentState::kDoneLate) ++counts_.late;
        if (row.rounds > 0) ++counts_.alarms;
        if (row.turned_away()) ++counts_.turned;
      }
      for (const Party& peer : parties_) EXPECT_TRUE(at.desk->missing(peer.self).empty());
    }
    // Nothing that was said is lost: whoever it was for has it.
    for (const Party& from : parties_) {
      for (const Line& line : from.own("talk.message")) {
        for (const Party& to : parties_) {
          if (to.self == line.log.reader) {
            EXPECT_TRUE((read_[{to.self, line.log}].contains(line.hash)));
          }
        }
      }
    }
  }

  SeededRandom random_;
  Counts& counts_;
  bool in_order_;
  std::deque<Party> parties_;
  std::map<std::pair<AuthorityId, LogName>, std::set<EntryHash>> read_;
  std::set<std::pair<AuthorityId, AuthorityId>> frozen_;
};

TEST(TalkModel, RandomHistories) {
  Counts counts;
  for (std::uint64_t seed = 1; seed <= 150 && !HasFailure(); ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    History(seed, counts).run(120);
  }
  EXPECT_GT(counts.sent, 2'000);
  EXPECT_GT(counts.answered, 100);
  EXPECT_GT(counts.late, 50);
  EXPECT_GT(counts.turned, 50);
  EXPECT_GT(counts.standby, 100);
  EXPECT_GT(counts.restarts, 300);
  EXPECT_GT(counts.gaps, 100);
  EXPECT_GT(counts.alarms, 300);
}

}  // namespace
}  // namespace tansiq::coordination
