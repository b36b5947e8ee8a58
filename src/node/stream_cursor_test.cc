#include "node/stream_cursor.h"

#include <gtest/gtest.h>

namespace tansiq::node {
namespace {

TEST(StreamCursor, IsReadAsItWasWritten) {
  for (const StreamCursor& cursor : {StreamCursor{}, StreamCursor::at(1), StreamCursor{42, 41}, StreamCursor{0, 9},
                                     StreamCursor::at(1'000'000'000'000'000'000)}) {
    const auto read = StreamCursor::parse(cursor.text());
    ASSERT_TRUE(read.has_value()) << cursor.text() << ": " << read.error().text();
    EXPECT_EQ(*read, cursor) << cursor.text();
  }
  EXPECT_EQ((StreamCursor{42, 41}.text()), "41.40");
  EXPECT_EQ(StreamCursor{}.text(), "-.-");
}

TEST(StreamCursor, NothingElseIsOne) {
  for (const char* text :
       {"", "41", ".", "41.", ".40", "41.40.1", "041.40", "-1.4", "4 .4", "--.-", "9999999999999999999.1"}) {
    const auto read = StreamCursor::parse(text);
    ASSERT_FALSE(read.has_value()) << text;
    EXPECT_EQ(read.error().where, "Last-Event-ID");
  }
}

}  // namespace
}  // namespace tansiq::node
