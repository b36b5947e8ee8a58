#include "node/f3548_figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "base/random.h"
#include "f3548/uuid.h"
#include "net/http_client.h"
#include "net/loadgen.h"
#include "node/node.h"

namespace tansiq::node {
namespace {

constexpr std::string_view kIntents = "/dss/v1/operational_intent_references/";
constexpr std::string_view kSubscriptions = "/dss/v1/subscriptions/";
/// 0.02° apart, two kilometres: neighbours share cells, others do not.
constexpr double kStep = 0.02;
constexpr std::uint64_t kColumns = 1'500;

std::string quoted(std::string_view body, std::string_view member) {
  const std::string key = fmt::format("\"{}\":\"", member);
  const std::size_t at = body.find(key);
  if (at == std::string_view::npos) return {};
  const std::size_t begin = at + key.size();
  return std::string(body.substr(begin, body.find('"', begin) - begin));
}

/// A circle at a place, between two heights in centimetres, for the next hours.
struct Area {
  double lat = 0;
  double lng = 0;
  double radius_m = 50;
  std::uint64_t low_cm = 40'000;
  std::uint64_t high_cm = 52'000;
};

class Bench {
 public:
  explicit Bench(const F3548Run& run) : run_(run), random_(static_cast<std::uint64_t>(SystemClock().now().ms)) {}

  Status open() {
    std::string url = run_.url;
    token_ = run_.token;
    if (url.empty()) {
      NodeConfig config;
      config.data_dir = run_.folder / "dss";
      config.listen_port = 0;
      config.snapshot_every_entries = 0;
      node_ = TRY(Node::open(config));
      TRY_VOID(node_->start());
      url = node_->address();
      token_ = TRY(node_->mint_token("bench", {"utm.strategic_coordination", "utm.constraint_processing"}, 86'400'000));
    }
    base_ = TRY(net::BaseUrl::parse(url));
    if (base_.tls) return fail(ErrorCode::kUnsupported, "the load generator speaks plain HTTP only", "--url");
    net::HttpClientOptions options;
    options.base_url = url;
    options.bearer_token = token_;
    client_ = TRY(net::HttpClient::create(std::move(options)));
    const UtcMs now = SystemClock().now();
    start_ = format_utc(UtcMs{now.ms / 1'000 * 1'000 + 600'000});
    end_ = format_utc(UtcMs{now.ms / 1'000 * 1'000 + 4 * 3'600'000});
    return {};
  }

  Status busy(F3548Figures& out) {
    // The rest of the cell: as high as heights go, so that everybody meets them; below each other's levels are the
    // intents that are written again and again.
    const Area whole{.lat = 46.5, .lng = 6.6, .low_cm = 0, .high_cm = 9'000'000};
    std::vector<std::string> keys;
    for (std::size_t i = 0; i < run_.busy_intents; ++i) {
      const auto made = TRY(put(next_id(), "", whole, keys));
      keys.push_back(quoted(made, "ovn"));
    }
    const std::string key = key_member(keys);
    std::deque<Writer> ready;
    for (std::size_t i = 0; i < run_.connections; ++i) {
      const Area own{.lat = 46.5, .lng = 6.6, .low_cm = 1'000 + 20 * i, .high_cm = 1'010 + 20 * i};
      Writer writer{next_id(), {}, own};
      writer.ovn = quoted(TRY(put(writer.id, "", own, keys)), "ovn");
      ready.push_back(std::move(writer));
    }
    const net::LoadFigures load = TRY(rewrite(std::move(ready), [&](const Writer&) { return key; }));
    if (load.errors > 0) return fail(ErrorCode::kInternal, fmt::format("{} writes were refused", load.errors), "busy");
    out.busy_per_second = load.per_second;
    out.busy_p99_ms = load.p99_ms;
    return {};
  }

  Status contended(F3548Figures& out) {
    constexpr std::size_t kWriters = 16;
    const Area here{.lat = 45.5, .lng = 6.6};
    std::vector<std::string> known(kWriters);
    std::deque<Writer> ready;
    for (std::size_t i = 0; i < kWriters; ++i) {
      Writer writer{next_id(), {}, here, i};
      writer.ovn = quoted(TRY(put(writer.id, "", here, known)), "ovn");
      known[i] = writer.ovn;
      ready.push_back(std::move(writer));
    }
    const net::LoadFigures load =
        TRY(rewrite(std::move(ready), [&](const Writer&) { return key_member(known); }, &known, kWriters));
    out.contended_refused_per_second = static_cast<double>(load.errors) / load.seconds;
    out.contended_per_second = load.per_second - out.contended_refused_per_second;
    return {};
  }

  Status spread(F3548Figures& out) {
    net::LoadOptions options = load_options();
    options.warm_up_ms = 0;
    options.run_ms = 3'600'000;
    options.requests_max = run_.spread_intents;
    options.next = [&](std::uint64_t i, net::LoadRequest& request) {
      if (i >= run_.spread_intents) return false;
      request.method = net::Method::kPut;
      request.target = std::string(kIntents) + next_id();
      request.body = body(spread_area(i), "[]");
      return true;
    };
    options.check = [](int status, std::string_view) { return status == 201; };
    const net::LoadFigures load = TRY(net::run_load(options));
    // Those of neighbouring places in one layer are refused where they share a cell: none, two kilometres apart.
    if (load.errors > 0)
      return fail(ErrorCode::kInternal, fmt::format("{} creates were refused", load.errors), "spread");
    out.spread_per_second = load.per_second;
    out.query_among = run_.spread_intents;
    return {};
  }

  Status query(F3548Figures& out) {
    net::LoadOptions options = load_options();
    options.connections = std::min<std::size_t>(run_.connections, 8);
    options.next = [&](std::uint64_t, net::LoadRequest& request) {
      Area area = spread_area(
          static_cast<std::uint64_t>(random_.between(0, static_cast<std::int64_t>(run_.spread_intents) - 1)));
      area.radius_m = std::sqrt(10e6 / 3.14159265);
      request.method = net::Method::kPost;
      request.target = std::string(kIntents) + "query";
      request.body = fmt::format(R"({{"area_of_interest":{}}})", volume(area));
      return true;
    };
    const net::LoadFigures load = TRY(net::run_load(options));
    if (load.errors > 0) return fail(ErrorCode::kInternal, fmt::format("{} queries failed", load.errors), "query");
    out.query_p99_ms = load.p99_ms;
    return {};
  }

  Status subscribers(F3548Figures& out) {
    const Area here{.lat = 44.5, .lng = 6.6};
    net::LoadOptions options = load_options();
    options.warm_up_ms = 0;
    options.run_ms = 3'600'000;
    options.requests_max = run_.subscriptions;
    options.next = [&](std::uint64_t i, net::LoadRequest& request) {
      if (i >= run_.subscriptions) return false;
      request.method = net::Method::kPut;
      request.target = std::string(kSubscriptions) + next_id();
      request.body = fmt::format(
          R"({{"extents":{},"uss_base_url":"https://uss{}.example","notify_for_operational_intents":true}})",
          volume(here), i % 100);
      return true;
    };
    options.check = [](int status, std::string_view) { return status == 200; };
    const net::LoadFigures made = TRY(net::run_load(options));
    if (made.errors > 0)
      return fail(ErrorCode::kInternal, fmt::format("{} were refused", made.errors), "subscriptions");
    Writer writer{next_id(), {}, here};
    writer.ovn = quoted(TRY(put(writer.id, "", here, {})), "ovn");
    std::deque<Writer> ready{std::move(writer)};
    const net::LoadFigures load =
        TRY(rewrite(std::move(ready), [](const Writer&) { return std::string("[]"); }, nullptr, 1));
    if (load.errors > 0)
      return fail(ErrorCode::kInternal, fmt::format("{} writes were refused", load.errors), "notices");
    out.subscriber_us = 1e6 / load.per_second / static_cast<double>(run_.subscriptions);
    return {};
  }

  Status close() {
    if (!node_) return {};
    node_->stop();
    return node_->wait();
  }

 private:
  /// One intent that is written again and again; nobody else writes it.
  struct Writer {
    std::string id;
    std::string ovn;
    Area area;
    std::size_t number = 0;
  };

  std::string next_id() {
    return f3548::Uuid::version_4(static_cast<std::uint64_t>(random_.between(0, INT64_MAX)), ++ids_).str();
  }
  /// Layers of places two kilometres apart; layers do not touch.
  [[nodiscard]] static Area spread_area(std::uint64_t i) {
    const std::uint64_t place = i % (kColumns * kColumns / 4);
    const std::uint64_t layer = i / (kColumns * kColumns / 4);
    return {.lat = 10 + static_cast<double>(place / kColumns) * 2 * kStep,
            .lng = 10 + static_cast<double>(place % kColumns) * 2 * kStep,
            .low_cm = 1'000 + layer * 20'000,
            .high_cm = 11'000 + layer * 20'000};
  }
  [[nodiscard]] std::string volume(const Area& a) const {
    return fmt::format(
        R"({{"volume":{{"outline_circle":{{"center":{{"lat":{:.6f},"lng":{:.6f}}},"radius":{{"value":{:.1f},"units":"M"}}}},)"
        R"("altitude_lower":{{"value":{:.2f},"reference":"W84","units":"M"}},)"
        R"("altitude_upper":{{"value":{:.2f},"reference":"W84","units":"M"}}}},)"
        R"("time_start":{{"value":"{}","format":"RFC3339"}},"time_end":{{"value":"{}","format":"RFC3339"}}}})",
        a.lat, a.lng, a.radius_m, static_cast<double>(a.low_cm) / 100, static_cast<double>(a.high_cm) / 100, start_,
        end_);
  }
  [[nodiscard]] std::string body(const Area& area, std::string_view key) const {
    return fmt::format(R"({{"extents":[{}],"state":"Accepted","uss_base_url":"https://bench.example","key":{}}})",
                       volume(area), key);
  }
  static std::string key_member(const std::vector<std::string>& ovns) {
    std::string out = "[";
    for (const std::string& ovn : ovns) {
      if (ovn.empty()) continue;
      fmt::format_to(std::back_inserter(out), "{}\"{}\"", out.size() == 1 ? "" : ",", ovn);
    }
    return out + "]";
  }

  Result<std::string> put(const std::string& id, const std::string& ovn, const Area& area,
                          const std::vector<std::string>& keys) {
    const std::string target = std::string(kIntents) + id + (ovn.empty() ? "" : "/" + ovn);
    const auto reply = TRY(
        client_->send(net::Method::kPut, target, {{"Content-Type", "application/json"}}, body(area, key_member(keys))));
    if (reply.status == 200 || reply.status == 201) return reply.body;
    return fail(ErrorCode::kInternal,
                fmt::format("{} answers {}: {}", target, reply.status, reply.body.substr(0, 500)));
  }

  net::LoadOptions load_options() const {
    net::LoadOptions options;
    options.address = base_.host;
    options.port = base_.port;
    options.connections = run_.connections;
    options.run_ms = run_.run_ms;
    options.bearer_token = token_;
    return options;
  }

  /// Every writer has one update under way at most: its next one needs the OVN of the last. `known` follows the OVNs.
  template <class Key>
  Result<net::LoadFigures> rewrite(std::deque<Writer> ready, Key&& key, std::vector<std::string>* known = nullptr,
                                   std::size_t connections = 0) {
    net::LoadOptions options = load_options();
    options.connections = connections == 0 ? ready.size() : connections;
    std::deque<Writer> under_way;
    options.next = [&](std::uint64_t, net::LoadRequest& request) {
      // Answers of refused updates do not say whose they are: those writers come back from the front.
      if (ready.empty()) {
        ready.push_back(std::move(under_way.front()));
        under_way.pop_front();
      }
      Writer writer = std::move(ready.front());
      ready.pop_front();
      request.method = net::Method::kPut;
      request.target = std::string(kIntents) + writer.id + "/" + writer.ovn;
      request.body = body(writer.area, key(writer));
      under_way.push_back(std::move(writer));
      return true;
    };
    options.check = [&](int status, std::string_view reply) {
      if (status != 200) return false;
      const std::size_t reference = std::min(reply.find("\"operational_intent_reference\""), reply.size());
      const std::string id = quoted(reply.substr(reference), "id");
      const auto at = std::ranges::find(under_way, id, &Writer::id);
      if (at == under_way.end()) {
        const auto waiting = std::ranges::find(ready, id, &Writer::id);
        if (waiting == ready.end()) return false;
        waiting->ovn = quoted(reply.substr(reference), "ovn");
        if (known != nullptr) (*known)[waiting->number] = waiting->ovn;
        return true;
      }
      Writer writer = std::move(*at);
      under_way.erase(at);
      writer.ovn = quoted(reply.substr(reference), "ovn");
      if (known != nullptr) (*known)[writer.number] = writer.ovn;
      ready.push_back(std::move(writer));
      return true;
    };
    return net::run_load(options);
  }

  const F3548Run& run_;
  SeededRandom random_;
  std::uint64_t ids_ = 0;
  std::unique_ptr<Node> node_;
  std::unique_ptr<net::HttpClient> client_;
  net::BaseUrl base_;
  std::string token_;
  std::string start_;
  std::string end_;
};

}  // namespace

Result<F3548Figures> measure_f3548(const F3548Run& run) {
  Bench bench(run);
  F3548Figures out;
  TRY_VOID(bench.open());
  TRY_VOID(bench.busy(out));
  TRY_VOID(bench.contended(out));
  TRY_VOID(bench.subscribers(out));
  TRY_VOID(bench.spread(out));
  TRY_VOID(bench.query(out));
  TRY_VOID(bench.close());
  return out;
}

}  // namespace tansiq::node
