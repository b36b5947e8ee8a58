// What officers do about the registry of F3548, in the native API. Part of NativeFace.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "core/jcs_read.h"
#include "log/jcs.h"
#include "node/native_face.h"
#include "node/officer_desk.h"

namespace tansiq::node {
namespace {

constexpr std::size_t kReasonBytesMax = 1'000;

/// As it is sent, and as it waits for a second officer.
template <class Value>
Result<f3548::ReleaseShare> read_members(const Value& root, std::string_view id, const core::Subject& by) {
  const Value zone = TRY(root.at("zone"));
  const Value reason = TRY(root.at("reason"));
  f3548::ReleaseShare out{.id = {}, .zone = {}, .from = kUtcMin, .by = std::string(by.str()), .reason = {}};
  out.id = TRY(f3548::Uuid::parse(id));
  const std::string_view zone_text = TRY(zone.string());
  out.zone = TRY(ZoneId::parse(zone_text));
  out.reason = TRY(reason.string());
  if (const auto from = root.find("from")) {
    const std::string_view text = TRY(from->string());
    out.from = TRY(parse_utc(text));
  }
  return out;
}

Result<f3548::ReleaseShare> read_release(const api::ReleaseF3548ShareRequest& request, const core::Subject& by) {
  const JsonDocument document = TRY(JsonDocument::parse(request.body));
  const JsonValue root = document.root();
  TRY_VOID(root.only({"from", "reason", "zone"}));
  return read_members(root, request.id, by);
}

/// What two officers are asked for. Fails with `kInvalid` for a reason that no record takes.
Result<OfficerRequest> request_of(const f3548::ReleaseShare& release, const core::Subject& by) {
  TRY_VOID(core::check_label(release.reason, kReasonBytesMax, "reason"));
  std::string act;
  log::JcsWriter w(act);
  w.begin_object();
  if (release.from != kUtcMin) w.key("from").string(format_utc(release.from));
  w.key("id").string(release.id.str()).key("reason").string(release.reason);
  w.key("zone").string(release.zone.str()).end_object();
  return officer_request(by, {}, kReleaseShareKind, act);
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
  // In earnest, and for whoever has signed in, it takes two, as all that is given away does.
  if (!in_person(context) && !in_earnest()) return release_now(context, std::move(*asked), {});
  auto held = request_of(*asked, context.caller.subject);
  if (!held) return refuse(context, std::move(held.error()));
  hold(context, std::move(*held));
}

void NativeFace::release_confirmed(Context& context, const std::string& id, const log::JcsValue& request,
                                   const core::Subject& by) {
  OfficerDesk& desk = *services_.officers;
  const auto read = [&]() -> Result<f3548::ReleaseShare> {
    const log::JcsValue act = TRY(request.at("act"));
    const std::string_view intent = TRY(core::string_at(act, "id"));
    return read_members(act, intent, by);
  };
  auto asked = read();
  if (!asked) {
    desk.pending().settle(id, false, asked.error().text(), desk.now_ms());
    return refuse(context, std::move(asked.error()));
  }
  auto settle = [&desk, id, kept = context.kept](const Status& done, std::uint64_t seq, const std::string& body) {
    desk.pending().settle(id, done.has_value(), done ? body : done.error().text(), desk.now_ms());
    if (done) desk.note_entry(*kept, seq, {});
  };
  release_now(context, std::move(*asked), std::move(settle));
}

void NativeFace::release_now(Context& context, f3548::ReleaseShare release_asked, Settle settle) {
  auto decide = [this, exchange = context.exchange, asked = std::move(release_asked), settle](
                    State& state, f3548::Place place, bool) {
    const auto refused = [&](Error error) {
      if (settle) settle(std::unexpected(error), 0, {});
      return RegistryAnswer{problem(*exchange, std::move(error))};
    };
    const coordination::ZoneControl& control = state.coalition().control();
    if (!control.may_grant(asked.zone, place.time)) {
      const auto who = control.sequencer(asked.zone);
      return refused({ErrorCode::kNotSequencer,
                      fmt::format("in zone {} {} decides: what lies there is released by its officers",
                                  asked.zone.str(), who ? who->str() : "nobody"),
                      "zone"});
    }
    f3548::ReleaseShare release = asked;
    if (release.from == kUtcMin) release.from = place.time;
    auto entry = state.registry().release_share(release, place);
    if (!entry) return refused({code_of(entry.error().status), entry.error().message, {}});
    std::string body = fmt::format(R"({{"from":"{}","id":"{}","seq":{},"zone":"{}"}})", format_utc(release.from),
                                   release.id.str(), place.seq, release.zone.str());
    if (settle) {
      // Behind this in the queue, so durable no earlier than the entry.
      auto later = [settle, seq = place.seq, body](const State&) {
        return Departure{nullptr, {}, [settle, seq, body](const Status& durable) { settle(durable, seq, body); }};
      };
      (void)services_.core.submit_urgent(ReadTask{std::move(later), [](const Error&) {}});
    }
    return RegistryAnswer{net::json_response(200, std::move(body)), std::move(*entry)};
  };
  auto refused = [this, exchange = context.exchange, settle](Error error) {
    if (settle) settle(std::unexpected(error), 0, {});
    return problem(*exchange, std::move(error));
  };
  const Status taken =
      services_.core.submit(RegistryTask{context.exchange, std::move(decide), std::move(refused), nullptr, {}});
  if (taken) return;
  if (settle) settle(taken, 0, {});
  refuse(context, taken.error());
}

}  // namespace tansiq::node
