// How attachments stand in the store: apart from all other bodies, found again, and dropped where a crash left half.
#include "node/attachment_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "log/sha256.h"
#include "node/peer_testlib.h"

namespace tansiq::node {
namespace {

using coordination::AttachmentHere;
using coordination::TalkAttachments;

const std::string kFile = "what the radar saw";

class AttachmentStore : public ::testing::Test {
 protected:
  log::Hash put(const std::string& file, std::optional<AuthorityId> from) {
    const std::string body = attachment_body(file);
    const AttachmentHere here{.bytes = static_cast<std::int64_t>(file.size()),
                              .from = std::move(from),
                              .kept = log::sha256(body),
                              .since = UtcMs{1'000}};
    const std::string key = attachment_key(log::sha256(file));
    const std::string row = attachment_row(here);
    const store::NewBody bodies[] = {{here.kept, as_bytes(body)}};
    const store::NewMeta meta[] = {{key, as_bytes(row)}};
    EXPECT_TRUE(fr_.store().append({.entries = {}, .bodies = bodies, .meta = meta}).has_value());
    return here.kept;
  }
  std::optional<std::string> read(const std::string& file) {
    const auto read = read_attachment(*fr_.reader(), log::sha256(file));
    EXPECT_TRUE(read.has_value()) << read.error().text();
    return read.value_or(std::nullopt);
  }
  test::PeerStore fr_{"fr"};
};

TEST_F(AttachmentStore, GivesBackTheBytesAndWhatIsKnownOfThem) {
  put(kFile, AuthorityId::trusted("us"));
  put("", {});
  EXPECT_EQ(read(kFile), kFile);
  EXPECT_EQ(read(""), "") << "an empty file is one";
  EXPECT_EQ(read("another"), std::nullopt);
  TalkAttachments all;
  ASSERT_TRUE(learn_attachments(fr_.store(), *fr_.reader(), all).has_value());
  ASSERT_EQ(all.here().size(), 2U);
  const AttachmentHere& here = all.here().at(log::sha256(kFile));
  EXPECT_EQ(here.bytes, static_cast<std::int64_t>(kFile.size()));
  EXPECT_EQ(here.from, AuthorityId::trusted("us"));
  EXPECT_EQ(here.since, UtcMs{1'000});
  EXPECT_EQ(here.kept, log::sha256(attachment_body(kFile)));
}

// The same bytes, kept as something else, are another row: to destroy one leaves the other.
TEST_F(AttachmentStore, StandsUnderAnotherHashThanItsOwn) {
  const store::NewBody other[] = {{log::sha256(kFile), as_bytes(kFile)}};
  ASSERT_TRUE(fr_.store().append({.entries = {}, .bodies = other, .meta = {}}).has_value());
  EXPECT_EQ(read(kFile), std::nullopt) << "it is no attachment";
  const log::Hash kept = put(kFile, {});
  ASSERT_TRUE(fr_.store().destroy_body(kept).has_value());
  const auto left = fr_.reader()->body(log::sha256(kFile));
  ASSERT_TRUE(left.has_value());
  EXPECT_TRUE(left->has_value());
}

// After a crash between the two steps of destruction what is left is dropped.
TEST_F(AttachmentStore, WhatACrashHasLeftIsDropped) {
  const log::Hash kept = put(kFile, {});
  put("whole", {});
  ASSERT_TRUE(fr_.store().destroy_body(kept).has_value());
  TalkAttachments all;
  ASSERT_TRUE(learn_attachments(fr_.store(), *fr_.reader(), all).has_value());
  EXPECT_EQ(all.here().size(), 1U);
  EXPECT_FALSE(fr_.reader()->meta(attachment_key(log::sha256(kFile))).value().has_value());
  EXPECT_EQ(read("whole"), "whole");
}

TEST_F(AttachmentStore, RowsThatAreNoneAreRefused) {
  for (const std::string_view row : {"", "{}", "[]", R"({"bytes":"3","kept":"","since_ms":1})"}) {
    EXPECT_EQ(read_attachment_row(row).error().code, ErrorCode::kCorrupt) << row;
  }
}

}  // namespace
}  // namespace tansiq::node
