#include "node/uss_testlib.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "node/f3548_convert.h"
#include "node/f3548_json.h"
#include "uss/form.h"

namespace tansiq::node::test {
namespace {

constexpr std::string_view kReferences = "/dss/v1/operational_intent_references/";
constexpr std::string_view kIntents = "/uss/v1/operational_intents";

class Source final : public RequestSource {
 public:
  std::string id, ovn;
  std::string_view text;
  std::string_view path_parameter(std::string_view name) const override { return name == "ovn" ? ovn : id; }
  Result<std::optional<std::string_view>> query_parameter(std::string_view) const override { return std::nullopt; }
  Status only_query_parameters(std::initializer_list<std::string_view>) const override { return {}; }
  std::string_view body() const override { return text; }
  std::string media_type() const override { return "application/json"; }
};

net::ClientResponse answer(int status, std::string body) { return {status, {}, std::move(body)}; }

class Wire final : public UssWire {
 public:
  Wire(World& world, std::string name) : world_(world), name_(std::move(name)) {}
  Result<net::ClientResponse> call(const UssCall& call) override { return world_.carry(name_, call); }
  void interrupt() override {}

 private:
  World& world_;
  std::string name_;
};

}  // namespace

class FakeHost::Desk final : public UssDesk {
 public:
  explicit Desk(FakeHost& host) : host_(host) {}
  [[nodiscard]] const uss::Ledger& ledger() const override { return *host_.ledger_; }
  [[nodiscard]] UtcMs now() const override { return host_.now(); }
  Status say(uss::Body body) override {
    host_.log.push_back(TRY(host_.ledger_->say(std::move(body), {host_.seq_, now()})));
    ++host_.seq_;
    return {};
  }
  void keep(std::string body) override {
    const log::Hash hash = log::sha256(body);
    host_.bodies[hash] = std::move(body);
  }
  Result<std::string> body(const log::Hash& sha256) override {
    const auto at = host_.bodies.find(sha256);
    if (at == host_.bodies.end()) return fail(ErrorCode::kNotFound, "there is no such body");
    return at->second;
  }
  std::optional<std::uint64_t> visit_intents(std::uint64_t,
                                             const std::function<void(const core::Intent&)>& visit) override {
    for (const auto& [id, intent] : host_.intents) visit(intent);
    return std::nullopt;
  }

 private:
  FakeHost& host_;
};

Status FakeHost::with(const std::function<void(UssDesk&)>& work) {
  if (stopping) return fail(ErrorCode::kUnavailable, "the node is stopping");
  Desk desk(*this);
  work(desk);
  return {};
}

void FakeHost::replay() {
  ledger_ = std::make_unique<uss::Ledger>();
  for (const std::string& line : log) {
    const Status applied = ledger_->apply(line);
    EXPECT_TRUE(applied) << line;
  }
}

std::vector<std::string> FakeHost::types() const {
  std::vector<std::string> out;
  for (const std::string& line : log) out.emplace_back(uss::type_name(uss::read_entry(line)->body));
  return out;
}

Supplier::Supplier(World& w, std::string name) : world(w), host(w.clock) {
  names = {.authority = AuthorityId::trusted(name),
           .manager = name,
           .base_url = "https://" + name + ".example",
           .dss_url = "https://dss.example",
           .allow_http = false};
  restart();
}

void Supplier::restart() {
  host.replay();
  wire = std::make_unique<Wire>(world, names.manager);
  registrar = std::make_unique<UssRegistrar>(UssRegistrar::Config{.names = names, .seed = 1}, host, *wire);
  outbox = std::make_unique<UssOutbox>(UssOutbox::Config{.names = names, .seed = 2}, host, *wire);
}

core::Intent& Supplier::file(std::string_view id, double lng, core::IntentState state) {
  const IntentId name = IntentId::trusted(id);
  const bool known = host.intents.contains(name);
  core::Intent& intent = host.intents[name];
  intent.version = known ? intent.version + 1 : 1;
  intent.id = name;
  intent.state = state;
  intent.volumes = {{geo::Circle{{465'000'000, static_cast<std::int32_t>(lng * 1e7)}, 300'00},
                     {400'00, 520'00, geo::VerticalReference::kWgs84},
                     {kNow, kNow + 60 * kMinute}}};
  return intent;
}

void Supplier::run() {
  for (int n = 0; n < 20; ++n) {
    const auto due = registrar->round();
    EXPECT_TRUE(outbox->look());
    while (outbox->work()) EXPECT_TRUE(outbox->look());
    if (!due || *due > world.clock.now()) return;
  }
}

UssStanding Supplier::standing(std::string_view id) const {
  for (const UssStanding& one : registrar->standing()) {
    if (one.intent.str() == id) return one;
  }
  return {};
}

uss::Uuid Supplier::uuid(std::string_view id) const { return uss::uuid_of(names.authority, IntentId::trusted(id)); }

World::World() : registry({1, 2, 3}), second({4, 5, 6}) {}

Supplier& World::add(std::string name) {
  auto& one = suppliers[name];
  one = std::make_unique<Supplier>(*this, std::move(name));
  return *one;
}

std::size_t World::count(std::string_view part) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(seen, [&](const Seen& one) { return one.line.find(part) != std::string::npos; }));
}

Result<net::ClientResponse> World::carry(const std::string& caller, const UssCall& call) {
  const std::string line = fmt::format("{} {}{}", net::method_name(call.method), call.base_url, call.path);
  if (before) {
    if (auto instead = before(caller, call)) {
      seen.push_back({caller, line, *instead ? (*instead)->status : 0});
      return std::move(*instead);
    }
  }
  net::ClientResponse out = answer(404, "");
  if (call.base_url == "https://dss.example" || call.base_url == "https://door.example") {
    out = at_registry(registry, caller, call);
  } else if (call.base_url == "https://dss-two.example") {
    out = at_registry(second, caller, call);
  } else {
    for (auto& [name, supplier] : suppliers) {
      if (call.base_url == supplier->url()) out = at_supplier(*supplier, caller, call);
    }
  }
  const bool lost = lose_answer && lose_answer(caller, call);
  seen.push_back({caller, line, lost ? 0 : out.status});
  if (lost) return fail(ErrorCode::kTimeout, "no answer came");
  return out;
}

net::ClientResponse World::at_registry(f3548::Registry& dss, const std::string& caller, const UssCall& call) {
  if (!call.path.starts_with(kReferences)) return answer(404, "");
  Source source;
  const std::string rest = call.path.substr(kReferences.size());
  source.id = rest.substr(0, rest.find('/'));
  source.text = call.body;
  const bool named = rest.find('/') != std::string::npos;
  if (named) source.ovn = *net::percent_decode(rest.substr(rest.find('/') + 1));
  const f3548::Caller who{.manager = caller,
                          .strategic_coordination = true,
                          .conformance_monitoring = call.scopes.find("conformance") != std::string::npos,
                          .constraint_processing = false};
  const F3548Json json(dss, caller);
  const f3548::Place place{seq_, clock.now()};
  const auto id = to_id(source.id, "id");
  if (!id) return answer(400, f3548_error_json(id.error().text()));
  const auto refused = [&](const f3548::Refused& why) { return answer(why.status, json.refused(why)); };
  if (call.method == net::Method::kGet) {
    const auto found = dss.get_intent(*id);
    return found ? answer(200, json.intent(**found)) : refused(found.error());
  }
  if (call.method == net::Method::kDelete) {
    const auto changed = dss.delete_intent(*id, source.ovn, who, place);
    if (!changed) return refused(changed.error());
    ++seq_;
    return answer(200, json.changed(*changed));
  }
  auto body = f3548_api::parse_create_intent(source);
  if (!body) return answer(400, f3548_error_json(body.error().text()));
  const auto put = to_put(source.id, named ? std::optional(source.ovn) : std::nullopt, std::move(body->body));
  if (!put) return answer(400, f3548_error_json(put.error().text()));
  const auto changed = dss.put_intent(*put, who, place);
  if (!changed) return refused(changed.error());
  ++seq_;
  return answer(named ? 200 : 201, json.changed(*changed));
}

net::ClientResponse World::at_supplier(Supplier& supplier, const std::string& caller, const UssCall& call) {
  UssAnswer out{.status = 404};
  static_cast<void>(supplier.host.with([&](UssDesk& desk) {
    if (call.method == net::Method::kPost && call.path == kIntents) {
      const auto message = uss::Message::parse(call.body);
      EXPECT_TRUE(message) << call.body;
      const auto notice = uss::read_notice(*message, uss::Kind::kIntent);
      EXPECT_TRUE(notice) << notice.error().text() << "\n" << call.body;
      out = notice ? take_notice(desk, supplier.names, *notice, caller, call.body) : UssAnswer{.status = 400};
      if (out.news) supplier.registrar->reconsider();
    } else if (call.method == net::Method::kGet && call.path.starts_with(kIntents)) {
      out = serve_intent(desk, supplier.names, *uss::Uuid::parse(call.path.substr(kIntents.size() + 1)));
    }
  }));
  return answer(out.status, out.body.empty() && out.status != 204 ? f3548_error_json(out.message) : out.body);
}

}  // namespace tansiq::node::test
