#include "node/charter_notes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "log/sha256.h"

namespace tansiq::node {
namespace {

// The form of a note; whose signature it is does not matter here.
std::string note(int version) {
  return "charter " + std::to_string(version) + "\n\n\xE2\x80\x94 us.example/x AAAAAAAA\n";
}

TEST(CharterNotes, KeepTheNewestFewAndNothingThatIsNoNote) {
  CharterNotes notes;
  EXPECT_EQ(notes.keep(log::sha256("x"), "x").error().code, ErrorCode::kMalformed);
  EXPECT_FALSE(notes.find(log::sha256("x")));
  // One that the page of proposed charters cannot quote.
  const std::string odd = note(9) + "\xE2\x80\x94 x\xEF\xB7\x90y AAAAAAA=\n";
  EXPECT_EQ(notes.keep(log::sha256(odd), odd).error().code, ErrorCode::kMalformed);
  EXPECT_FALSE(notes.find(log::sha256(odd)));
  for (int i = 0; i < 6; ++i) {
    const Status kept = notes.keep(log::sha256(note(i)), note(i));
    ASSERT_TRUE(kept.has_value()) << kept.error().text();
  }
  EXPECT_FALSE(notes.find(log::sha256(note(1))));
  EXPECT_EQ(notes.find(log::sha256(note(2))), note(2));
  EXPECT_EQ(notes.find(log::sha256(note(5))), note(5));
}

TEST(CharterNotes, AreFetchedBesideWhatElseIs) {
  CharterNotes notes;
  BodyFetcher::Config base;
  std::vector<std::string> kept;
  unsigned failed = 0;
  base.wanted = [](const coordination::Coalition&, const AuthorityId&) { return BodyFetcher::Wanted{}; };
  base.keep = [&](CoreThread&, const coordination::WantedBody&, std::string bytes) -> Status {
    kept.push_back(std::move(bytes));
    return {};
  };
  base.failed = [&](CoreThread&, const coordination::WantedBody&, const Error&, unsigned) { ++failed; };
  const BodyFetcher::Config both = with_charter_notes(std::move(base), notes);
  // Neither looks at the core thread; there is none.
  CoreThread* const none = nullptr;
  const coordination::WantedBody file{.body = log::sha256("file"), .bytes = 4, .peer = AuthorityId::trusted("us")};
  const coordination::WantedBody text{
      .body = log::sha256(note(2)), .bytes = coordination::kBytesNotSaid, .peer = AuthorityId::trusted("us")};
  EXPECT_TRUE(both.keep(*none, file, "file"));
  EXPECT_TRUE(both.keep(*none, text, note(2)));
  EXPECT_THAT(kept, ::testing::ElementsAre("file"));
  EXPECT_EQ(notes.find(text.body), note(2));
  both.failed(*none, file, {ErrorCode::kNotFound, "", {}}, 1);
  both.failed(*none, text, {ErrorCode::kNotFound, "", {}}, 1);
  EXPECT_EQ(failed, 1U) << "the desk of attachments knows nothing of charters";
}

}  // namespace
}  // namespace tansiq::node
