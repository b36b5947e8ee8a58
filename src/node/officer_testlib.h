// Officers for tests: passwords that cost little, and a clock that stands still.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "node/officer_book.h"

namespace tansiq::node {

/// The least that Argon2id takes.
inline constexpr PasswordCost kTestCost{1, 8};
inline constexpr const char* kTestPassword = "correct horse battery";

inline OfficerSecret test_secret(const std::string& password = kTestPassword) {
  auto secret = make_secret(password, kTestCost);
  EXPECT_TRUE(secret.has_value());
  return secret.value_or(OfficerSecret{});
}

}  // namespace tansiq::node
