// The officers of the demo at a real node: accounts, sessions, links.
#include "cli/levant_office.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/temporary_folder.h"
#include "cli/wire.h"
#include "node/coalition_figures.h"
#include "node/node.h"
#include "node/officer_book.h"

namespace tansiq::cli {
namespace {

using ::testing::HasSubstr;

TEST(LevantOffice, MakesAccountsThatMayActAtOnce) {
  const TemporaryFolder folder;
  const auto office = LevantOffice::found(folder.path(), "http://127.0.0.1:1", random_password(), {"capt.hale"});
  ASSERT_TRUE(office.has_value()) << office.error().text();
  const auto book = node::OfficerBook::open(folder.path());
  ASSERT_TRUE(book.has_value());
  std::vector<std::string> names;
  for (const node::OfficerAccount& account : (*book)->accounts()) {
    EXPECT_TRUE(account.acts()) << account.name;
    EXPECT_EQ(account.role == node::OfficerRole::kSupervisor, account.name == "chief");
    names.push_back(account.name);
  }
  EXPECT_EQ(names, (std::vector<std::string>{"capt.hale", "chief", "deputy", "visitor", "watch"}));
  EXPECT_FALSE((*book)->attended()) << "nobody is put on watch by another";
}

TEST(LevantOffice, PasswordsAreLongAndNewEachTime) {
  EXPECT_GE(random_password().size(), node::kPasswordCharactersMin);
  EXPECT_NE(random_password(), random_password());
}

TEST(LevantOffice, SignsInOnceAndMakesLinksThatAreGoodOnce) {
  const TemporaryFolder folder;
  const auto port = node::free_loopback_port();
  ASSERT_TRUE(port.has_value());
  auto office = LevantOffice::found(folder.path(), fmt::format("http://127.0.0.1:{}", *port), random_password(), {});
  ASSERT_TRUE(office.has_value()) << office.error().text();
  node::NodeConfig config;
  config.data_dir = folder.path();
  config.listen_port = *port;
  auto opened = node::Node::open(config);
  ASSERT_TRUE(opened.has_value()) << opened.error().text();
  ASSERT_TRUE((*opened)->start().has_value());

  const auto watch = office->at("watch");
  ASSERT_TRUE(watch.has_value()) << watch.error().text();
  const auto session = (*watch)->get("/v1/session");
  ASSERT_TRUE(session.has_value()) << session.error().text();
  EXPECT_THAT(text_of(session->root(), "subject"), HasSubstr("watch@"));
  const auto again = office->at("watch");
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(*again, *watch);

  const auto link = office->link(std::string(kVisitor));
  ASSERT_TRUE(link.has_value()) << link.error().text();
  const std::string before = fmt::format("http://127.0.0.1:{}/#/link/", *port);
  ASSERT_TRUE(link->starts_with(before)) << *link;
  const std::string body = fmt::format(R"({{"bearer":true,"secret":"{}"}})", link->substr(before.size()));
  NodeOptions options;
  options.node = fmt::format("http://127.0.0.1:{}", *port);
  options.token = "none";
  auto stranger = NodeClient::open(options);
  ASSERT_TRUE(stranger.has_value());
  const auto entered = stranger->send(net::Method::kPost, "/v1/session/link/redeem", body);
  ASSERT_TRUE(entered.has_value()) << entered.error().text();
  EXPECT_EQ(text_of(entered->root(), "name"), kVisitor);
  EXPECT_EQ(text_of(entered->root(), "role"), "officer");
  EXPECT_FALSE(stranger->send(net::Method::kPost, "/v1/session/link/redeem", body).has_value());

  EXPECT_FALSE(office->at("nobody").has_value());
  (*opened)->stop();
  EXPECT_TRUE((*opened)->wait().has_value());
}

}  // namespace
}  // namespace tansiq::cli
