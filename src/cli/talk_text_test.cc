#include "cli/talk_text.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tansiq::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const UtcMs kTen = parse_utc("2026-11-22T10:00:00Z").value_or(UtcMs{});
const UtcMs kNow = kTen + 331'000;  // 10:05:31
const Reader kReader{.now = kNow};

std::int64_t at(std::int64_t seconds) { return kTen.ms + seconds * 1'000; }
std::string digits(char digit) { return std::string(64, digit); }

/// The catalogue puts isolates round the values of a template.
std::string without_isolates(std::string text) {
  for (const std::string_view isolate : {"\u2068", "\u2069"}) {
    for (std::size_t at = text.find(isolate); at != std::string::npos; at = text.find(isolate)) {
      text.erase(at, isolate.size());
    }
  }
  return text;
}

template <class T>
T read(Result<T> (*reader)(const JsonValue&), const std::string& text) {
  const auto json = JsonDocument::parse(text);
  EXPECT_TRUE(json) << json.error().text();
  auto rows = reader(json->root());
  EXPECT_TRUE(rows) << rows.error().text();
  return rows ? std::move(*rows) : T();
}

/// What ru asks, and we (us) have not answered.
std::string asked() {
  return fmt::format(
      R"({{"attachments":[],"content":"{}","due_ms":{},"echelon":"floor","from":"ru",
          "here":{{"hash":"{}","index":1,"received_ms":{},"state":"received","waiting_ms":198000}},
          "moved":[{{"earlier":"{}","metres":1234,"name":"drone","shown":"drone"}}],
          "needs":"answer","number":2,
          "parts":[{{"part":{{"query":{{"at_ms":{},"band":{{"lower_cm":609600,"ref":"fl","upper_cm":609600}},
                  "lat_e7":353310000,
                     "lng_e7":401400000,"text":"","track":"77"}}}},"shown":"…"}},
                   {{"part":{{"text":{{"language":"ru","text":"Чей это?"}}}},"shown":"Чей это?"}}],
          "precedence":"immediate","recipients":["fr","us"],"time_ms":{}}})",
      digits('c'), at(720), digits('a'), at(133), digits('e'), at(0), at(131));
}

/// What we have said to fr and ru.
std::string said() {
  return fmt::format(
      R"({{"attachments":[{{"bytes":1204,"media_type":"image/png","name":"map.png","sha256":"{}","shown":"map.png","state":"wanted"}}],
          "content":"{}","due_ms":{},"echelon":"centres","from":"us","moved":[],"needs":"answer","number":1,
          "parts":[{{"part":{{"template":{{"id":"102","values":[{{"name":"flight","value":"\"M1\""}},
                     {{"name":"time","value":"{}"}},{{"name":"zone","value":"\"K4\""}}],"version":1}}}},"shown":"…"}}],
          "precedence":"routine","re":"{}","recipients":["fr","ru"],
          "sent":[{{"alarm":false,"answer":{{"finding":"not_mine","kind":"answer","parts":[
                     {{"part":{{"text":{{"language":"en","text":"Two lines,\nas written."}}}},"shown":"…"}}]}},
                    "due_ms":{},"hash":"{}","index":4,"peer":"fr","receipt":"answered",
                    "receipts":[{{"hash":"{}","kind":"received","time_ms":{}}},{{"hash":"{}","kind":"answered",
                  "time_ms":{}}}],
                    "rounds":0,"state":"done","taken_ms":100000,"usable_ms":540000}},
                  {{"alarm":true,"due_ms":{},"hash":"{}","index":9,"peer":"ru","receipt":"none","receipts":[],
                  "rounds":3,
                    "state":"overdue","waiting_ms":271000}}],"time_ms":{}}})",
      digits('5'), digits('d'), at(211), at(600), digits('c'), at(211), digits('1'), digits('8'), at(61), digits('9'),
      at(160), at(211), digits('2'), at(60));
}

std::string thread(const std::string& messages) {
  return fmt::format(R"({{"messages":[{}],"more":false,"now_ms":{},"opener":"ru","thread":"whose-1"}})", messages,
                     kNow.ms);
}

TEST(TalkText, AThreadSaysWhoSaidWhatWhenAndWhatIsAwaited) {
  const ThreadPage page = read(read_thread, thread(said() + "," + asked()));
  EXPECT_EQ(without_isolates(thread_text(Terminal(), page, kReader)),
            "thread ru/whose-1, opened by ru; it is 2026-11-22 10:05:31 UTC\n"
            "\n"
            "10:01:00 (4 min 31 s ago)  us to fr, ru  needs an answer by 10:03:31\n"
            "    102.1  Revision: flight M1 will now enter zone K4 at 10:10Z on 22 November 2026.\n"
            "    attached: map.png (image/png, 1,204 bytes), SHA-256 555555555555: being fetched\n"
            "    fr: received 10:01:01, answered 10:02:40: it is NOT fr's; usable warning 9 min\n"
            "        Two lines,\n"
            "        as written.\n"
            "    ru: nothing has come back\n"
            "        OVERDUE: an answer, since 10:03:31 (2 min ago); alarmed 3 times\n"
            "        tansiq message acknowledge 222222222222\n"
            "    content dddddddddddd, about cccccccccccc\n"
            "\n"
            "10:02:11 (3 min 20 s ago)  ru to fr, us  IMMEDIATE  needs an answer by 10:12:00\n"
            "    WHOSE IS IT? Seen 10:00:00 (5 min 31 s ago), 35.33100N 040.14000E, FL200, track 77 in the picture of "
            "ru\n"
            "    [in ru] Чей это?\n"
            "    MOVED: drone lies 1.2 km from where ru put it in eeeeeeeeeeee\n"
            "    here: received 10:02:13, not read\n"
            "        WAITS FOR YOU: tansiq message read aaaaaaaaaaaa    due 10:12:00 (in 6 min 29 s)\n"
            "    content cccccccccccc\n");
}

TEST(TalkText, WhatIsLateHereIsSaidToBeLate) {
  ThreadPage page = read(read_thread, thread(asked()));
  page.messages.front().due = kNow - 5'000;
  EXPECT_THAT(thread_text(Terminal(), page, kReader),
              HasSubstr("OVERDUE HERE: tansiq message read aaaaaaaaaaaa    due 10:05:26 (5 s ago)\n"));
}

TEST(TalkText, WhatWeHaveAnsweredIsSaidAsOurs) {
  ThreadPage page = read(read_thread, thread(asked()));
  HereRow& here = *page.messages.front().here;
  here.state = coordination::Receipt::kAnswered;
  here.answer = AnswerRow{};
  here.answer->finding = coordination::Finding::kNotMine;
  const std::string shown = thread_text(Terminal(), page, kReader);
  EXPECT_THAT(shown, HasSubstr("    here: received 10:02:13, answered: we say that it is NOT ours\n"));
  EXPECT_THAT(shown, Not(HasSubstr("WAITS FOR YOU")));
}

TEST(TalkText, AWordOfTheNodeThatIsNotKnownIsAnErrorAndNoBlank) {
  std::string text = thread(asked());
  text.replace(text.find("\"immediate\""), 11, "\"yesterday\"");
  const auto json = JsonDocument::parse(text);
  ASSERT_TRUE(json);
  const auto page = read_thread(json->root());
  ASSERT_FALSE(page);
  EXPECT_THAT(page.error().text(), HasSubstr("yesterday"));
}

TEST(TalkText, HostileWordsAreShownAndNotObeyed) {
  std::string text = thread(asked());
  text.replace(text.find("Чей это?"), std::string("Чей это?").size(),
               R"(\u001b[2J\u202Eevil\nthread us/real, opened by us)");
  const auto json = JsonDocument::parse(text);
  ASSERT_TRUE(json);
  // The record does not take a control character; whoever speaks for a node may still send one.
  EXPECT_FALSE(read_thread(json->root()));

  ThreadPage page = read(read_thread, thread(asked()));
  for (ShownPart& part : page.messages.front().parts) {
    auto* words = std::get_if<coordination::TextPart>(&part.part);
    if (words == nullptr) continue;
    words->text.text = "\x1b[2J\u202Eevil\nthread us/real, opened by us";
    part.trouble = "\x07";
  }
  const std::string shown = thread_text(Terminal(), page, kReader);
  EXPECT_THAT(shown, Not(HasSubstr("\x1b")));
  EXPECT_THAT(shown, Not(HasSubstr("\x07")));
  EXPECT_THAT(shown, Not(HasSubstr("\u202E")));
  EXPECT_THAT(shown, HasSubstr("\n    thread us/real")) << "a line of theirs never stands where one of ours could";
}

TEST(TalkText, ATemplateThatThisProgramHasNotIsShownAsTheNodeDoes) {
  coordination::TemplatePart part{.id = "998", .values = {{"flight", "\"M1\""}}, .version = 7};
  const AuthorityId ru = AuthorityId::trusted("ru");
  EXPECT_EQ(part_text({.part = part, .shown = "As the node says.", .trouble = {}}, ru, kReader, 4),
            "998.7  As the node says.");
  EXPECT_THAT(part_text({.part = part, .shown = {}, .trouble = {}}, ru, kReader, 4),
              HasSubstr("998.7  NOT KNOWN HERE"));
}

TEST(TalkText, AnswersAreTheWordOfWhoeverGivesThem) {
  const AuthorityId un = AuthorityId::trusted("un");
  AnswerRow row;
  row.finding = coordination::Finding::kMine;
  EXPECT_EQ(answer_words(row, un), "it IS un's");
  row.source = AuthorityId::trusted("ngo");
  EXPECT_EQ(answer_words(row, un), "it IS ngo's, on the word of ngo");
  row.finding = coordination::Finding::kDeclined;
  row.source.reset();
  EXPECT_EQ(answer_words(row, un), "un declines to say");
  row.finding = coordination::Finding::kUnknown;
  EXPECT_EQ(answer_words(row, un), "un does not know");
  row.finding.reset();
  row.kind = coordination::AnswerKind::kDispute;
  EXPECT_EQ(answer_words(row, un), "DISPUTES it");
  row.kind = coordination::AnswerKind::kAgree;
  row.agreed = core::EntryHash::from_hex(digits('d')).value_or(core::EntryHash{});
  EXPECT_EQ(answer_words(row, un), "agrees to dddddddddddd");
}

TEST(TalkText, TheListBeginsWithWhatNeedsAttention) {
  const auto row = [](std::string_view name, std::string_view precedence, std::string_view state, int alarms,
                      int unread, int waiting) {
    return fmt::format(
        R"({{"alarms":{},"changed_ms":{},"messages":2,"opener":"us","parties":["ru","us"],"precedence":"{}",
                  "state":"{}",
            "thread":"{}","unread":{},"waiting":{}}})",
        alarms, at(91), precedence, state, name, unread, waiting);
  };
  const ThreadList list = read(
      read_threads, fmt::format(R"({{"now_ms":{},"threads":[{},{},{},{}]}})", kNow.ms,
                                row("a", "routine", "settled", 0, 0, 0), row("b", "routine", "waiting", 0, 0, 1),
                                row("c", "immediate", "unread", 0, 1, 1), row("d", "priority", "overdue", 1, 0, 1)));
  EXPECT_EQ(threads_text(Terminal(), list.threads, list.now, false),
            "thread  with    precedence  messages  last                  stands\n"
            "us/d    ru, us  priority           2  10:01:31 (4 min ago)  OVERDUE: 1 message of ours; 1 awaited\n"
            "us/c    ru, us  IMMEDIATE          2  10:01:31 (4 min ago)  1 not read here; 1 awaited\n"
            "us/b    ru, us  routine            2  10:01:31 (4 min ago)  1 awaited\n"
            "it is 2026-11-22 10:05:31 UTC\n");
  EXPECT_THAT(threads_text(Terminal(), list.threads, list.now, true), HasSubstr("us/a"));
  EXPECT_EQ(threads_text(Terminal(), {}, list.now, false),
            "nothing waits; --all also lists threads in which nothing waits\n");
}

TEST(TalkText, WhatIsOverdueIsSaidWithWhatIsKnown) {
  const OverdueList list =
      read(read_overdue,
           fmt::format(
               R"({{"alarms":[{{"due_ms":{},"elapsed_ms":1,"hash":"{}","heard_ms":{},"needs":"read","opener":"us",
                  "peer":"ru",
              "precedence":"stop","receipt":"received","rounds":1,"thread":"t1","watch":"unattended"}}],"now_ms":{},
              "owed":[{{"due_ms":{},"from":"fr","hash":"{}","needs":"answer","opener":"fr","overdue":true,
              "precedence":"routine","state":"read","thread":"t2"}}]}})",
               at(271), digits('a'), at(330), kNow.ms, at(301), digits('b')));
  EXPECT_EQ(overdue_text(Terminal(), list),
            "it is 2026-11-22 10:05:31 UTC\n"
            "OVERDUE  us/t1  STOP: that it is read from ru, due 10:04:31 (1 min ago)\n"
            "    ru: received, not read; its node was heard 10:05:30 (1 s ago); NOBODY is on watch there\n"
            "    alarmed once; tansiq message acknowledge aaaaaaaaaaaa\n"
            "WE ARE LATE  fr/t2: fr waits for an answer, due 10:05:01 (30 s ago); here read\n"
            "    tansiq message answer bbbbbbbbbbbb\n");
  EXPECT_EQ(overdue_text(Terminal(), {.now = kNow, .alarms = {}, .owed = {}}),
            "it is 2026-11-22 10:05:31 UTC\nno receipt is overdue that we wait for\nnobody waits for us\n");
}

TEST(TalkText, LinesSayWhatIsMissing) {
  const LineList list =
      read(read_lines,
           fmt::format(
               R"({{"lines":[{{"answered_ms":{},"checked_ms":{},"checkpoint_age_ms":2000,"checks":3,"missed":false,
                  "peer":"fr",
              "waiting":false,"watch":{{"state":"attended","text":"night","time_ms":{}}}}},
              {{"checks":1,"fault":"link","missed":true,"peer":"ru","waiting":false,"watch":{{"state":"unknown"}}}}],
              "now_ms":{},"self":"us","watch":{{"state":"unattended","text":"","time_ms":{}}}}})",
               at(301), at(300), at(31), kNow.ms, at(151)));
  EXPECT_EQ(lines_text(Terminal(), list),
            "us (here): NOBODY is on watch, as said 10:02:31 (3 min ago); it is 2026-11-22 10:05:31 UTC\n"
            "line  fr: answered 10:05:01 (30 s ago); its node was heard 2 s ago\n"
            "    an officer is on watch, as said 10:00:31 (5 min ago): night\n"
            "MISSED  ru: nothing comes from there: the LINK; its node has not been heard since ours runs\n"
            "    it has not said whether anybody is on watch\n");
}

TEST(TalkText, TheReadBackSaysAllThatWillBeSaid) {
  const ReadBack back =
      read(read_read_back, fmt::format(
                               R"({{"floor":true,"moved":[{{"earlier":"{}","metres":850,"name":"camp","shown":"camp"}},
              {{"earlier":"{}","metres":2000,"name":"gate","shown":"gate"}}],
              "parts":[{{"part":{{"text":{{"language":"en","text":"Stop."}}}},"shown":"Stop."}},
              {{"part":{{"position":{{"lat_e7":353300000,"lng_e7":401400000,"name":"camp"}}}},"shown":"camp"}}],
              "recipients":[{{"peer":"fr","watch":{{"state":"attended","text":"","time_ms":{}}}}},
              {{"peer":"ru","watch":{{"state":"unattended","text":"","time_ms":{}}}}}],"refused":"too much waits",
              "usable_ms":600000}})",
                               digits('e'), digits('0'), at(0), at(31)));
  coordination::Letter letter;
  letter.recipients = {AuthorityId::trusted("fr"), AuthorityId::trusted("ru")};
  letter.thread = coordination::ThreadId::trusted("t1");
  letter.precedence = coordination::Precedence::kStop;
  letter.needs = coordination::Needs::kRead;
  EXPECT_EQ(read_back_text(Terminal(), letter, back, kReader),
            "thread t1, to fr, ru  STOP  (whatever is frozen)\n"
            "    Stop.\n"
            "    camp: 35.33000N 040.14000E\n"
            "    MOVED: camp lies 850 m from where we put it in eeeeeeeeeeee\n"
            "    MOVED: gate is given twice here, 2.0 km apart\n"
            "    first time in 10 min\n"
            "    it is to be read, as soon as can be\n"
            "    ru: NOBODY is on watch, as said 10:00:31 (5 min ago)\n"
            "WOULD BE REFUSED: too much waits\n");
}

TEST(TalkText, AMessageIsNamedByItsFirstDigits) {
  const auto hash = [](std::string text) {
    text.resize(64, '0');
    return core::EntryHash::from_hex(text).value_or(core::EntryHash{});
  };
  const std::vector<core::EntryHash> known{hash("aabbcc1"), hash("aabbcc2"), hash("ddeeff"), hash("ddeeff")};
  EXPECT_EQ(hash_from("aabbcc1", known, "x").value_or(core::EntryHash{}), known[0]);
  EXPECT_EQ(hash_from("ddeeff", known, "x").value_or(core::EntryHash{}), known[2]);
  EXPECT_EQ(hash_from("aabbcc", known, "x").error().code, ErrorCode::kConflict);
  EXPECT_EQ(hash_from("aabbcd", known, "x").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(hash_from("aabb", known, "x").error().code, ErrorCode::kInvalid);
  EXPECT_EQ(hash_from("AABBCC1", known, "x").error().code, ErrorCode::kInvalid);
  EXPECT_TRUE(hash_from(digits('9'), known, "x")) << "a whole hash need not be known here";
}

TEST(TalkText, SpansAndMoments) {
  EXPECT_EQ(elapsed_text(0), "0 s");
  EXPECT_EQ(elapsed_text(59'999), "59 s");
  EXPECT_EQ(elapsed_text(200'000), "3 min 20 s");
  EXPECT_EQ(elapsed_text(7'500'000), "2 h 05 min");
  EXPECT_EQ(elapsed_text(100LL * 3'600'000), "4 d 4 h");
  EXPECT_EQ(moment_with_span(kNow, kNow), "10:05:31 (0 s ago)");
  EXPECT_EQ(moment_text(kNow - 86'400'000, kNow), "2026-11-21 10:05:31");
}

}  // namespace
}  // namespace tansiq::cli
