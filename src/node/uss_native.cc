// The supplier in the native API: what officers see of it, and what they can do. Part of NativeFace.
#include <fmt/format.h>

#include <utility>

#include "node/native_face.h"
#include "node/uss_json.h"
#include "node/uss_service.h"

namespace tansiq::node {
namespace {

Error no_supplier() {
  return {ErrorCode::kNotFound, "this node is no supplier: its configuration has no table [uss]", {}};
}

constexpr std::size_t kSettledTextMax = 1'000;

}  // namespace

void NativeFace::at_desk(Context& context, std::function<Result<std::string>(UssDesk&)> work, bool reconsider) {
  if (services_.supplier == nullptr) return refuse(context, no_supplier());
  auto on_core = [this, exchange = context.exchange, work = std::move(work), reconsider](UssDesk& desk) {
    if (exchange->abandoned()) return Departure{};
    auto body = work(desk);
    if (!body) return Departure{exchange, problem(*exchange, std::move(body.error())), {}};
    std::function<void(const Status&)> call;
    if (reconsider) call = [this](const Status&) { services_.supplier->reconsider(); };
    return Departure{exchange, net::json_response(200, std::move(*body)), std::move(call)};
  };
  auto refused = [this, exchange = context.exchange](Error error) {
    exchange->respond(problem(*exchange, std::move(error)));
  };
  if (const Status taken = services_.core.submit(UssTask{std::move(on_core), std::move(refused)}); !taken) {
    refuse(context, taken.error());
  }
}

void NativeFace::get_uss_intents(Context& context, api::GetUssIntentsRequest&&) {
  at_desk(context, [this](UssDesk& desk) -> Result<std::string> {
    return uss_intents_json(desk.ledger(), services_.supplier->registrar().standing());
  });
}

void NativeFace::get_uss_others(Context& context, api::GetUssOthersRequest&&) {
  at_desk(context, [](UssDesk& desk) -> Result<std::string> { return uss_others_json(desk.ledger()); });
}

void NativeFace::get_uss_deliveries(Context& context, api::GetUssDeliveriesRequest&&) {
  at_desk(context, [this](UssDesk& desk) -> Result<std::string> {
    return uss_deliveries_json(desk.ledger(), services_.supplier->outbox().trying());
  });
}

void NativeFace::get_uss_drifts(Context& context, api::GetUssDriftsRequest&&) {
  at_desk(context, [](UssDesk& desk) -> Result<std::string> { return uss_drifts_json(desk.ledger()); });
}

void NativeFace::retry_uss_delivery(Context& context, api::RetryUssDeliveryRequest&& request) {
  auto work = [this, by = context.caller.subject, id = request.id](UssDesk& desk) -> Result<std::string> {
    TRY_VOID(desk.say(uss::Requeued{.by = by,
                                    .delivery = static_cast<std::uint64_t>(id),
                                    .expires = desk.now() + services_.supplier->notice_ms()}));
    return fmt::format(R"({{"id":{},"state":"queued"}})", id);
  };
  if (services_.supplier == nullptr) return refuse(context, no_supplier());
  by_hand(context, "", [this, work = std::move(work)](Context& signed_for) { at_desk(signed_for, work); });
}

void NativeFace::settle_uss_drift(Context& context, api::SettleUssDriftRequest&& request) {
  const auto document = JsonDocument::parse(request.body);
  if (!document) return refuse(context, document.error());
  const auto read = [&]() -> Result<uss::DriftSettled> {
    const JsonValue root = document->root();
    TRY_VOID(root.only({"text", "version"}));
    const JsonValue text = TRY(root.at("text"));
    const JsonValue version = TRY(root.at("version"));
    uss::DriftSettled out{.by = context.caller.subject, .id = {}, .text = {}, .version = 0};
    out.id = TRY(uss::Uuid::parse(request.id));
    out.text = TRY(text.string());
    TRY_VOID(core::check_label(out.text, kSettledTextMax, "text"));
    out.version = TRY(version.integer(1, INT32_MAX));
    return out;
  };
  auto settled = read();
  if (!settled) return refuse(context, settled.error());
  if (services_.supplier == nullptr) return refuse(context, no_supplier());
  auto work = [body = std::move(*settled)](UssDesk& desk) -> Result<std::string> {
    TRY_VOID(desk.say(body));
    return fmt::format(R"({{"id":"{}","settled":true,"version":{}}})", body.id.str(), body.version);
  };
  by_hand(context, "", [this, work = std::move(work)](Context& signed_for) { at_desk(signed_for, work, true); });
}

void NativeFace::put_uss_telemetry(Context& context, api::PutUssTelemetryRequest&& request) {
  const auto message = uss::Message::parse(request.body);
  if (!message) return refuse(context, message.error());
  auto telemetry = uss::read_telemetry(*message);
  if (!telemetry) return refuse(context, telemetry.error());
  if (services_.supplier == nullptr) return refuse(context, no_supplier());
  read(context,
       [this, by = context.caller, id = request.id,
        telemetry = std::move(*telemetry)](const core::Machine& machine) -> Result<net::Response> {
         const core::Intent* intent = machine.find_intent(id);
         if (intent == nullptr || !intent->live())
           return fail(ErrorCode::kNotFound, "there is no such live intent", "id");
         if (!machine.may_change(*intent, by)) return fail(ErrorCode::kForbidden, "only its manager says where it is");
         if (!services_.supplier->telemetry().set(intent->id, telemetry)) {
           return fail(ErrorCode::kConflict, "a later position is known, or too many are followed");
         }
         return net::json_response(200, "{}");
       });
}

}  // namespace tansiq::node
