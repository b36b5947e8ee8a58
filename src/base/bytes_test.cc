#include "base/bytes.h"

#include <gtest/gtest.h>

#include <array>

#include "base/random.h"

namespace tansiq {
namespace {

// RFC 4648 section 10.
TEST(Base64, HasTheStandardVectors) {
  const std::pair<std::string_view, std::string_view> vectors[] = {{"", ""},
                                                                   {"f", "Zg=="},
                                                                   {"fo", "Zm8="},
                                                                   {"foo", "Zm9v"},
                                                                   {"foob", "Zm9vYg=="},
                                                                   {"fooba", "Zm9vYmE="},
                                                                   {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, coded] : vectors) {
    EXPECT_EQ(to_base64(as_bytes(plain)), coded);
    const auto back = from_base64(coded);
    ASSERT_TRUE(back);
    EXPECT_EQ(as_text(*back), plain);
  }
}

TEST(Base64, RefusesEverySecondSpelling) {
  for (const std::string_view bad :
       {"Zg", "Zg=", "Zh==", "Zm9=", "Zg==\n", " Zg==", "Z===", "====", "Zm9v=", "Zm-_", "Zg==Zg=="}) {
    EXPECT_FALSE(from_base64(bad)) << bad;
  }
  for (const std::string_view bad : {"Zg==", "Zh", "Zm+/", "Z"}) EXPECT_FALSE(from_base64url(bad)) << bad;
}

TEST(Bytes, RoundTripsInEveryForm) {
  SeededRandom random(1);
  for (std::size_t size = 0; size < 200; ++size) {
    Bytes bytes(size);
    for (auto& b : bytes) b = static_cast<std::uint8_t>(random.next());
    EXPECT_EQ(from_base64(to_base64(bytes)), bytes);
    EXPECT_EQ(from_base64url(to_base64url(bytes)), bytes);
    EXPECT_EQ(from_hex(to_hex(bytes)), bytes);
  }
}

TEST(Hex, RefusesWhatIsNot) {
  EXPECT_FALSE(from_hex("abc"));
  EXPECT_FALSE(from_hex("zz"));
  EXPECT_EQ(from_hex("ABcd"), (Bytes{0xab, 0xcd}));
  std::array<std::uint8_t, 2> two{};
  EXPECT_TRUE(from_hex("0aFf", two));
  EXPECT_EQ(two, (std::array<std::uint8_t, 2>{0x0a, 0xff}));
  EXPECT_FALSE(from_hex("0aF", two));
  EXPECT_FALSE(from_hex("0aFf00", two));
  EXPECT_FALSE(from_hex("0aF\xff", two));
}

TEST(Bytes, ComparesInConstantTime) {
  EXPECT_TRUE(equal_constant_time(as_bytes("secret"), as_bytes("secret")));
  EXPECT_FALSE(equal_constant_time(as_bytes("secret"), as_bytes("secreT")));
  EXPECT_FALSE(equal_constant_time(as_bytes("secret"), as_bytes("secre")));
}

}  // namespace
}  // namespace tansiq
