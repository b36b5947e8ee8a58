#include "node/node_testlib.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>

namespace tansiq::node {

TestNode::TestNode(const std::function<void(NodeConfig&)>& adjust) {
  config_.data_dir = folder_.path() / "data";
  config_.listen_port = 0;
  config_.clock = &clock_;
  config_.tick_every_ms = 0;
  if (adjust) adjust(config_);
  open();
}

TestNode::~TestNode() {
  if (node_) (void)stop();
}

void TestNode::open() {
  auto opened = Node::open(config_);
  if (!opened) {
    ADD_FAILURE() << "the node does not open: " << opened.error().text();
    std::abort();
  }
  node_ = std::move(*opened);
  if (const Status started = node_->start(); !started) {
    ADD_FAILURE() << "the node does not start: " << started.error().text();
    std::abort();
  }
}

Status TestNode::stop() {
  node_->stop();
  return node_->wait();
}

void TestNode::restart() {
  const Status stopped = stop();
  EXPECT_TRUE(stopped.has_value()) << stopped.error().text();
  node_.reset();
  open();
}

std::string TestNode::token(std::string_view subject, const std::vector<std::string>& scopes) const {
  auto token = node_->mint_token(subject, scopes, 3'600'000);
  EXPECT_TRUE(token.has_value()) << token.error().text();
  return token.value_or("");
}

std::unique_ptr<net::HttpClient> TestNode::client(std::string token) const {
  net::HttpClientOptions options;
  options.base_url = node_->address();
  options.bearer_token = std::move(token);
  auto client = net::HttpClient::create(std::move(options));
  EXPECT_TRUE(client.has_value()) << client.error().text();
  return std::move(*client);
}

net::ClientResponse TestNode::get(std::string_view target, const std::string& token) const {
  auto response = client(token)->get(target);
  EXPECT_TRUE(response.has_value()) << response.error().text();
  return response ? std::move(*response) : net::ClientResponse{};
}

net::ClientResponse TestNode::send(net::Method method, std::string_view target, std::string_view body,
                                   const std::string& token) const {
  auto response = client(token)->send(method, target, {{"Content-Type", "application/json"}}, body);
  EXPECT_TRUE(response.has_value()) << response.error().text();
  return response ? std::move(*response) : net::ClientResponse{};
}

std::string volume_json(std::int64_t start_min, std::int64_t minutes, std::int64_t lower_fl, std::int64_t upper_fl,
                        std::int64_t east_e7) {
  const std::int64_t start = kTestStart.ms + start_min * 60'000;
  return fmt::format(R"({{"band":{{"lower_cm":{},"ref":"fl","upper_cm":{}}},)"
                     R"("outline":{{"circle":{{"centre":[350000000,{}],"radius_cm":100000}}}},)"
                     R"("window":{{"end_ms":{},"start_ms":{}}}}})",
                     lower_fl * 3'048, upper_fl * 3'048, 342'000'000 + east_e7, start + minutes * 60'000, start);
}

std::string create_json(std::string_view command, const std::string& volumes, std::string_view flight) {
  return fmt::format(R"({{"command_id":"{}","flight":"{}","volumes":[{}]}})", command, flight, volumes);
}

}  // namespace tansiq::node
