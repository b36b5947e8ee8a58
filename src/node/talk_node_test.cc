// What officers of several nodes say to each other, over real sockets: the scenarios of docs/talks.md that end at a
// console.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "log/jcs.h"
#include "node/coalition_figures.h"
#include "node/node_testlib.h"
#include "node/openapi_text.h"

namespace tansiq::node {
namespace {

using namespace coordination;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr DurationMs kSecond = 1'000;
constexpr DurationMs kMinute = 60'000;

/// The system's clock, as much later as a test says; of all nodes.
class LaterClock final : public Clock {
 public:
  [[nodiscard]] UtcMs now() const override { return SystemClock().now() + later_.load(); }
  void advance(DurationMs d) { later_.fetch_add(d); }

 private:
  std::atomic<std::int64_t> later_{0};
};

std::string text_of_file(const std::filesystem::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The first number behind `"name":`; -1 where there is none.
std::int64_t number_in(const std::string& document, std::string_view name) {
  const std::string key = fmt::format("\"{}\":", name);
  const auto at = document.find(key);
  return at == std::string::npos ? -1 : std::strtoll(document.c_str() + at + key.size(), nullptr, 10);
}

TalkPart words(std::string_view text, std::string_view language = "en") {
  return TextPart{.language = std::string(language), .text = {std::string(text)}, .translates = {}};
}
TalkPart position(std::string_view name, std::int64_t lat_e7, std::int64_t lng_e7) {
  PositionPart out;
  out.lat_e7 = lat_e7;
  out.lng_e7 = lng_e7;
  out.name = name;
  return out;
}

/// Authorities a and b; centres may talk, and reports may be sent.
class TalkNode : public ::testing::Test {
 protected:
  void SetUp() override {
    auto started = LoopbackCoalition::start(
        folder.path(), 2,
        {.charter =
             [](core::Charter& charter) {
               for (unsigned i = 0; i < 2; ++i) {
                 const AuthorityId from = LoopbackCoalition::authority(i);
                 const AuthorityId to = LoopbackCoalition::authority(1 - i);
                 charter.relations.push_back({{core::Capability::kCentres, core::RelationDomain::kTalks, from, to}, 1});
                 charter.relations.push_back(
                     {{core::Capability::kReports, core::RelationDomain::kInformation, from, to}, 1});
               }
             },
         .config = [this](NodeConfig& config) { configure(config); }});
    ASSERT_TRUE(started.has_value()) << started.error().text();
    all = std::move(*started);
  }
  virtual void configure(NodeConfig& config) { config.clock = &clock; }

  static AuthorityId who(unsigned i) { return LoopbackCoalition::authority(i); }
  Letter letter(std::vector<TalkPart> parts, Needs needs = Needs::kReceived, std::optional<UtcMs> due = {}) {
    Letter out;
    out.due = due;
    out.needs = needs;
    out.parts = std::move(parts);
    out.recipients = {who(1)};
    out.thread = ThreadId::trusted("T1");
    return out;
  }
  Letter stop() {
    Letter out = letter({words("stop")}, Needs::kRead);
    out.precedence = Precedence::kStop;
    return out;
  }
  EntryHash act(unsigned i, Act what, std::string_view by = "duty") {
    ActCommand command;
    command.cmd = CommandId::trusted(fmt::format("c{}", ++commands_));
    command.by = core::Subject::trusted(by);
    command.act = std::move(what);
    const auto done = all->act(i, std::move(command));
    EXPECT_TRUE(done.has_value()) << done.error().text();
    return done ? done->hash : EntryHash();
  }
  std::string get(unsigned i, std::string_view target) {
    const auto document = all->get(i, target);
    EXPECT_TRUE(document.has_value()) << target << ": " << document.error().text();
    return document.value_or(std::string());
  }
  /// What `target` shows once it has `needle`.
  std::string await(unsigned i, std::string_view target, std::string_view needle) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    std::string seen;
    while (std::chrono::steady_clock::now() < until) {
      if (const auto document = all->get(i, target)) seen = *document;
      if (seen.find(needle) != std::string::npos) return seen;
      std::this_thread::yield();
    }
    ADD_FAILURE() << target << " has no " << needle << ": " << seen;
    return seen;
  }
  std::unique_ptr<net::HttpClient> client(unsigned i, const std::vector<std::string>& scopes) {
    const auto token = all->node(i).mint_token("console", scopes, 600'000);
    EXPECT_TRUE(token.has_value());
    auto made =
        net::HttpClient::create({.base_url = all->node(i).address(), .bearer_token = token.value_or(std::string())});
    EXPECT_TRUE(made.has_value());
    return std::move(*made);
  }
  template <class Described>
  static std::string json(const Described& value) {
    std::string out;
    log::JcsWriter writer(out);
    core::write_fields(writer, value);
    return out;
  }

  LaterClock clock;
  TemporaryFolder folder;
  std::unique_ptr<LoopbackCoalition> all;

 private:
  int commands_ = 0;
};

using DeirEzZor2016 = TalkNode;
using Il202018 = TalkNode;
using Answers2023 = TalkNode;
using DailyPlan = TalkNode;
using MissedCheck = TalkNode;
using InformationStaysOpenThroughAFreeze = TalkNode;
using TalkFaces = TalkNode;

// A place that is given again nine kilometres away: the sender sees it before it sends, whoever reads it sees it then.
TEST_F(DeirEzZor2016, APositionThatHasMovedByKilometresIsShownToBoth) {
  act(0, SendTalk{letter({position("target", 353'312'000, 401'406'000)})});
  const Letter again = letter({position("target", 352'512'000, 401'406'000)});
  const auto asks = client(0, {"talks.read"});
  const auto preview = asks->post_json("/v1/talks/preview", fmt::format(R"({{"letter":{}}})", json(again)));
  ASSERT_TRUE(preview.has_value());
  ASSERT_EQ(preview->status, 200) << preview->body;
  EXPECT_NEAR(static_cast<double>(number_in(preview->body, "metres")), 8'875, 30);
  EXPECT_THAT(preview->body, HasSubstr("35°15.07′N 040°08.44′E")) << "the place in words";
  EXPECT_THAT(preview->body, Not(HasSubstr("\"refused\"")));
  EXPECT_EQ(number_in(get(0, "/v1/talks"), "messages"), 1) << "a preview sends nothing";
  act(0, SendTalk{again});
  const std::string there = await(1, "/v1/talks/a/T1", "\"metres\":");
  EXPECT_NEAR(static_cast<double>(number_in(there, "metres")), 8'875, 30);
  EXPECT_NEAR(static_cast<double>(number_in(get(0, "/v1/talks/a/T1"), "metres")), 8'875, 30);
}

/// The second channel copies each alarm into a file.
class DeirEzZor2016Alarm : public TalkNode {
 protected:
  void configure(NodeConfig& config) override {
    TalkNode::configure(config);
    config.talks.alarm_command = {"cp", "/dev/stdin", (config.data_dir / "alarm.json").string()};
  }
  std::filesystem::path alarm(unsigned i) { return all->config(i).data_dir / "alarm.json"; }
  std::string await_alarm(unsigned i, std::string_view needle) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    std::string seen;
    while (seen.find(needle) == std::string::npos && std::chrono::steady_clock::now() < until) {
      seen = text_of_file(alarm(i));
      std::this_thread::yield();
    }
    return seen;
  }
};

// Nobody is on watch at b. The STOP rings there, its sender is alarmed at once and again every twenty seconds, other
// people are called at both ends, and whoever takes it ends it. How long that took is shown.
TEST_F(DeirEzZor2016Alarm, AStopReachesAnyOfficerAndEscalatesUntilOneTakesIt) {
  act(1, SetWatch{true, ""});
  act(1, SetWatch{false, "night"});
  await(0, "/v1/lines", R"("state":"unattended","text":"night")");
  const auto at_a = client(0, {"talks.read"})->events("/v1/talks/events");
  const auto at_b = client(1, {"talks.read"})->events("/v1/talks/events");
  ASSERT_TRUE(at_a.has_value() && at_b.has_value());
  const EntryHash message = act(0, SendTalk{stop()});
  const auto rings = next_of_type(**at_b, "talk", 30'000);
  ASSERT_TRUE(rings.has_value()) << rings.error().text();
  EXPECT_THAT(*rings, AllOf(HasSubstr(message.hex()), HasSubstr("\"sound\":true")));
  EXPECT_THAT(await_alarm(1, "stop_unattended"), HasSubstr(message.hex()));
  std::string overdue;
  while (overdue.find("talk.overdue") == std::string::npos) {
    const auto event = next_of_type(**at_a, "talk", 30'000);
    ASSERT_TRUE(event.has_value()) << event.error().text();
    overdue = *event;
  }
  EXPECT_THAT(overdue, AllOf(HasSubstr("\"cause\":\"unattended\""), HasSubstr("\"sound\":true")));
  const std::string before = get(0, "/v1/talks/overdue");
  EXPECT_THAT(before, AllOf(HasSubstr(message.hex()), HasSubstr("\"precedence\":\"stop\""),
                            HasSubstr("\"watch\":\"unattended\"")));
  EXPECT_THAT(get(1, "/v1/talks/overdue"), HasSubstr("\"from\":\"a\"")) << "what is owed there";
  EXPECT_THAT(get(0, "/v1/talks"), HasSubstr("\"state\":\"overdue\""));
  clock.advance(25 * kSecond);
  EXPECT_THAT(await_alarm(0, "\"round\":2"), HasSubstr(message.hex()));
  act(1, ReadTalk{message}, "anybody");
  const std::string taken = await(0, "/v1/talks/a/T1", "\"taken\":true");
  EXPECT_GE(number_in(taken, "elapsed_ms"), 25 * kSecond);
  EXPECT_THAT(get(0, "/v1/talks/overdue"), HasSubstr("\"alarms\":[]"));
}

// Whoever listens again hears what he has missed: the stream of talks resumes, and leaves everything else out.
TEST_F(TalkFaces, TheStreamResumesAndHasNothingButTalks) {
  const auto reader = client(1, {"talks.read"});
  const EntryHash first = act(0, SendTalk{stop()});
  await(1, "/v1/talks/a/T1", "\"state\":\"received\"");
  ASSERT_TRUE(all->act(1, all->flight(1, 1, {1})).has_value());
  const auto events = reader->events("/v1/talks/events?after=0");
  ASSERT_TRUE(events.has_value()) << events.error().text();
  const auto event = (*events)->next(30'000);
  ASSERT_TRUE(event.has_value() && *event);
  EXPECT_EQ((*event)->event, "talk");
  EXPECT_THAT((*event)->data, AllOf(HasSubstr(first.hex()), HasSubstr("\"sound\":true")));
  const auto again = reader->events("/v1/talks/events", (*event)->id);
  ASSERT_TRUE(again.has_value());
  const auto next = (*again)->next(30'000);
  ASSERT_TRUE(next.has_value() && *next);
  EXPECT_THAT((*next)->data, AllOf(HasSubstr("talk.received"), HasSubstr("\"sound\":false")));
  EXPECT_EQ(client(1, {"log.read"})->events("/v1/talks/events").error().code, ErrorCode::kForbidden);
}

// How much of a warning was left when it came, and both sides of what happened then.
TEST_F(Il202018, TheUsableWarningTimeAndBothStatementsAreShown) {
  TimePart strike;
  strike.at = clock.now() + 90 * kSecond;
  strike.name = "strike";
  act(0, SendTalk{letter({words("strike north of the base"), strike})});
  const std::string there = await(1, "/v1/talks/a/T1", "\"usable_ms\":");
  const std::int64_t usable = number_in(there, "usable_ms");
  EXPECT_GT(usable, 0);
  EXPECT_LE(usable, 90 * kSecond);
  EXPECT_EQ(number_in(await(0, "/v1/talks/a/T1", "\"usable_ms\":"), "usable_ms"), usable) << "the sender learns it";

  OpenIncident open;
  open.incident = IncidentId::trusted("I1");
  open.parties = {who(0), who(1)};
  open.title =
      "loss of \xE2\x80\xAE"
      "an aircraft";
  open.window = {clock.now() - kMinute, clock.now()};
  act(0, open);
  await(1, "/v1/incidents", "\"incident\":\"I1\"");
  act(0, StateIncident{.held = {}, .incident = open.incident, .opener = who(0), .parts = {words("we warned in time")}});
  act(1, StateIncident{.held = {}, .incident = open.incident, .opener = who(0), .parts = {words("a minute is none")}});
  act(1, MoveIncident{open.incident, who(0), IncidentState::kDisputed, "see our statement"});
  const std::string shown = await(0, "/v1/incidents/a/I1", "\"state\":\"disputed\"");
  EXPECT_THAT(shown, AllOf(HasSubstr("we warned in time"), HasSubstr("a minute is none"),
                           HasSubstr("\"state\":\"open\""), HasSubstr("\"over\":false")));
  EXPECT_THAT(shown, HasSubstr("loss of [U+202E]an aircraft")) << "harmless";
  EXPECT_EQ(all->get(0, "/v1/incidents/a/I2").error().code, ErrorCode::kNotFound);
}

// Whose is it? The answer is a finding, and each reads the same message in his language.
TEST_F(Answers2023, AQueryIsAnsweredByAFindingAndReadInAnyLanguage) {
  QueryPart query;
  query.at = clock.now() - kSecond;
  query.lat_e7 = 353'312'000;
  query.lng_e7 = 401'406'000;
  query.text = "whose is it?";
  const EntryHash asked = act(0, SendTalk{letter({query}, Needs::kAnswer, clock.now() + 5 * kMinute)});
  await(1, "/v1/talks", "\"unread\":1");
  act(1, ReadTalk{asked});
  Reply reply;
  reply.finding = Finding::kNotMine;
  act(1, AnswerTalk{asked, reply});
  EXPECT_THAT(await(0, "/v1/talks/a/T1", "\"finding\":"),
              AllOf(HasSubstr("\"finding\":\"not_mine\""), HasSubstr("\"echelon\":\"floor\"")));

  Letter filed = letter({TemplatePart{
      .id = "102", .values = {{"flight", "\"M1\""}, {"time", "1795608000000"}, {"zone", "\"ZB\""}}, .version = 1}});
  filed.thread = ThreadId::trusted("T2");
  act(0, SendTalk{filed});
  const std::string russian = await(1, "/v1/talks/a/T2?language=ru", "\"title\":");
  const std::string arabic = get(1, "/v1/talks/a/T2?language=ar");
  EXPECT_THAT(russian, AllOf(HasSubstr("M1"), Not(HasSubstr("\"trouble\""))));
  EXPECT_NE(russian.substr(russian.find("\"shown\"")), arabic.substr(arabic.find("\"shown\"")));
  EXPECT_EQ(all->get(1, "/v1/talks/a/T2?language=de").error().code, ErrorCode::kInvalid);
}

// The plan of a day is a message: due, answered by the hash of what is agreed to, and deviated from in the next
// version.
TEST_F(DailyPlan, APlanIsAgreedToAndDeviatedFrom) {
  const UtcMs now = clock.now();
  PlanPart plan;
  plan.day = {now + 24 * 60 * kMinute, now + 48 * 60 * kMinute};
  plan.submit_by = now + 10 * kMinute;
  plan.answer_by = now + 20 * kMinute;
  plan.flights = {{.call_sign = "M1", .change = {}, .window = plan.day}};
  const EntryHash sent = act(0, SendTalk{letter({plan}, Needs::kAnswer, plan.answer_by)});
  const std::string there = await(1, "/v1/talks/a/T1", "\"content\":\"");
  const auto content = EntryHash::from_hex(there.substr(there.find("\"content\":\"") + 11, 64));
  ASSERT_TRUE(content.has_value());
  act(1, ReadTalk{sent});
  Reply agreed;
  agreed.kind = AnswerKind::kAgree;
  agreed.agreed = *content;
  act(1, AnswerTalk{sent, agreed});
  EXPECT_THAT(await(0, "/v1/talks/a/T1", "\"kind\":\"agree\""), HasSubstr("\"state\":\"done\""));
  plan.version = 2;
  plan.flights[0].change = "an hour later";
  act(0, SendTalk{letter({plan}, Needs::kAnswer, plan.answer_by)});
  EXPECT_THAT(await(1, "/v1/talks/a/T1", "\"version\":2"), HasSubstr("an hour later"));
}

// The line to a node that is away is missed with the reason, rings, and is well again with an officer on watch there.
TEST_F(MissedCheck, TheLineSaysWhatIsKnownOfIt) {
  act(1, SetWatch{true, "day"});
  await(0, "/v1/lines", "\"state\":\"attended\"");
  ASSERT_TRUE(all->stop(1).has_value());
  const auto events = client(0, {"talks.read"})->events("/v1/talks/events");
  ASSERT_TRUE(events.has_value());
  act(0, CheckLine{who(1)});
  await(0, "/v1/lines", "\"waiting\":true");
  clock.advance(5 * kMinute);
  std::string missed;
  while (missed.find("line.missed") == std::string::npos) {
    const auto event = next_of_type(**events, "line", 30'000);
    ASSERT_TRUE(event.has_value()) << event.error().text();
    missed = *event;
  }
  EXPECT_THAT(missed, HasSubstr("\"sound\":true"));
  EXPECT_THAT(get(0, "/v1/lines"), AllOf(HasSubstr("\"fault\":\"link\""), HasSubstr("\"missed\":true")));
  ASSERT_TRUE(all->restart(1).has_value());
  EXPECT_THAT(await(0, "/v1/lines", "\"missed\":false"), HasSubstr("\"checkpoint_age_ms\":"));
}

class MissedCheckOnSchedule : public TalkNode {
 protected:
  void configure(NodeConfig& config) override {
    TalkNode::configure(config);
    config.talks.line_check_every_ms = 10 * kMinute;
  }
};

// The first check is made at once, the next when it is due, and an answer with an officer on watch is all that counts.
TEST_F(MissedCheckOnSchedule, ChecksRunByThemselves) {
  await(0, "/v1/lines", "\"checks\":1");
  act(1, SetWatch{true, "day"});
  clock.advance(11 * kMinute);
  await(0, "/v1/lines", "\"checks\":2");
  EXPECT_THAT(await(0, "/v1/lines", "\"missed\":false"), HasSubstr("\"answered_ms\":"));
}

// What is agreed on flights is frozen; reports and words go on, and a report that is taken back is destroyed.
TEST_F(InformationStaysOpenThroughAFreeze, ReportsAndWordsGoOn) {
  const core::Edge edge{core::Capability::kRequest, core::RelationDomain::kAir, who(0), who(1)};
  act(0, FreezeRelation{{{edge, 0}}, who(1), "test"});
  InfoReport report;
  report.releasable_to = {who(1)};
  report.report = ReportId::trusted("R1");
  report.sections = {{.heading = "What", .language = "en", .text = {"a convoy"}}};
  report.title = "Convoy";
  report.tlp = Tlp::kAmber;
  const auto events = client(1, {"talks.read"})->events("/v1/talks/events");
  ASSERT_TRUE(events.has_value());
  act(0, FileReport{report});
  const std::string held = await(1, "/v1/reports", "\"title\":\"Convoy\"");
  const auto heard = next_of_type(**events, "report", 30'000);
  ASSERT_TRUE(heard.has_value()) << heard.error().text();
  EXPECT_THAT(*heard, AllOf(HasSubstr("report.held"), HasSubstr("\"from\":\"a\""), Not(HasSubstr("Convoy"))));
  EXPECT_THAT(held, AllOf(HasSubstr("a convoy"), HasSubstr("\"tlp\":\"amber\""), HasSubstr("\"from\":\"a\"")));
  EXPECT_THAT(get(0, "/v1/reports"), AllOf(HasSubstr("\"own\":[{"), HasSubstr("\"outstanding\":[\"b\"]")));
  act(0, SendTalk{letter({words("still here")})});
  EXPECT_THAT(await(1, "/v1/talks/a/T1", "still here"), HasSubstr("\"echelon\":\"centres\""));
  act(0, RevokeReport{report.report, "wrong"});
  EXPECT_THAT(await(0, "/v1/reports", "\"destroyed\":[\"b\"]"), HasSubstr("\"how\":\"revoked\""));
  EXPECT_THAT(await(1, "/v1/reports", "\"held\":[]"), Not(HasSubstr("a convoy")));
  const auto gone = next_of_type(**events, "report", 30'000);
  ASSERT_TRUE(gone.has_value()) << gone.error().text();
  EXPECT_THAT(*gone, HasSubstr("report.gone"));
}

// A token for talks speaks and does nothing else; one that reads does not speak.
TEST_F(TalkFaces, ScopesOfTalksSpeakAndDoNothingElse) {
  const auto act_json = [](std::string_view kind, const std::string& of) {
    return fmt::format(R"({{"act":{},"cmd":"{}","kind":"{}"}})", of, kind, kind);
  };
  const std::string send = act_json("talk.send", json(SendTalk{letter({words("hello")})}));
  const std::string clock_fault = act_json("clock.fault", json(DeclareClock{true, "test"}));
  EXPECT_EQ(client(0, {"talks.read"})->post_json("/v1/coordination/acts", send)->status, 403);
  const auto speaker = client(0, {"talks.write"});
  EXPECT_EQ(speaker->post_json("/v1/coordination/acts", clock_fault)->status, 403);
  const auto sent = speaker->post_json("/v1/coordination/acts", send);
  EXPECT_EQ(sent->status, 200) << sent->body;
  EXPECT_EQ(speaker->get("/v1/talks")->status, 403) << "speaking is not reading";
  EXPECT_EQ(client(0, {"coordination.read"})->get("/v1/talks")->status, 403);
}

// What nobody could read is not signed; what is frozen does not pass as a STOP.
TEST_F(TalkFaces, TemplatesAreCheckedBeforeTheyAreSigned) {
  const auto speaker = client(0, {"talks.write", "talks.read"});
  const auto sent = [&](std::string_view cmd, const Letter& of) {
    const auto answer = speaker->post_json(
        "/v1/coordination/acts", fmt::format(R"({{"act":{},"cmd":"{}","kind":"talk.send"}})", json(SendTalk{of}), cmd));
    return answer->status == 200 ? std::string() : answer->body;
  };
  EXPECT_THAT(sent("1", letter({TemplatePart{.id = "100", .values = {}, .version = 1}})),
              HasSubstr("act.letter.parts[0].template"));
  EXPECT_THAT(sent("2", letter({TemplatePart{.id = "102", .values = {{"flight", "7"}}, .version = 1}})),
              HasSubstr("act.letter.parts[0].template"));
  const TemplatePart corridor{
      .id = "102", .values = {{"flight", "\"M1\""}, {"time", "1795608000000"}, {"zone", "\"ZB\""}}, .version = 1};
  EXPECT_EQ(sent("3", letter({corridor})), "");
  Letter loud = stop();
  loud.parts.push_back(corridor);
  EXPECT_THAT(sent("4", loud), HasSubstr("template 102 is not of the safety floor"));
  const auto preview = speaker->post_json("/v1/talks/preview", fmt::format(R"({{"letter":{}}})", json(loud)));
  EXPECT_THAT(preview->body, AllOf(HasSubstr("\"floor\":true"), HasSubstr("\"refused\":\"")));
}

// Pages are without gap or repeat, and a cursor that no page gave is refused.
TEST_F(TalkFaces, ThreadsComeInPages) {
  for (int i = 0; i < 3; ++i) {
    Letter one = letter({words("hello")});
    one.thread = ThreadId::trusted(fmt::format("P{}", i));
    act(0, SendTalk{one});
    // A receipt changes a thread: the list is at rest once it has come.
    await(0, fmt::format("/v1/talks/a/P{}", i), "\"receipt\":\"received\"");
    clock.advance(kSecond);
  }
  std::string cursor;
  std::string seen;
  for (int page = 0; page < 3; ++page) {
    const std::string document = get(0, "/v1/talks?limit=1" + (cursor.empty() ? cursor : "&cursor=" + cursor));
    const auto thread = document.find("\"thread\":\"P");
    ASSERT_NE(thread, std::string::npos) << document;
    seen += document.substr(thread + 10, 2);
    const auto next = document.find("\"next\":\"");
    cursor =
        next == std::string::npos ? std::string() : document.substr(next + 8, document.find('"', next + 8) - next - 8);
    EXPECT_EQ(cursor.empty(), page == 2) << document;
  }
  EXPECT_THAT(seen, AllOf(HasSubstr("P0"), HasSubstr("P1"), HasSubstr("P2")));
  EXPECT_EQ(all->get(0, "/v1/talks?cursor=nonsense").error().code, ErrorCode::kInvalid);
}

// Every document of talks is in the contract, and refuses what it does not know.
TEST_F(TalkFaces, DocumentsKeepToTheContract) {
  const auto reader = client(0, {"talks.read"});
  for (const std::string path : {"/v1/talks", "/v1/talks/overdue", "/v1/lines", "/v1/incidents", "/v1/reports"}) {
    EXPECT_THAT(std::string(openapi_text()), HasSubstr("\n  " + path + ":\n"));
    EXPECT_EQ(reader->get(path)->status, 200) << path;
    EXPECT_EQ(reader->get(path + "?all=1")->status, 400) << path;
    EXPECT_EQ(reader->send(net::Method::kDelete, path)->status, 405) << path;
  }
  EXPECT_EQ(reader->get("/v1/talks/a/nothing")->status, 404);
}

}  // namespace
}  // namespace tansiq::node
