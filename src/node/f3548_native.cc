// What officers do about the registry of F3548, in the native API. Part of NativeFace.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "node/native_face.h"

namespace tansiq::node {
namespace {

Result<f3548::ReleaseShare> read_release(const api::ReleaseF3548ShareRequest& request, const core::Subject& by) {
  const JsonDocument document = TRY(JsonDocument::parse(request.body));
  const JsonValue root = document.root();
  TRY_VOID(root.only({"from", "reason", "zone"}));
  const JsonValue zone = TRY(root.at("zone"));
  const JsonValue reason = TRY(root.at("reason"));
  f3548::ReleaseShare out{.id = {}, .zone = {}, .from = kUtcMin, .by = std::string(by.str()), .reason = {}};
  out.id = TRY(f3548::Uuid::parse(request.id));
  const std::string_view zone_text = TRY(zone.string());
  out.zone = TRY(ZoneId::parse(zone_text));
  out.reason = TRY(reason.string());
  if (const auto from = root.find("from")) {
    const std::string_view text = TRY(from->string());
    out.from = TRY(parse_utc(text));
  }
  return out;
}

ErrorCode code_of(int status) {
  switch (status) {
    case 404:
      return ErrorCode::kNotFound;
    case 409:
      return ErrorCode::kWrongState;
    default:
      return ErrorCode::kInvalid;
  }
}

}  // namespace

void NativeFace::release_f3548_share(Context& context, api::ReleaseF3548ShareRequest&& request) {
  auto asked = read_release(request, context.caller.subject);
  if (!asked) return refuse(context, std::move(asked.error()));
  auto decide = [this, exchange = context.exchange, asked = std::move(*asked)](State& state, f3548::Place place, bool) {
    const coordination::ZoneControl& control = state.coalition().control();
    if (!control.may_grant(asked.zone, place.time)) {
      const auto who = control.sequencer(asked.zone);
      return RegistryAnswer{
          problem(*exchange, {ErrorCode::kNotSequencer,
                              fmt::format("in zone {} {} decides: what lies there is released by its officers",
                                          asked.zone.str(), who ? who->str() : "nobody"),
                              "zone"})};
    }
    f3548::ReleaseShare release = asked;
    if (release.from == kUtcMin) release.from = place.time;
    auto entry = state.registry().release_share(release, place);
    if (!entry) {
      return RegistryAnswer{problem(*exchange, {code_of(entry.error().status), entry.error().message, {}})};
    }
    return RegistryAnswer{
        net::json_response(200, fmt::format(R"({{"from":"{}","id":"{}","seq":{},"zone":"{}"}})",
                                            format_utc(release.from), release.id.str(), place.seq, release.zone.str())),
        std::move(*entry)};
  };
  auto refused = [this, exchange = context.exchange](Error error) { return problem(*exchange, std::move(error)); };
  const Status taken =
      services_.core.submit(RegistryTask{context.exchange, std::move(decide), std::move(refused), nullptr, {}});
  if (!taken) refuse(context, taken.error());
}

}  // namespace tansiq::node
