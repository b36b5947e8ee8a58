#include "cli/check_node.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "base/bytes.h"
#include "base/random.h"
#include "cli/wire.h"
#include "net/http_types.h"

namespace tansiq::cli {
namespace {

using Pairs = std::set<std::pair<std::string, std::string>>;

/// A node's ids are stricter than a file's; a run's prefix keeps two runs apart.
struct Filed {
  std::map<std::string, std::string> flight_of;  ///< Intent id -> flight id.
  std::vector<std::string> intents;
};

std::string run_prefix() {
  std::array<std::uint8_t, 4> random{};
  fill_secure_random(random);
  return "check-" + to_hex(random) + "-";
}

Status judge_mode(NodeClient& node) {
  const Answer zones = TRY(node.get("/v1/zones"));
  const JsonValue list = TRY(zones.root().at("zones"));
  const std::string mode = list.size() == 0 ? "" : text_of(list[0], "data_mode");
  if (mode == "TEST" || mode == "SIMULATED") return {};
  return fail(ErrorCode::kWrongState,
              fmt::format("its data mode is {}: recorded traffic belongs to a node in mode TEST or SIMULATED", mode),
              node.url());
}

Status take_pairs(const JsonValue& findings, std::string_view name, const std::string& flight, const Filed& filed,
                  Pairs& pairs) {
  const auto list = findings.find(name);
  if (!list) return {};
  const auto total = static_cast<std::size_t>(number_of(findings, std::string(name) + "_total"));
  if (total > list->size()) {
    return fail(ErrorCode::kTooLarge, fmt::format("the node names only {} of {} {}", list->size(), total, name),
                flight);
  }
  for (std::size_t i = 0; i < list->size(); ++i) {
    const auto other = filed.flight_of.find(text_of((*list)[i], "intent"));
    if (other != filed.flight_of.end()) pairs.insert(std::minmax(flight, other->second));
  }
  return {};
}

Status ask(NodeClient& node, const formats::FlightInput& flight, const std::string& id, Filed& filed, Pairs& pairs) {
  Filing filing{.id = id, .flight = "", .domain = flight.domain, .volumes = {}, .keys = {}};
  for (const formats::FlightVolume& volume : flight.volumes) filing.volumes.push_back(volume.volume);
  const Answer preview = TRY(node.send(net::Method::kPost, "/v1/preview", preview_body(filing)));
  const JsonValue findings = TRY(preview.root().at("findings"));
  TRY_VOID(take_pairs(findings, "conflicts", flight.id, filed, pairs));
  TRY_VOID(take_pairs(findings, "overlaps", flight.id, filed, pairs));
  const Answer decision =
      TRY(node.send(net::Method::kPut, "/v1/intents/" + id, filing_body(filing, new_command_id(), {})));
  if (const std::string reason = text_of(decision.root(), "reason"); !reason.empty()) {
    return fail(ErrorCode::kConflict,
                fmt::format("refused ({}): the comparison needs disputed zones where the traffic flies", reason),
                flight.id);
  }
  filed.flight_of[id] = flight.id;
  filed.intents.push_back(id);
  return {};
}

/// Goes on after a failure, of which the first is returned.
Status end_all(NodeClient& node, const Filed& filed) {
  Status ended;
  for (const std::string& id : filed.intents) {
    JsonOut body;
    body.open_object().member("command_id", new_command_id()).member("version", 1).close();
    const auto one = node.send(net::Method::kPost, "/v1/intents/" + id + "/end", body.text());
    if (!one && ended) ended = std::unexpected(one.error());
  }
  return ended;
}

void print_difference(const Context& context, std::string_view only, const Pairs& a, const Pairs& b) {
  for (const auto& [first, second] : a) {
    if (!b.contains({first, second}))
      context.say(fmt::format("  only {}: {} and {}", only, printable(first), printable(second)));
  }
}

}  // namespace

Result<int> compare_with_node(const Context& context, const NodeOptions& options, const formats::TrafficInput& traffic,
                              const formats::CheckReport& report) {
  NodeClient node = TRY(NodeClient::open(options));
  TRY_VOID(judge_mode(node));
  const std::string prefix = run_prefix();
  Filed filed;
  Pairs from_node;
  Progress progress(context.terminal, "asking the node", "flights");
  Status asked;
  for (std::size_t i = 0; i < traffic.flights.size() && asked; ++i) {
    asked = ask(node, traffic.flights[i], prefix + std::to_string(i), filed, from_node);
    progress.update(i + 1, traffic.flights.size());
  }
  progress.finish();
  const Status ended = end_all(node, filed);  // also after a failure: leave nothing behind
  TRY_VOID(asked);
  TRY_VOID(ended);
  Pairs from_files;
  for (const auto& [first, second] : report.pairs()) from_files.insert(std::minmax(first, second));
  const bool same = from_files == from_node;
  if (context.json) {
    put(JsonOut()
            .open_object()
            .member("node", node.url())
            .member("flights", static_cast<std::uint64_t>(filed.intents.size()))
            .member("pairs_from_files", static_cast<std::uint64_t>(from_files.size()))
            .member("pairs_from_node", static_cast<std::uint64_t>(from_node.size()))
            .member("same", same)
            .close()
            .line());
  } else if (same) {
    put(fmt::format("{} {} names the same {}\n", context.paint(Colour::kGreen, "same:"), node.url(),
                    count_text(from_node.size(), "pair", "pairs")));
  } else {
    put(fmt::format("{} {} from the files, {} from {}\n", context.paint(Colour::kRed, "different:"),
                    count_text(from_files.size(), "pair", "pairs"), from_node.size(), node.url()));
    print_difference(context, "the files", from_files, from_node);
    print_difference(context, "the node", from_node, from_files);
  }
  return same && report.conflicts.empty() ? 0 : 1;
}

}  // namespace tansiq::cli
