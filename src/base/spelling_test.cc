#include "base/spelling.h"

#include <gtest/gtest.h>

namespace tansiq {
namespace {

TEST(EditDistance, CountsInsertionsDeletionsAndReplacements) {
  EXPECT_EQ(edit_distance("upper", "upper"), 0U);
  EXPECT_EQ(edit_distance("uper", "upper"), 1U);
  EXPECT_EQ(edit_distance("uppper", "upper"), 1U);
  EXPECT_EQ(edit_distance("upher", "upper"), 1U);
  EXPECT_EQ(edit_distance("lwoer", "lower"), 2U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("abc", ""), 3U);
}

}  // namespace
}  // namespace tansiq
