// What a recovery asks for and when it ends, with a peer that a test plays.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "base/temporary_folder.h"
#include "node/head_note.h"
#include "node/node_testlib.h"
#include "node/recovery.h"
#include "node/replication_testlib.h"

namespace tansiq::node {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using namespace test;

constexpr const char* kMembers = "us.example/members";
constexpr const char* kWithFr = "us.example/with/fr";
constexpr const char* kWithUk = "us.example/with/uk";
constexpr const char* kFrMembers = "fr.example/members";
constexpr const char* kUkMembers = "uk.example/members";
const AuthorityId kUs = AuthorityId::trusted("us");
const AuthorityId kFr = AuthorityId::trusted("fr");
const Acceptance kAccepted{kTestStart, core::Subject::trusted("officer"), core::Subject::trusted("chief")};

log::SignerKey key_of(const std::string& name) { return *log::SignerKey::generate(name, log::KeyType::kEd25519); }

/// A peer that answers about each log what the log's author would.
class PlayedPeer final : public PullTransport {
 public:
  explicit PlayedPeer(std::map<std::string, Author>& authors) : authors_(authors) {}
  Result<std::string> ask(const PullQuestion& question, std::string_view /*note*/) override {
    const auto at = authors_.find(question.log);
    return at == authors_.end() ? PullAnswerWriter(question.from, "").finish({}) : at->second.answer(question);
  }
  void interrupt() override {}

 private:
  std::map<std::string, Author>& authors_;
};

/// The node `us` in the charter with its peer `fr`.
class RecoveryLines : public ::testing::Test {
 protected:
  RecoveryLines() { open(); }

  void open() {
    store_.reset();
    notes_.add_own(*us_.renamed(us_.name()));
    store::SqliteStoreOptions options;
    options.folder = (folder_.path() / "data").string();
    options.origin = us_.name();
    options.background_checkpoints = false;
    options.sign = [this](store::LogId, std::string_view origin, std::uint64_t size, const log::Hash& root) {
      return notes_.sign(origin, size, root);
    };
    auto opened = store::SqliteStore::open(std::move(options));
    ASSERT_TRUE(opened.has_value()) << opened.error().text();
    store_ = std::move(*opened);
  }
  static core::Charter charter(std::int64_t version, const log::SignerKey& us, const log::SignerKey& fr) {
    core::Charter out;
    out.version = version;
    out.authorities = {{.id = kFr, .name = "fr", .keys = {fr.verifier().text()}, .peer = core::Peer{}},
                       {.id = kUs, .name = "us", .keys = {us.verifier().text()}, .peer = core::Peer{}}};
    return out;
  }
  void begin(Recovery::Config config) {
    logs_.emplace(*LogBook::open(*store_, *config.charter, kUs));
    store_->begin_recovery("for a test");
    config.self = kUs;
    config.clock = &clock_;
    config.since = kTestStart;
    config.wait_ms = 0;
    config.main_whole = true;
    auto started = Recovery::start(std::move(config), *store_, *logs_, [this](const core::Authority&) {
      return Result<std::unique_ptr<PullTransport>>(std::make_unique<PlayedPeer>(authors_));
    });
    ASSERT_TRUE(started.has_value()) << started.error().text();
    recovery_ = std::move(*started);
  }
  /// Once every peer has been asked: whoever accepts before gives up what they have.
  RecoverTask finish(const std::optional<Acceptance>& accepted) {
    const auto asked = [](const RecoveringLog& log) {
      return log.whole || log.origin == "us.example/main" || log.origin == kWithUk;
    };
    while (!std::ranges::all_of(recovery_->standing({}).logs, asked)) std::this_thread::yield();
    while (true) {
      auto found = recovery_->try_finish(accepted, clock_.now());
      EXPECT_TRUE(found.has_value()) << found.error().text();
      if (!found) return {};
      if (*found) return std::move((*found)->task);
      std::this_thread::yield();
    }
  }
  /// Of a log that others sign: entries `us` holds.
  void hold(const Author& author, const std::string& answer) {
    Replica mirror = fresh_replica(author);
    const auto read = *read_pull_answer(answer);
    const Judgement judged = mirror.judge(read);
    ASSERT_EQ(judged.verdict, Verdict::kExtends) << judged.reason;
    notes_.expect(mirror.origin(), judged.head_note);
    const store::LogId log = *store_->add_log(mirror.origin());
    std::vector<store::NewEntry> entries;
    for (const ByteView entry : judged.entries) entries.push_back({log, entry});
    const auto kept = store_->append({.entries = entries});
    ASSERT_TRUE(kept.has_value()) << kept.error().text();
  }

  TemporaryFolder folder_;
  TestClock clock_;
  HeadNotes notes_;
  log::SignerKey us_ = key_of("us.example/main");
  log::SignerKey fr_ = key_of("fr.example/main");
  std::unique_ptr<store::SqliteStore> store_;
  std::optional<LogBook> logs_;
  std::map<std::string, Author> authors_;  ///< By origin; what they say is played to this node.
  std::unique_ptr<Recovery> recovery_;     ///< Stops its threads before the rest goes.
};

// A copy from before the keys changed: what came after it is signed with keys that its charter does not name.
TEST_F(RecoveryLines, OwnLogsComeBackWhicheverKeyOfOursHasSignedThem) {
  const log::SignerKey later = key_of("us.example/main");
  const log::SignerKey unnamed = key_of("us.example/main");
  Author& members = authors_.emplace(kMembers, *later.renamed(kMembers)).first->second;
  members.append(envelope_entry(1, 1'000));
  members.append(envelope_entry(2, 1'000));
  Author& pair = authors_.emplace(kWithFr, *unnamed.renamed(kWithFr)).first->second;
  pair.append(envelope_entry(3, 1'000));
  const core::Charter in_force = charter(1, us_, fr_);
  begin({.charter = &in_force,
         .self = {},
         .reason = {},
         .since = {},
         .versions = {in_force, charter(2, later, fr_)},
         .own_keys = {unnamed.verifier()}});
  const RecoverTask task = finish(kAccepted);
  EXPECT_EQ(task.what.came_back, 3U);
  EXPECT_EQ(task.entries.size(), 3U);
  EXPECT_THAT(task.notes, ElementsAre(std::pair<std::string, std::string>(kMembers, members.note()),
                                      std::pair<std::string, std::string>(kWithFr, pair.note())));
  EXPECT_THAT(task.what.given_up, ElementsAre("us.example/main"));
  // Screens that look after the lines have been emptied see what was found.
  const RecoveryStanding standing = recovery_->standing(kAccepted);
  ASSERT_EQ(standing.logs.size(), 3U);
  EXPECT_EQ(standing.logs[0].came_back, 2U);
  EXPECT_EQ(standing.logs[1].came_back, 1U);
  EXPECT_EQ(standing.missing(), 0U);
  EXPECT_EQ(standing.accepted, kAccepted);
}

TEST_F(RecoveryLines, MirrorsThatStandUnderAFormerKeyAreReadOn) {
  const log::SignerKey now = key_of("fr.example/main");
  Author held(*fr_.renamed(kFrMembers));
  Author& speaks = authors_.emplace(kFrMembers, *now.renamed(kFrMembers)).first->second;
  for (Author* author : {&held, &speaks}) author->append(envelope_entry(1, 1'000));
  hold(held, held.answer({.log = kFrMembers, .under = {}}));
  speaks.append(envelope_entry(2, 1'000));
  const core::Charter in_force = charter(2, us_, now);
  begin({.charter = &in_force, .self = {}, .reason = {}, .since = {}, .versions = {charter(1, us_, fr_), in_force}});
  ASSERT_NE(recovery_, nullptr);
  EXPECT_EQ(finish({}).entries.size(), 1U);
}

// The author has lost what we had read of him, or is no member any more: that is his to say, and holds up nobody here.
TEST_F(RecoveryLines, AMirrorThatStaysBehindItsMarkHoldsNothingUp) {
  const store::LogId fr = *store_->add_log(kFrMembers);
  const store::LogId uk = *store_->add_log(kUkMembers);
  ASSERT_TRUE(store_->raise_floor(fr, {5, log::sha256(std::string_view("lost"))}).has_value());
  ASSERT_TRUE(store_->raise_floor(uk, {7, log::sha256(std::string_view("lost"))}).has_value());
  const core::Charter in_force = charter(1, us_, fr_);
  begin({.charter = &in_force, .self = {}, .reason = {}, .since = {}});
  const RecoverTask task = finish({});
  EXPECT_THAT(task.given_up, ElementsAre(fr, uk));
  EXPECT_TRUE(task.what.given_up.empty()) << "nobody has to answer for what others have said";
  ASSERT_TRUE(store_->recover({}, task.given_up).has_value());
  recovery_.reset();
  open();
  EXPECT_FALSE(store_->recovering());
}

// A log of our own that the copy's charter does not know was signed, and nobody here can ask for it: officers answer.
TEST_F(RecoveryLines, ALogOfOursWithAPeerThatTheCopyDoesNotKnowIsAnsweredForByOfficers) {
  const store::LogId uk = *store_->add_log(kWithUk);
  ASSERT_TRUE(store_->raise_floor(uk, {3, log::sha256(std::string_view("lost"))}).has_value());
  const core::Charter in_force = charter(1, us_, fr_);
  begin({.charter = &in_force, .self = {}, .reason = {}, .since = {}});
  EXPECT_THAT(recovery_->standing({}).text, HasSubstr("us.example/with/uk: 3 entries had been published, 0 are held"));
  const RecoverTask task = finish(kAccepted);
  EXPECT_THAT(task.what.given_up, ElementsAre("us.example/with/uk", "us.example/main"));
  EXPECT_THAT(task.given_up, ElementsAre(uk, store::kMainLog));
  EXPECT_EQ(task.by, kAccepted.by);
}

}  // namespace
}  // namespace tansiq::node
