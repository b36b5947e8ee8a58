#include "node/f3548_figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <memory>
#include <utility>
#include <vector>

#include "base/random.h"
#include "f3548/uuid.h"
#include "net/http_client.h"
#include "net/jwt_sign.h"
#include "node/coalition_figures.h"
#include "node/default_charter.h"

namespace tansiq::node {
namespace {

constexpr std::string_view kIntents = "/dss/v1/operational_intent_references/";
constexpr std::string_view kSubscriptions = "/dss/v1/subscriptions/";
constexpr std::string_view kAudience = "bench.example";
/// 0.02° apart, two kilometres: neighbours share cells, others do not.
constexpr double kStep = 0.02;
constexpr std::uint64_t kColumns = 1'500;
/// OVNs that a client in a contended place keeps of what it was told; those of long ago are gone.
constexpr std::size_t kToldMax = 64;

/// The first string member of that name from `at` on.
std::string quoted(std::string_view body, std::string_view member, std::size_t* at = nullptr) {
  const std::string key = fmt::format("\"{}\":\"", member);
  const std::size_t found = body.find(key, at == nullptr ? 0 : *at);
  if (found == std::string_view::npos) return {};
  const std::size_t begin = found + key.size();
  const std::size_t end = std::min(body.find('"', begin), body.size());
  if (at != nullptr) *at = end;
  return std::string(body.substr(begin, end - begin));
}

/// Of the reference in an answer to a write.
std::string written_ovn(std::string_view body) {
  std::size_t at = std::min(body.find("\"operational_intent_reference\""), body.size());
  return quoted(body, "ovn", &at);
}

/// Each as a member of a list, with a comma behind it.
std::string listed(const std::vector<std::string>& ovns) {
  std::string out;
  for (const std::string& ovn : ovns) ((out += '"') += ovn) += "\",";
  return out;
}

/// `first` has been listed once for many requests.
std::string key_member(std::string_view first, const std::vector<std::string>& then = {}) {
  std::string out = "[";
  (out += first) += listed(then);
  if (out.size() > 1) out.pop_back();
  return out + "]";
}

/// A circle at a place, between two heights in centimetres, for the next hours.
struct Area {
  double lat = 0;
  double lng = 0;
  double radius_m = 50;
  std::uint64_t low_cm = 40'000;
  std::uint64_t high_cm = 52'000;
};

/// One client that adds an intent and removes it again, over and over.
struct Filer {
  Area area;
  std::string id;
  std::string ovn;                ///< Not empty: the intent stands.
  bool again = false;             ///< It was refused, and tries the same again.
  std::vector<std::string> told;  ///< OVNs that it was told it did not know.
  std::uint64_t succeeded = 0;
  std::uint64_t refused = 0;
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
      config.develop_region = true;
      config.listen_port = 0;
      config.snapshot_every_entries = 0;
      node_ = TRY(Node::open(config));
      TRY_VOID(node_->start());
      url = node_->address();
      token_ = TRY(node_->mint_token("bench", {"utm.strategic_coordination", "utm.constraint_processing"}, 86'400'000));
    }
    const UtcMs now = SystemClock().now();
    start_ = format_utc(UtcMs{now.ms / 1'000 * 1'000 + 600'000});
    end_ = format_utc(UtcMs{now.ms / 1'000 * 1'000 + 4 * 3'600'000});
    return ask(url);
  }

  /// Everything else in the cell is as high as heights go, so that everybody meets it.
  Status cell(F3548Figures& out) {
    const Area whole{.lat = 46.5, .lng = 6.6, .low_cm = 0, .high_cm = 9'000'000};
    for (std::size_t i = 0; i < run_.busy_intents; ++i) {
      const std::string made = TRY(put(next_id(), "", whole, key_member(listed(known_))));
      known_.push_back(written_ovn(made));
    }
    std::vector<Filer> apart(run_.cell_clients);
    for (std::size_t i = 0; i < apart.size(); ++i) {
      apart[i].area = {.lat = 46.5, .lng = 6.6, .low_cm = 1'000 + 20 * i, .high_cm = 1'010 + 20 * i};
    }
    out.busy = TRY(file(apart));
    if (out.busy.errors > 0) {
      return fail(ErrorCode::kInternal, fmt::format("{} writes were refused", out.busy.errors), "busy cell");
    }
    std::vector<Filer> together(run_.cell_clients);
    for (Filer& filer : together) filer.area = {.lat = 46.5, .lng = 6.6, .low_cm = 1'000, .high_cm = 1'010};
    out.contended = TRY(file(together));
    out.contended_refused_per_second = static_cast<double>(out.contended.errors) / out.contended.seconds;
    std::uint64_t all = 0;
    for (const Filer& filer : together) all += filer.succeeded;
    const auto least = std::ranges::min_element(together, {}, &Filer::succeeded)->succeeded;
    out.contended_least =
        static_cast<double>(least * together.size()) / static_cast<double>(std::max<std::uint64_t>(all, 1));
    return {};
  }

  Status spread(F3548Figures& out) {
    out.spread = TRY(create(0, run_.spread_intents));
    out.query_among = run_.spread_intents;
    return {};
  }

  Status query(F3548Figures& out) {
    net::LoadOptions options = load_options(std::min<std::size_t>(run_.spread_clients, 8));
    options.next = [&](const net::LoadTurn&, net::LoadRequest& request) {
      Area area = spread_area(
          static_cast<std::uint64_t>(random_.between(0, static_cast<std::int64_t>(run_.spread_intents) - 1)));
      area.radius_m = std::sqrt(10e6 / 3.14159265);
      request.method = net::Method::kPost;
      request.target = std::string(kIntents) + "query";
      request.body = fmt::format(R"({{"area_of_interest":{}}})", volume(area));
      return true;
    };
    out.query = TRY(net::run_load(options));
    if (out.query.errors == 0) return {};
    return fail(ErrorCode::kInternal, fmt::format("{} queries failed", out.query.errors), "query");
  }

  Status subscribers(F3548Figures& out) {
    const Area here{.lat = 44.5, .lng = 6.6};
    std::vector<Filer> one(1);
    one.front().area = here;
    known_.clear();  // What fills the cell is elsewhere.
    const net::LoadFigures before = TRY(file(one));
    net::LoadOptions options = load_options(run_.spread_clients);
    options.warm_up_ms = 0;
    options.run_ms = 3'600'000;
    options.next = [&](const net::LoadTurn& turn, net::LoadRequest& request) {
      if (turn.sequence >= run_.subscriptions) return false;
      request.method = net::Method::kPut;
      request.target = std::string(kSubscriptions) + next_id();
      request.body = fmt::format(
          R"({{"extents":{},"uss_base_url":"https://uss{}.example","notify_for_operational_intents":true}})",
          volume(here), turn.sequence % 100);
      return true;
    };
    const net::LoadFigures made = TRY(net::run_load(options));
    if (made.errors > 0) {
      return fail(ErrorCode::kInternal, fmt::format("{} were refused", made.errors), "subscriptions");
    }
    const net::LoadFigures after = TRY(file(one));
    if (after.errors > 0) return fail(ErrorCode::kInternal, fmt::format("{} were refused", after.errors), "notices");
    out.subscriber_us = 1e3 * (after.p50_ms - before.p50_ms) / static_cast<double>(run_.subscriptions);
    return {};
  }

  Status close() {
    if (!node_) return {};
    node_->stop();
    return node_->wait();
  }

  /// Two nodes that are one DSS: through the one that decides and through the other, by turns.
  Status second(F3548Figures& out) {
    if (!run_.url.empty()) return {};
    const net::JwtSigner signer = TRY(net::JwtSigner::generate(net::JwtAlgorithm::kEdDsa));
    const auto keys = run_.folder / "keys.json";
    std::ofstream(keys) << fmt::format(R"({{"keys":[{}]}})", signer.key().jwk_json());
    LoopbackCoalition::Setup setup;
    setup.charter = [](core::Charter& charter) {
      charter.zones.push_back(region_zone(LoopbackCoalition::authority(0)));
    };
    setup.config = [&keys](NodeConfig& config) {
      config.auth.audiences = {std::string(kAudience)};
      config.auth.issuers = {{.name = "bench", .jwks_file = keys.string()}};
      config.snapshot_every_entries = 0;
    };
    const auto pair = TRY(LoopbackCoalition::start(run_.folder / "pair", 2, setup));
    token_ = signer.sign(
        fmt::format(R"({{"iss":"bench","sub":"bench","aud":"{}","scope":"utm.strategic_coordination","exp":{}}})",
                    kAudience, SystemClock().now().ms / 1'000 + 3'500));
    double direct = 0;
    double handed_on = 0;
    for (std::uint64_t round = 0; round < 4; ++round) {
      const unsigned through = static_cast<unsigned>(round % 2);
      TRY_VOID(ask(pair->node(through).address()));
      const net::LoadFigures load = TRY(create(round * run_.second_intents, run_.second_intents));
      (through == 0 ? direct : handed_on) += load.per_second;
      if (through == 1) out.second = load;
    }
    out.second_ratio = handed_on / direct;
    return {};
  }

 private:
  Status ask(const std::string& url) {
    base_ = TRY(net::BaseUrl::parse(url));
    if (base_.tls) return fail(ErrorCode::kUnsupported, "the load generator speaks plain HTTP only", "--url");
    client_ = TRY(net::HttpClient::create({.base_url = url, .bearer_token = token_}));
    return {};
  }
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

  Result<std::string> put(const std::string& id, const std::string& ovn, const Area& area, std::string_view key) {
    const std::string target = std::string(kIntents) + id + (ovn.empty() ? "" : "/" + ovn);
    const auto reply =
        TRY(client_->send(net::Method::kPut, target, {{"Content-Type", "application/json"}}, body(area, key)));
    if (reply.status == 200 || reply.status == 201) return reply.body;
    return fail(ErrorCode::kInternal,
                fmt::format("{} answers {}: {}", target, reply.status, reply.body.substr(0, 500)));
  }

  net::LoadOptions load_options(std::size_t clients) const {
    net::LoadOptions options;
    options.address = base_.host;
    options.port = base_.port;
    options.connections = clients;
    options.run_ms = run_.run_ms;
    options.bearer_token = token_;
    return options;
  }

  /// Each client adds an intent, with everything that it knows of, and removes it; adding counts.
  Result<net::LoadFigures> file(std::vector<Filer>& filers) {
    net::LoadOptions options = load_options(filers.size());
    const std::string known = listed(known_);
    options.next = [&](const net::LoadTurn& turn, net::LoadRequest& request) {
      Filer& filer = filers[turn.client];
      if (!filer.ovn.empty()) {
        request.counted = false;
        request.method = net::Method::kDelete;
        request.target = std::string(kIntents) + filer.id + "/" + filer.ovn;
        return true;
      }
      if (!std::exchange(filer.again, false)) filer.id = next_id();
      request.method = net::Method::kPut;
      request.target = std::string(kIntents) + filer.id;
      request.body = body(filer.area, key_member(known, filer.told));
      return true;
    };
    options.check = [&](const net::LoadAnswer& answer) {
      Filer& filer = filers[answer.client];
      if (!filer.ovn.empty()) {
        filer.ovn.clear();
        return answer.status == 200;
      }
      if (answer.status == 201) {
        filer.ovn = written_ovn(answer.body);
        ++filer.succeeded;
        return true;
      }
      ++filer.refused;
      filer.again = true;
      std::size_t at = 0;
      for (std::string ovn = quoted(answer.body, "ovn", &at); !ovn.empty(); ovn = quoted(answer.body, "ovn", &at)) {
        filer.told.push_back(std::move(ovn));
      }
      if (filer.told.size() > kToldMax) {
        filer.told.erase(filer.told.begin(), filer.told.end() - static_cast<std::ptrdiff_t>(kToldMax));
      }
      return false;
    };
    net::LoadFigures out = TRY(net::run_load(options));
    for (Filer& filer : filers) {
      // One whose answer had not come when the time was up stands still, or not.
      const auto answer = TRY(client_->get(std::string(kIntents) + filer.id));
      const std::string ovn = answer.status == 200 ? written_ovn(answer.body) : std::string();
      if (!ovn.empty()) TRY(client_->send(net::Method::kDelete, std::string(kIntents) + filer.id + "/" + ovn));
      filer.ovn.clear();
    }
    return out;
  }

  /// Creates in places of their own, from place `first` on.
  Result<net::LoadFigures> create(std::uint64_t first, std::uint64_t count) {
    net::LoadOptions options = load_options(run_.spread_clients);
    options.warm_up_ms = 0;
    options.run_ms = 3'600'000;
    options.next = [&](const net::LoadTurn& turn, net::LoadRequest& request) {
      if (turn.sequence >= count) return false;
      request.method = net::Method::kPut;
      request.target = std::string(kIntents) + next_id();
      request.body = body(spread_area(first + turn.sequence), "[]");
      return true;
    };
    const net::LoadFigures load = TRY(net::run_load(options));
    if (load.errors == 0) return load;
    return fail(ErrorCode::kInternal, fmt::format("{} creates were refused", load.errors), "spread");
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
  std::vector<std::string> known_;  ///< OVNs of what fills the busy cell.
};

}  // namespace

Result<F3548Figures> measure_f3548(const F3548Run& run) {
  Bench bench(run);
  F3548Figures out;
  TRY_VOID(bench.open());
  TRY_VOID(bench.cell(out));
  TRY_VOID(bench.subscribers(out));
  TRY_VOID(bench.spread(out));
  TRY_VOID(bench.query(out));
  TRY_VOID(bench.close());
  TRY_VOID(bench.second(out));
  return out;
}

}  // namespace tansiq::node
