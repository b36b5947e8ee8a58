// What officers do in person, in the native API: acts that are signed and kept before they are done, and those that
// wait for a second officer. Part of NativeFace.
#include <fmt/format.h>

#include <utility>

#include "base/foreign_text.h"
#include "core/jcs_read.h"
#include "log/jcs.h"
#include "node/coordination_face.h"
#include "node/native_face.h"
#include "node/officer_desk.h"
#include "node/recovery_file.h"

namespace tansiq::node {
namespace {

using log::JcsWriter;

constexpr std::string_view kWatchAct = "watch.set";

void write_pending(JcsWriter& w, const PendingAct& act, const OfficerDesk& desk) {
  const UtcMs asked = desk.now() - (desk.now_ms() - act.asked_ms);
  w.begin_object().key("asked_ms").integer(asked.ms).key("by").string(act.request.by.str());
  w.key("expires_ms").integer((asked + kPendingActMs).ms).key("id").string(act.id);
  if (!act.outcome.empty()) w.key("outcome").string(foreign_text(act.outcome, kRefusalTextMax));
  w.key("request").raw(act.request.text);
  if (!act.second.empty()) w.key("second").string(officer_subject(act.second, desk.self()));
  w.key("state").string(to_text(act.state)).end_object();
}

net::Response pending_response(int status, const PendingAct& act, const OfficerDesk& desk) {
  std::string out;
  JcsWriter w(out);
  write_pending(w, act, desk);
  return net::json_response(status, std::move(out));
}

std::optional<log::Hash> hash_of(const coordination::ActOutcome& outcome) {
  if (outcome.repeated) return {};
  return outcome.hash;
}

}  // namespace

// --- one officer -----------------------------------------------------------------------------------------------------

bool NativeFace::in_person(const Context& context) const {
  return services_.officers != nullptr && context.exchange->request().principal->has(kSessionScope);
}

void NativeFace::by_hand(Context& context, std::string_view cmd, GoOn go_on) {
  if (!in_person(context)) return go_on(context);
  const net::Request& asked = context.exchange->request();
  auto request = officer_request(context.caller.subject, cmd, context.operation, asked.path(), asked.body);
  if (!request) return refuse(context, request.error());
  by_hand(context, std::move(*request), std::move(go_on));
}

void NativeFace::by_hand(Context& context, OfficerRequest request, GoOn go_on) {
  if (!in_person(context)) return go_on(context);
  OfficerDesk& desk = *services_.officers;
  const auto who = session_behind(context.exchange->request(), desk.sessions());
  if (!who) return refuse(context, who.error());
  auto on_thread = [this, &desk, context, who = *who, request = std::move(request),
                    go_on = std::move(go_on)]() mutable {
    auto kept = desk.keep_act(request, who);
    if (!kept) return refuse(context, std::move(kept.error()));
    context.kept = std::make_shared<const KeptAct>(std::move(*kept));
    go_on(context);
  };
  if (const Status taken = desk.on_writing(std::move(on_thread)); !taken) refuse(context, taken.error());
}

std::function<void(const Status&)> NativeFace::tie(const std::shared_ptr<const KeptAct>& kept, std::uint64_t seq,
                                                   const std::optional<log::Hash>& hash) const {
  if (kept == nullptr) return {};
  return [desk = services_.officers, kept, seq, hash](const Status& durable) {
    if (durable) desk->note_entry(*kept, seq, hash);
  };
}

void NativeFace::execute_act(Context& context, coordination::ActCommand command) {
  auto done = [this, exchange = context.exchange, kept = context.kept](Result<coordination::ActOutcome> outcome,
                                                                       const coordination::Coalition&) {
    if (!outcome) return Departure{exchange, problem(*exchange, std::move(outcome.error())), {}};
    return Departure{exchange, net::json_response(200, act_json(*outcome)), tie(kept, outcome->seq, hash_of(*outcome))};
  };
  if (const Status taken = services_.core.submit(ActTask{std::move(command), std::move(done)}); !taken) {
    refuse(context, taken.error());
  }
}

// --- two officers ----------------------------------------------------------------------------------------------------

bool NativeFace::in_earnest() const {
  return services_.data_mode == core::DataMode::kReal || services_.data_mode == core::DataMode::kExercise;
}

bool NativeFace::held_for_second(Context& context, const coordination::ActCommand& command) {
  const bool session = context.exchange->request().principal->has(kSessionScope);
  // Whether anybody is on watch is for the watch to say, and for nobody's word.
  if (coordination::kind_name(command.act) == kWatchAct && services_.officers != nullptr &&
      !services_.officers->book().empty()) {
    refuse(context, {ErrorCode::kForbidden, "officers take the watch and leave it: /v1/watch", "kind"});
    return true;
  }
  if (!session && !in_earnest()) return false;
  if (!command.second.empty()) {
    refuse(context, {ErrorCode::kForbidden,
                     "nobody names a second officer: leave it out, and another officer confirms under his own session",
                     "second"});
    return true;
  }
  if (!needs_two_officers(command.act)) return false;
  hold(context, officer_request(command));
  return true;
}

void NativeFace::hold(Context& context, OfficerRequest request) {
  if (!in_person(context)) {
    return refuse(context, {ErrorCode::kForbidden,
                            fmt::format("{} takes two officers who have signed in, and a token is none", request.kind),
                            "Authorization"});
  }
  OfficerDesk& desk = *services_.officers;
  const auto who = session_behind(context.exchange->request(), desk.sessions());
  if (!who) return refuse(context, who.error());
  const auto asked = desk.ask(std::move(request), *who);
  if (!asked) return refuse(context, asked.error());
  answer(context, pending_response(202, *asked, desk));
}

void NativeFace::list_pending_acts(Context& context, api::ListPendingActsRequest&&) {
  if (services_.officers == nullptr) return refuse(context, no_officers());
  const OfficerDesk& desk = *services_.officers;
  std::string out;
  JcsWriter w(out);
  w.begin_object().key("acts").begin_array();
  const std::vector<PendingAct> acts = services_.officers->pending().list(desk.now_ms());
  for (const PendingAct& act : acts) write_pending(w, act, desk);
  w.end_array().end_object();
  answer(context, net::json_response(200, std::move(out)));
}

void NativeFace::get_pending_act(Context& context, api::GetPendingActRequest&& request) {
  if (services_.officers == nullptr) return refuse(context, no_officers());
  const auto act = services_.officers->pending().find(request.id, services_.officers->now_ms());
  if (!act) return refuse(context, {ErrorCode::kNotFound, "there is no such pending act, or no more", "id"});
  answer(context, pending_response(200, *act, *services_.officers));
}

void NativeFace::confirm_pending_act(Context& context, api::ConfirmPendingActRequest&& request) {
  if (services_.officers == nullptr) return refuse(context, no_officers());
  OfficerDesk& desk = *services_.officers;
  const auto who = session_behind(context.exchange->request(), desk.sessions());
  if (!who) return refuse(context, who.error());
  auto on_thread = [this, &desk, context, who = *who, id = std::move(request.id)]() mutable {
    auto ready = desk.confirm(id, who);
    if (!ready) return refuse(context, std::move(ready.error()));
    context.kept = std::make_shared<const KeptAct>(std::move(ready->kept));
    execute_confirmed(context, id, ready->request, ready->second);
  };
  if (const Status taken = desk.on_writing(std::move(on_thread)); !taken) refuse(context, taken.error());
}

void NativeFace::execute_confirmed(Context& context, const std::string& id, const OfficerRequest& request,
                                   const core::Subject& second) {
  OfficerDesk& desk = *services_.officers;
  const auto settled = [&](const Error& error) {
    desk.pending().settle(id, false, error.text(), desk.now_ms());
    refuse(context, error);
  };
  if (request.kind == kAcceptRecoveryKind) {
    const Acceptance acceptance{desk.now(), request.by, second};
    if (const Status accepted = services_.accept_recovery(&acceptance); !accepted) return settled(accepted.error());
    std::string body;
    JcsWriter w(body);
    core::write_fields(w, acceptance);
    desk.pending().settle(id, true, body, desk.now_ms());
    return answer(context, net::json_response(200, std::move(body)));
  }
  const auto document = log::JcsDocument::parse(request.text, kOfficerActLineBytesMax);
  if (!document) return settled(document.error());
  if (request.kind == kReleaseShareKind) return release_confirmed(context, id, document->root(), request.by);
  auto command = coordination::read_act(document->root(), request.by);
  if (!command) return settled(command.error());
  command->second = second;
  auto done = [this, &desk, exchange = context.exchange, kept = context.kept, id](
                  Result<coordination::ActOutcome> outcome, const coordination::Coalition&) {
    if (!outcome) {
      desk.pending().settle(id, false, outcome.error().text(), desk.now_ms());
      return Departure{exchange, problem(*exchange, std::move(outcome.error())), {}};
    }
    std::string body = act_json(*outcome);
    auto durable = [&desk, id, body, note = tie(kept, outcome->seq, hash_of(*outcome))](const Status& on_disk) {
      desk.pending().settle(id, on_disk.has_value(), on_disk ? body : on_disk.error().text(), desk.now_ms());
      note(on_disk);
    };
    return Departure{exchange, net::json_response(200, std::move(body)), std::move(durable)};
  };
  if (const Status taken = services_.core.submit(ActTask{std::move(*command), std::move(done)}); !taken) {
    desk.pending().put_back(id);
    refuse(context, taken.error());
  }
}

void NativeFace::refuse_pending_act(Context& context, api::RefusePendingActRequest&& request) {
  if (services_.officers == nullptr) return refuse(context, no_officers());
  OfficerDesk& desk = *services_.officers;
  if (const Status good = core::check_label(request.body.text, kRefusalTextMax, "text"); !good) {
    return refuse(context, good.error());
  }
  const Status refused = desk.pending().refuse(request.id, officer_name(context), request.body.text, desk.now_ms());
  if (!refused) return refuse(context, refused.error());
  const auto act = desk.pending().find(request.id, desk.now_ms());
  if (!act) return refuse(context, {ErrorCode::kNotFound, "there is no such pending act, or no more", "id"});
  answer(context, pending_response(200, *act, desk));
}

// --- recovery --------------------------------------------------------------------------------------------------------

void NativeFace::accept_recovery(Context& context, api::AcceptRecoveryRequest&& request) {
  if (!services_.accept_recovery) {
    return refuse(context, {ErrorCode::kWrongState, "this node has no recovery to accept", {}});
  }
  if (const Status may = services_.accept_recovery(nullptr); !may) return refuse(context, may.error());
  // Nothing of it depends on the body; what is lost is what the node says in /v1/coordination/peers.
  hold(context, officer_request(context.caller.subject, request.body.command_id.str(), kAcceptRecoveryKind, "{}"));
}

}  // namespace tansiq::node
