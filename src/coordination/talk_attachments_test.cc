// Files that messages carry: who may have them, what is fetched, what is kept and for how long. What is to be done is
// compared with an oracle that looks at everything.
#include "coordination/talk_attachments.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/random.h"
#include "coordination/talk_testlib.h"
#include "log/sha256.h"

namespace tansiq::coordination {
namespace {

using namespace talk_testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::int64_t kMiB = 1 << 20;

TalkAttachment file(std::string_view name, std::int64_t bytes = 3) {
  return {.bytes = bytes, .media_type = "image/png", .name = std::string(name), .sha256 = log::sha256(name)};
}
AttachmentHere here_with(std::int64_t bytes, std::optional<AuthorityId> from = {}, UtcMs since = kNoon) {
  return {.bytes = bytes, .from = std::move(from), .kept = log::sha256("kept"), .since = since};
}
EntryHash message(std::string_view name) { return log::sha256(name); }

// The desk ------------------------------------------------------------------------------------------------------------

class TalkAttachmentsOfDesk : public ::testing::Test {
 protected:
  Letter with(std::vector<TalkAttachment> files, std::vector<std::string_view> to = {"fr"}) {
    Letter out = letter(std::move(to));
    out.attachments = std::move(files);
    return out;
  }
  Party us{"us"};
  Party fr{"fr"};
  const TalkAttachment map = file("map");
};

TEST_F(TalkAttachmentsOfDesk, ALetterNamesOnlyWhatIsHere) {
  EXPECT_EQ(us.desk->send(with({map}), us.now).error().code, ErrorCode::kMismatch);
  us.desk->attachments().keep(map.sha256, here_with(3));
  TalkAttachment longer = map;
  longer.bytes = 4;
  const auto refused = us.desk->send(with({map, longer}), us.now);
  EXPECT_EQ(refused.error().code, ErrorCode::kMismatch);
  EXPECT_EQ(refused.error().where, "attachments[1].bytes");
  EXPECT_EQ(answer(us.desk->send(with({map}), us.now)), "done");
}

TEST_F(TalkAttachmentsOfDesk, GoesToThePartiesOfTheMessageAndNobodyElse) {
  us.desk->attachments().keep(map.sha256, here_with(3));
  EXPECT_FALSE(us.desk->may_serve(map.sha256, who("fr"))) << "an upload is nobody's";
  const Line line = us.act(us.desk->send(with({map}), us.now))[0];
  EXPECT_TRUE(us.desk->may_serve(map.sha256, who("fr")));
  EXPECT_FALSE(us.desk->may_serve(map.sha256, who("ru")));
  // Who has received it gives it to nobody, and whoever names its hash gets nothing by that.
  fr.read(line);
  fr.run();
  fr.desk->attachments().keep(map.sha256, here_with(3, who("us")));
  EXPECT_FALSE(fr.desk->may_serve(map.sha256, who("us")));
  EXPECT_FALSE(fr.desk->may_serve(map.sha256, who("ru")));
}

TEST_F(TalkAttachmentsOfDesk, IsFetchedOnceOfficersSeeTheMessage) {
  us.desk->attachments().keep(map.sha256, here_with(3));
  const Line line = us.act(us.desk->send(with({map}), us.now))[0];
  fr.read(line);
  EXPECT_THAT(fr.desk->attachments().wanted(who("us"), 9), IsEmpty()) << "nobody is shown it yet";
  fr.run();
  ASSERT_THAT(fr.desk->attachments().wanted(who("us"), 9), SizeIs(1));
  EXPECT_THAT(fr.desk->attachments().wanted(who("ru"), 9), IsEmpty());
  EXPECT_EQ(fr.desk->attachments().wanted(who("us"), 9)[0].bytes, 3U);
  // It is wanted again after every way back, and what is here after a restart is told anew.
  fr.restart();
  EXPECT_THAT(fr.desk->attachments().wanted(who("us"), 9), SizeIs(1));
  fr.restore();
  EXPECT_THAT(fr.desk->attachments().wanted(who("us"), 9), SizeIs(1));
  fr.desk->attachments().keep(map.sha256, here_with(3, who("us")));
  EXPECT_THAT(fr.desk->attachments().wanted(who("us"), 9), IsEmpty());
}

TEST_F(TalkAttachmentsOfDesk, OfWhatIsTurnedAwayNothingIsFetched) {
  us.desk->attachments().keep(map.sha256, here_with(3));
  const Line line = us.act(us.desk->send(with({map}), us.now))[0];
  fr.freeze("us");
  fr.read(line);
  fr.run();
  EXPECT_EQ(fr.count("talk.refused"), 1U);
  EXPECT_THAT(fr.desk->attachments().wanted(who("us"), 9), IsEmpty());
}

/// Destroyed with its message, at both sides.
TEST_F(TalkAttachmentsOfDesk, GoesWithTheMessage) {
  us.desk->attachments().keep(map.sha256, here_with(3));
  const Line line = us.act(us.desk->send(with({map}), us.now))[0];
  fr.read(line);
  fr.run();
  fr.desk->attachments().keep(map.sha256, here_with(3, who("us")));
  fr.act(fr.desk->read(line.hash));
  deliver(us, fr);
  for (Party* party : {&us, &fr}) {
    EXPECT_THAT(party->desk->attachments().unneeded(party->now + kTalkKeepMs, 9), IsEmpty());
    party->now = party->now + kTalkKeepMs + 1;
    party->say(WatchSet{.attended = true, .text = ""});
    EXPECT_THAT(party->desk->attachments().unneeded(party->now, 9), ElementsAre(map.sha256));
  }
  EXPECT_FALSE(us.desk->may_serve(map.sha256, who("fr")));
}

// What is here --------------------------------------------------------------------------------------------------------

TEST(TalkAttachments, AnUploadThatNobodyNamesGoesAfterADay) {
  TalkAttachments all;
  all.keep(message("f"), here_with(3));
  EXPECT_THAT(all.unneeded(kNoon + kAttachmentLooseMs - 1, 9), IsEmpty());
  EXPECT_THAT(all.unneeded(kNoon + kAttachmentLooseMs, 9), SizeIs(1));
  all.keep(message("f"), here_with(3, {}, kNoon + 1));
  EXPECT_THAT(all.unneeded(kNoon + kAttachmentLooseMs, 9), IsEmpty()) << "it has come again";
  all.name_sent(message("f"), message("m"), who("fr"));
  EXPECT_THAT(all.unneeded(kUtcMax, 9), IsEmpty());
  all.forget(message("f"));
  EXPECT_EQ(all.bytes(), 0);
  all.unname(message("f"), message("m"));
  EXPECT_THAT(all.unneeded(kUtcMax, 9), IsEmpty());
}

TEST(TalkAttachments, WhatCannotBeHadIsSaid) {
  TalkAttachments all;
  const TalkAttachment map = file("map");
  all.name_heard(map, message("m"), who("us"));
  EXPECT_EQ(all.standing(map, who("us")).state, AttachmentState::kWanted);
  all.failed(map.sha256, who("us"), {.state = AttachmentState::kWanted, .trouble = "the link is cut"});
  EXPECT_EQ(all.standing(map, who("us")).trouble, "the link is cut");
  EXPECT_THAT(all.wanted(who("us"), 9), SizeIs(1)) << "for now";
  all.failed(map.sha256, who("us"), {.state = AttachmentState::kRefused, .trouble = "other bytes"});
  EXPECT_EQ(all.standing(map, who("us")).state, AttachmentState::kRefused);
  EXPECT_THAT(all.wanted(who("us"), 9), IsEmpty()) << "for good";
  // Another who names it may still have it.
  all.name_heard(map, message("n"), who("ru"));
  EXPECT_THAT(all.wanted(who("ru"), 9), SizeIs(1));
  all.keep(map.sha256, here_with(3, who("ru")));
  EXPECT_EQ(all.standing(map, who("us")).state, AttachmentState::kHere);
  TalkAttachment lie = map;
  lie.bytes = 5;
  EXPECT_EQ(all.standing(lie, who("us")).state, AttachmentState::kRefused) << "it has another size";
  EXPECT_EQ(all.standing(file("x"), {}).state, AttachmentState::kGone) << "of ours, and not here";
}

TEST(TalkAttachments, WhatIsTooLargeIsNotAskedFor) {
  TalkAttachments all;
  const TalkAttachment huge = file("film", static_cast<std::int64_t>(kAttachmentBytesMax) + 1);
  all.name_heard(huge, message("m"), who("us"));
  EXPECT_THAT(all.wanted(who("us"), 9), IsEmpty());
  EXPECT_EQ(all.standing(huge, who("us")).state, AttachmentState::kRefused);
  EXPECT_EQ(all.may_keep(huge.sha256, huge.bytes, who("us")).error().code, ErrorCode::kTooLarge);
}

/// A peer that sends too much waits for its own room; others and we have ours.
TEST(TalkAttachments, APeerHasItsRoomAndNoMore) {
  TalkAttachments all;
  std::size_t kept = 0;
  for (; kept < kAttachmentsMax; ++kept) {
    const TalkAttachment one = file(fmt::format("us-{}", kept), 4 * kMiB);
    all.name_heard(one, message(fmt::format("m{}", kept)), who("us"));
    if (!all.may_keep(one.sha256, one.bytes, who("us"))) break;
    all.keep(one.sha256, here_with(one.bytes, who("us")));
  }
  EXPECT_EQ(kept, kAttachmentsPeerBytesMax / kAttachmentBytesMax);
  const TalkAttachment last = file(fmt::format("us-{}", kept), 4 * kMiB);
  EXPECT_THAT(all.wanted(who("us"), 9), IsEmpty());
  EXPECT_EQ(all.standing(last, who("us")).state, AttachmentState::kWanted);
  EXPECT_THAT(all.standing(last, who("us")).trouble, HasSubstr("the attachments of us"));
  const TalkAttachment other = file("ru", 4 * kMiB);
  all.name_heard(other, message("of ru"), who("ru"));
  EXPECT_TRUE(all.may_keep(other.sha256, other.bytes, who("ru")).has_value());
  EXPECT_TRUE(all.may_keep(message("ours"), 4 * kMiB, {}).has_value());
  // Room that comes free is used.
  all.unname(file("us-0").sha256, message("m0"));
  EXPECT_THAT(all.unneeded(kNoon, 9), ElementsAre(file("us-0").sha256)) << "at once: it was fetched for a message";
  all.forget(file("us-0").sha256);
  EXPECT_THAT(all.wanted(who("us"), 9), SizeIs(1));
}

/// A file of one byte takes a place as well.
TEST(TalkAttachments, PlacesAreSharedToo) {
  TalkAttachments all;
  const auto fill = [&](std::string_view peer) {
    std::size_t kept = 0;
    for (; kept < kAttachmentsMax; ++kept) {
      const TalkAttachment one = file(fmt::format("{}-{}", peer, kept), 1);
      all.name_heard(one, message(fmt::format("{}{}", peer, kept)), who(peer));
      if (!all.may_keep(one.sha256, one.bytes, who(peer))) break;
      all.keep(one.sha256, here_with(one.bytes, who(peer)));
    }
    return kept;
  };
  EXPECT_EQ(fill("us"), kAttachmentsMax / 4);
  EXPECT_EQ(fill("fr"), kAttachmentsMax / 4);
  EXPECT_EQ(fill("il"), kAttachmentsMax / 4);
  EXPECT_EQ(fill("ru"), 0U) << "the last quarter is ours";
  EXPECT_TRUE(all.may_keep(message("ours"), 1, {}).has_value());
}

TEST(TalkAttachments, WhatNobodyNamesAnyMoreIsNotKept) {
  TalkAttachments all;
  EXPECT_EQ(all.may_keep(message("f"), 3, who("us")).error().code, ErrorCode::kNotFound);
  all.name_heard(file("f"), message("m"), who("us"));
  EXPECT_EQ(all.may_keep(message("f"), 3, who("ru")).error().code, ErrorCode::kNotFound) << "not of that peer";
  EXPECT_TRUE(all.may_keep(message("f"), 3, who("us")).has_value());
}

// Against an oracle ---------------------------------------------------------------------------------------------------

struct Named {
  TalkAttachment file;
  EntryHash message;
  AuthorityId peer;
  bool ours = false;
};

TEST(TalkAttachments, IsAsAnOracleSaysThatLooksAtEverything) {
  SeededRandom random(4711);
  TalkAttachments all;
  std::vector<Named> names;
  std::map<EntryHash, AttachmentHere> here;
  std::set<std::pair<AuthorityId, EntryHash>> over;
  const std::vector<AuthorityId> peers{who("fr"), who("ru")};
  const auto pick = [&](std::uint64_t n) { return random.next() % n; };
  UtcMs now = kNoon;
  for (int step = 0; step < 4'000; ++step) {
    now = now + static_cast<DurationMs>(pick(3'600'000));
    const TalkAttachment one = file(fmt::format("f{}", pick(6)));
    const AuthorityId peer = peers[pick(2)];
    const auto names_it = [&](const Named& n) { return !n.ours && n.peer == peer && n.file.sha256 == one.sha256; };
    switch (pick(5)) {
      case 0: {
        const Named fresh{one, message(fmt::format("m{}", step)), peer, pick(2) == 0};
        names.push_back(fresh);
        if (fresh.ours) {
          all.name_sent(one.sha256, fresh.message, peer);
        } else {
          all.name_heard(one, fresh.message, peer);
        }
        break;
      }
      case 1:
        if (!names.empty()) {
          const std::size_t at = pick(names.size());
          const Named gone = names[at];
          names.erase(names.begin() + static_cast<std::ptrdiff_t>(at));
          all.unname(gone.file.sha256, gone.message);
          const bool more = std::ranges::any_of(names, [&](const Named& n) {
            return !n.ours && n.peer == gone.peer && n.file.sha256 == gone.file.sha256;
          });
          if (!more) over.erase({gone.peer, gone.file.sha256});
        }
        break;
      case 2: {
        std::optional<AuthorityId> from;
        if (pick(2) == 0) from = peer;
        if (all.may_keep(one.sha256, 3, from)) {
          all.keep(one.sha256, here_with(3, from, now));
          const auto [at, placed] = here.try_emplace(one.sha256, here_with(3, from, now));
          if (!placed && !from) at->second.since = now;
        }
        break;
      }
      case 3:
        if (std::ranges::any_of(names, names_it) && !here.contains(one.sha256)) over.insert({peer, one.sha256});
        all.failed(one.sha256, peer, {.state = AttachmentState::kGone, .trouble = {}});
        break;
      default:
        for (const EntryHash& file : all.unneeded(now, 2)) {
          all.forget(file);
          here.erase(file);
        }
    }
    for (const AuthorityId& of : peers) {
      std::set<EntryHash> wanted;
      for (const Named& n : names) {
        if (!n.ours && n.peer == of && !here.contains(n.file.sha256) && !over.contains({of, n.file.sha256})) {
          wanted.insert(n.file.sha256);
        }
      }
      std::set<EntryHash> told;
      for (const WantedBody& body : all.wanted(of, 99)) told.insert(body.body);
      ASSERT_EQ(told, wanted) << "step " << step;
      for (int f = 0; f < 6; ++f) {
        const EntryHash hash = file(fmt::format("f{}", f)).sha256;
        const bool may =
            std::ranges::any_of(names, [&](const Named& n) { return n.ours && n.peer == of && n.file.sha256 == hash; });
        ASSERT_EQ(all.may_serve(hash, of), may) << "step " << step;
      }
    }
    std::set<EntryHash> loose;
    for (const auto& [hash, row] : here) {
      const bool named = std::ranges::any_of(names, [&](const Named& n) { return n.file.sha256 == hash; });
      if (!named && (row.from || row.since + kAttachmentLooseMs <= now)) loose.insert(hash);
    }
    const std::vector<EntryHash> told = all.unneeded(now, 99);
    ASSERT_EQ(std::set<EntryHash>(told.begin(), told.end()), loose) << "step " << step;
    ASSERT_EQ(all.bytes(), static_cast<std::int64_t>(3 * here.size()));
  }
}

}  // namespace
}  // namespace tansiq::coordination
