// The console's files: types, entity tags, compression, the policy, and that no path leads elsewhere.
#include "node/console_face.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <fstream>

#include "base/temporary_folder.h"
#include "node/node_testlib.h"

namespace tansiq::node {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::array<ConsoleAsset, 4> kAssets{{
    {"/assets/index-BJ2k1.js", "aa11", "console.log(1)", "packed script"},
    {"/assets/world-C9d0.json", "bb22", "{}", {}},
    {"/icon.svg", "cc33", "<svg/>", {}},
    {"/index.html", "dd44", "<!doctype html>the console", "packed page"},
}};

net::Request asked(std::string_view target,
                   std::initializer_list<std::pair<std::string_view, std::string_view>> headers = {},
                   net::Method method = net::Method::kGet) {
  net::Request request = net::make_request(method, target);
  for (const auto& [name, value] : headers) request.headers.add(name, value);
  return request;
}

std::string header(const net::Response& response, std::string_view name) {
  return std::string(response.headers.find(name).value_or("(none)"));
}

TEST(ConsoleFace, ThePageIsForWhoeverAsksForHtml) {
  const ConsoleFace face(kAssets);
  const auto page = face.answer(asked("/", {{"Accept", "text/html,application/xhtml+xml,*/*;q=0.8"}}));
  ASSERT_TRUE(page);
  EXPECT_EQ(page->status, 200);
  EXPECT_EQ(page->body_view(), "<!doctype html>the console");
  EXPECT_EQ(header(*page, "Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(header(*page, "Cache-Control"), "no-cache");
  EXPECT_THAT(header(*page, "Vary"), HasSubstr("Accept,")) << "or a proxy gives the one for the other";
  EXPECT_FALSE(face.answer(asked("/"))) << "a program gets what the API says";
  EXPECT_FALSE(face.answer(asked("/", {{"Accept", "*/*"}})));
  EXPECT_FALSE(face.answer(asked("/", {{"Accept", "text/html;q=0, */*"}})));
  EXPECT_TRUE(face.answer(asked("/index.html")));
}

TEST(ConsoleFace, EveryAnswerHasThePolicy) {
  const ConsoleFace face(kAssets);
  for (const ConsoleAsset& asset : kAssets) {
    const auto response = face.answer(asked(asset.path));
    ASSERT_TRUE(response) << asset.path;
    const std::string policy = header(*response, "Content-Security-Policy");
    EXPECT_TRUE(policy.starts_with("default-src 'none'; script-src 'self'; ")) << policy;
    for (const char* part : {"base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'", "connect-src 'self'"}) {
      EXPECT_THAT(policy, HasSubstr(part));
    }
    EXPECT_THAT(policy, Not(HasSubstr("unsafe")));
    EXPECT_THAT(policy, Not(HasSubstr("http")));
    EXPECT_EQ(header(*response, "X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(header(*response, "Referrer-Policy"), "no-referrer");
    EXPECT_EQ(header(*response, "Cross-Origin-Opener-Policy"), "same-origin");
    EXPECT_EQ(header(*response, "Cross-Origin-Resource-Policy"), "same-origin");
    EXPECT_THAT(header(*response, "Permissions-Policy"), HasSubstr("geolocation=()"));
  }
}

TEST(ConsoleFace, TypesFollowFromNames) {
  const ConsoleFace face(kAssets);
  EXPECT_EQ(header(*face.answer(asked("/assets/index-BJ2k1.js")), "Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(header(*face.answer(asked("/assets/world-C9d0.json")), "Content-Type"), "application/json");
  EXPECT_EQ(header(*face.answer(asked("/icon.svg")), "Content-Type"), "image/svg+xml");
}

TEST(ConsoleFace, WhatHasAHashInItsNameIsKeptForEver) {
  const ConsoleFace face(kAssets);
  EXPECT_EQ(header(*face.answer(asked("/assets/index-BJ2k1.js")), "Cache-Control"),
            "public, max-age=31536000, immutable");
  EXPECT_EQ(header(*face.answer(asked("/icon.svg")), "Cache-Control"), "no-cache");
}

TEST(ConsoleFace, IsCompressedForWhoTakesThat) {
  const ConsoleFace face(kAssets);
  const auto packed = face.answer(asked("/assets/index-BJ2k1.js", {{"Accept-Encoding", "br, gzip;q=0.8"}}));
  ASSERT_TRUE(packed);
  EXPECT_EQ(packed->body_view(), "packed script");
  EXPECT_EQ(header(*packed, "Content-Encoding"), "gzip");
  EXPECT_EQ(header(*packed, "ETag"), "\"aa11-gz\"") << "other bytes, another tag";
  for (const char* coding : {"", "br", "gzip;q=0", "gzip;q=0.000", "xgzip"}) {
    const auto raw = face.answer(asked("/assets/index-BJ2k1.js", {{"Accept-Encoding", coding}}));
    ASSERT_TRUE(raw);
    EXPECT_EQ(raw->body_view(), "console.log(1)") << coding;
    EXPECT_EQ(header(*raw, "Content-Encoding"), "(none)");
    EXPECT_EQ(header(*raw, "Vary"), "Accept-Encoding");
  }
  EXPECT_EQ(face.answer(asked("/icon.svg", {{"Accept-Encoding", "gzip"}}))->body_view(), "<svg/>");
}

TEST(ConsoleFace, WhoHasItIsToldSo) {
  const ConsoleFace face(kAssets);
  for (const char* known : {"\"cc33\"", "W/\"cc33\"", "\"x\", \"cc33\"", "*"}) {
    const auto same = face.answer(asked("/icon.svg", {{"If-None-Match", known}}));
    ASSERT_TRUE(same);
    EXPECT_EQ(same->status, 304) << known;
    EXPECT_EQ(same->body_view(), "");
    EXPECT_EQ(header(*same, "ETag"), "\"cc33\"");
  }
  EXPECT_EQ(face.answer(asked("/icon.svg", {{"If-None-Match", "\"cc3\""}}))->status, 200);
  EXPECT_EQ(face.answer(asked("/index.html", {{"If-None-Match", "\"dd44\""}, {"Accept-Encoding", "gzip"}}))->status,
            200)
      << "those bytes it has not";
}

TEST(ConsoleFace, OtherPathsAreNotItsOwn) {
  const ConsoleFace face(kAssets);
  for (const char* path : {"/v1/zones", "/assets", "/assets/", "/assets/gone-1.js", "/map", "/index.html/",
                           "//index.html", "/%69ndex.html"}) {
    EXPECT_FALSE(face.answer(asked(path, {{"Accept", "text/html"}}))) << path;
  }
  const auto post = face.answer(asked("/icon.svg", {}, net::Method::kPost));
  ASSERT_TRUE(post);
  EXPECT_EQ(post->status, 405);
  EXPECT_EQ(header(*post, "Allow"), "GET, HEAD");
}

TEST(ConsoleFace, WithoutAConsoleThePageSaysSo) {
  const ConsoleFace face(std::span<const ConsoleAsset>{});
  const auto page = face.answer(asked("/", {{"Accept", "text/html"}}));
  ASSERT_TRUE(page);
  EXPECT_THAT(std::string(page->body_view()), HasSubstr("has no console"));
  EXPECT_THAT(header(*page, "Content-Security-Policy"), HasSubstr("default-src 'none'"));
  EXPECT_FALSE(face.answer(asked("/icon.svg")));
}

void write(const std::filesystem::path& path, std::string_view text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path) << text;
}

TEST(ConsoleFace, AFolderIsServedAsItStands) {
  const TemporaryFolder folder;
  const std::filesystem::path root = folder.path() / "dist";
  EXPECT_EQ(ConsoleFace::create(root).error().code, ErrorCode::kIo);
  write(root / "assets" / "a-1.css", "body{}");
  EXPECT_EQ(ConsoleFace::create(root).error().code, ErrorCode::kNotFound) << "it has no page";
  write(root / "index.html", "one");
  write(folder.path() / "secret.key", "secret");
  std::filesystem::create_symlink(folder.path() / "secret.key", root / "link.txt");
  std::filesystem::create_directory_symlink(folder.path(), root / "up");
  auto face = ConsoleFace::create(root);
  ASSERT_TRUE(face) << face.error().text();
  EXPECT_EQ((*face)->answer(asked("/index.html"))->body_view(), "one");
  EXPECT_EQ((*face)->answer(asked("/assets/a-1.css"))->body_view(), "body{}");
  for (const char* path : {"/link.txt", "/up/secret.key", "/%2e%2e%2fsecret.key", "/assets/..%2F..%2Fsecret.key"}) {
    EXPECT_FALSE((*face)->answer(asked(path))) << path;
  }
  write(root / "index.html", "two");
  write(root / "assets" / "b-2.css", "p{}");
  EXPECT_FALSE((*face)->answer(asked("/assets/b-2.css"))) << "files are looked for when the page is asked for";
  EXPECT_EQ((*face)->answer(asked("/index.html"))->body_view(), "two");
  EXPECT_EQ((*face)->answer(asked("/assets/b-2.css"))->body_view(), "p{}");
  std::filesystem::remove(root / "index.html");
  EXPECT_EQ((*face)->answer(asked("/index.html"))->body_view(), "two") << "in the middle of a build";
}

TEST(ConsoleOfANode, IsServedBesideTheApi) {
  const TemporaryFolder folder;
  write(folder.path() / "index.html", "<!doctype html>the console");
  TestNode t([&](NodeConfig& config) { config.console.folder = folder.path(); });
  const auto client = t.client();
  const auto page = client->send(net::Method::kGet, "/", {{"Accept", "text/html"}}, "");
  ASSERT_TRUE(page) << page.error().text();
  EXPECT_EQ(page->status, 200);
  EXPECT_EQ(page->body, "<!doctype html>the console");
  const std::string tag(page->headers.find("ETag").value_or(""));
  const auto again = client->send(net::Method::kGet, "/", {{"Accept", "text/html"}, {"If-None-Match", tag}}, "");
  ASSERT_TRUE(again) << again.error().text();
  EXPECT_EQ(again->status, 304);
  const auto head = client->send(net::Method::kHead, "/index.html", {}, "");
  ASSERT_TRUE(head) << head.error().text();
  EXPECT_EQ(head->status, 200);
  EXPECT_EQ(head->body, "");
  EXPECT_EQ(head->headers.find("ETag"), tag);
  EXPECT_THAT(t.get("/").body, HasSubstr("/openapi.yaml")) << "for programs";
  EXPECT_EQ(t.get("/nowhere").status, 404);
  EXPECT_EQ(t.get("/assets/node.key").status, 404);
}

TEST(ConsoleOfANode, CanBeSwitchedOff) {
  TestNode t([](NodeConfig& config) { config.console.enabled = false; });
  const auto page = t.client()->send(net::Method::kGet, "/", {{"Accept", "text/html"}}, "");
  ASSERT_TRUE(page) << page.error().text();
  EXPECT_THAT(page->body, HasSubstr("/openapi.yaml"));
  EXPECT_EQ(t.get("/index.html").status, 404);
}

TEST(ConsoleOfANode, AFolderWithoutAPageIsRefused) {
  const TemporaryFolder folder;
  TestClock clock;
  NodeConfig config;
  config.data_dir = folder.path() / "data";
  config.clock = &clock;
  config.console.folder = folder.path();
  const auto node = Node::open(config);
  ASSERT_FALSE(node);
  EXPECT_THAT(node.error().message, HasSubstr("index.html"));
}

}  // namespace
}  // namespace tansiq::node
