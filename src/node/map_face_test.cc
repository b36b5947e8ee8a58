// Ranges of the base map.
#include "node/map_face.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "base/temporary_folder.h"
#include "node/node_testlib.h"

namespace tansiq::node {
namespace {

/// A file that begins as a PMTiles file does; each further byte follows from its place.
std::string content(std::size_t bytes) {
  std::string out = "PMTiles\x03";
  while (out.size() < bytes) out += static_cast<char>('a' + out.size() % 26);
  return out;
}

std::filesystem::path write(const TemporaryFolder& folder, const std::string& text) {
  const std::filesystem::path path = folder.path() / "map.pmtiles";
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

net::Request asked(std::string_view range, std::string_view if_range = {}, net::Method method = net::Method::kGet) {
  net::Request request = net::make_request(method, "/map.pmtiles");
  if (!range.empty()) request.headers.add("Range", range);
  if (!if_range.empty()) request.headers.add("If-Range", if_range);
  return request;
}

class MapFaceTest : public ::testing::Test {
 protected:
  explicit MapFaceTest(std::size_t bytes = 1'000) : text_(content(bytes)) {
    auto map = MapFace::open(write(folder_, text_));
    EXPECT_TRUE(map) << map.error().text();
    map_ = *map;
  }
  net::Response get(std::string_view range, std::string_view if_range = {}) {
    auto response = map_->answer(asked(range, if_range));
    EXPECT_TRUE(response) << response.error().text();
    return response ? std::move(*response) : net::Response{};
  }
  const TemporaryFolder folder_;
  const std::string text_;
  std::shared_ptr<const MapFace> map_;
};
class LargeMapTest : public MapFaceTest {
 protected:
  LargeMapTest() : MapFaceTest(kMapRangeBytesMax + 100) {}
};

TEST_F(MapFaceTest, GivesTheRangeThatIsAskedFor) {
  struct Case {
    const char* range;
    std::size_t from, bytes;
  };
  for (const Case& c : {Case{"bytes=0-0", 0, 1}, Case{"bytes=10-19", 10, 10}, Case{"bytes=990-", 990, 10},
                        Case{"bytes=990-5000", 990, 10}, Case{"bytes=-7", 993, 7}, Case{"bytes=-5000", 0, 1'000}}) {
    const net::Response response = get(c.range);
    EXPECT_EQ(response.status, 206) << c.range;
    EXPECT_EQ(response.body, text_.substr(c.from, c.bytes)) << c.range;
    EXPECT_EQ(response.headers.find("Content-Range"), fmt::format("bytes {}-{}/1000", c.from, c.from + c.bytes - 1));
  }
}

TEST_F(MapFaceTest, WhatIsNoRangeIsIgnored) {
  for (const char* range : {"", "bytes=", "bytes=5", "bytes=9-3", "bytes=a-b", "bytes=-", "bytes=1-2,5-6", "lines=1-2",
                            "bytes=18446744073709551616-"}) {
    const net::Response response = get(range);
    EXPECT_EQ(response.status, 200) << range;
    EXPECT_EQ(response.body, text_);
  }
}

TEST_F(MapFaceTest, BehindTheEndThereIsNothing) {
  for (const char* range : {"bytes=1000-", "bytes=1000-1001", "bytes=18446744073709551615-", "bytes=-0"}) {
    const net::Response response = get(range);
    EXPECT_EQ(response.status, 416) << range;
    EXPECT_EQ(response.headers.find("Content-Range"), "bytes */1000");
  }
}

TEST_F(MapFaceTest, ARangeOfAnotherFileIsNotMixedIn) {
  const std::string tag(get("bytes=0-1").headers.find("ETag").value_or(""));
  EXPECT_EQ(get("bytes=2-3", tag).status, 206);
  EXPECT_EQ(get("bytes=2-3", "\"other\"").status, 200) << "all of it, as it is now";
}

TEST_F(LargeMapTest, NobodyGetsMoreThanTheBoundAtOnce) {
  EXPECT_EQ(map_->answer(asked("")).error().code, ErrorCode::kInvalid);
  EXPECT_EQ(map_->answer(asked("bytes=0-")).error().code, ErrorCode::kInvalid);
  const net::Response most = get(fmt::format("bytes=100-{}", kMapRangeBytesMax + 99));
  EXPECT_EQ(most.status, 206);
  EXPECT_EQ(most.body, text_.substr(100));
  const auto head = map_->answer(asked("bytes=0-1", {}, net::Method::kHead));
  ASSERT_TRUE(head);
  EXPECT_EQ(head->status, 204);
  EXPECT_EQ(head->headers.find("Accept-Ranges"), "bytes");
}

TEST(MapFace, OtherFilesAreRefused) {
  const TemporaryFolder folder;
  EXPECT_EQ(MapFace::open(folder.path() / "none").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(MapFace::open(write(folder, "PMTiles\x02 and more")).error().code, ErrorCode::kInvalid);
  EXPECT_EQ(MapFace::open(write(folder, "")).error().code, ErrorCode::kInvalid);
}

TEST(MapOfANode, IsForWhoeverIsLetIn) {
  const TemporaryFolder folder;
  const std::string text = content(5'000);
  TestNode t([&](NodeConfig& config) { config.console.map = write(folder, text); });
  EXPECT_EQ(t.get("/map.pmtiles").status, 401);
  const auto part = t.client(t.token("x", {"intents.read"}))
                        ->send(net::Method::kGet, "/map.pmtiles", {{"Range", "bytes=4000-4003"}}, "");
  ASSERT_TRUE(part) << part.error().text();
  EXPECT_EQ(part->status, 206);
  EXPECT_EQ(part->body, text.substr(4'000, 4));
  TestNode without;
  EXPECT_EQ(without.get("/map.pmtiles", without.token("x", {"intents.read"})).status, 404);
}

}  // namespace
}  // namespace tansiq::node
