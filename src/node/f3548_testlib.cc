#include "node/f3548_testlib.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "base/json_in.h"
#include "node/default_charter.h"

namespace tansiq::node {
namespace {

constexpr std::string_view kAudience = "dss.example";

}  // namespace

TestDss::TestDss(Served served, const std::function<void(NodeConfig&)>& adjust)
    : served_(served), signer_(*net::JwtSigner::generate(net::JwtAlgorithm::kEs256)) {
  if (served == Served::kAlone) {
    alone_ = std::make_unique<TestNode>(adjust);
    return;
  }
  LoopbackCoalition::Setup setup;
  setup.charter = [](core::Charter& charter) {
    charter.valid_from = kTestStart - 86'400'000;
    make_region(charter, 0);
  };
  const auto keys = folder_.path() / "keys.json";
  std::ofstream(keys) << fmt::format(R"({{"keys":[{}]}})", signer_.key().jwk_json());
  setup.config = [this, keys](NodeConfig& config) {
    config.clock = &clock_;
    config.auth.audiences = {std::string(kAudience)};
    config.auth.issuers = {{.name = "lab", .jwks_file = keys.string()}};
  };
  auto started = LoopbackCoalition::start(folder_.path(), 2, setup);
  if (!started) {
    ADD_FAILURE() << "the nodes do not start: " << started.error().text();
    std::abort();
  }
  pair_ = std::move(*started);
}

TestDss::~TestDss() = default;

void TestDss::make_region(core::Charter& charter, unsigned keeper) {
  std::erase_if(charter.zones, [](const core::Zone& zone) { return zone.background; });
  charter.zones.push_back(region_zone(LoopbackCoalition::authority(keeper)));
  std::ranges::sort(charter.zones, {}, &core::Zone::id);
}

std::string TestDss::token(std::string_view subject, const std::vector<std::string>& scopes) const {
  if (alone_) return alone_->token(subject, scopes);
  const std::int64_t now = SystemClock().now().ms / 1'000;
  return signer_.sign(fmt::format(R"({{"iss":"lab","sub":"{}","aud":"{}","scope":"{}","exp":{}}})", subject, kAudience,
                                  fmt::join(scopes, " "), now + 3'000));
}

std::unique_ptr<net::HttpClient> TestDss::client(const std::string& token) {
  if (alone_) return alone_->client(token);
  const unsigned i = served_ == Served::kFromAnother ? 1 : turn_.fetch_add(1) % 2;
  auto client = net::HttpClient::create({.base_url = pair_->node(i).address(), .bearer_token = token});
  EXPECT_TRUE(client.has_value()) << client.error().text();
  return std::move(*client);
}

net::ClientResponse TestDss::send(net::Method method, std::string_view target, std::string_view body,
                                  const std::string& token) {
  auto response = client(token)->send(method, target, {{"Content-Type", "application/json"}}, body);
  EXPECT_TRUE(response.has_value()) << response.error().text();
  return response ? std::move(*response) : net::ClientResponse{};
}

std::string at(const net::ClientResponse& reply, std::string_view path) {
  const auto document = JsonDocument::parse(reply.body);
  if (!document) return "not JSON";
  JsonValue value = document->root();
  while (!path.empty()) {
    if (path.front() == '.') path.remove_prefix(1);
    if (path.front() == '[') {
      const std::size_t i = static_cast<std::size_t>(path[1] - '0');
      if (i >= value.size()) return {};
      value = value[i];
      path.remove_prefix(3);
      continue;
    }
    const std::size_t end = std::min(path.find_first_of(".["), path.size());
    const auto member = value.find(path.substr(0, end));
    if (!member) return {};
    value = *member;
    path.remove_prefix(end);
  }
  switch (value.kind()) {
    case JsonValue::Kind::kString:
      return std::string(*value.string());
    case JsonValue::Kind::kNumber:
      return fmt::format("{}", *value.integer());
    case JsonValue::Kind::kBoolean:
      return *value.boolean() ? "true" : "false";
    default:
      return fmt::format("[{}]", value.size());
  }
}

}  // namespace tansiq::node
