// Bundles of evidence in the native API. Part of NativeFace.
//
// Whoever takes one takes out of the house what stands in the record, and all other members' words with it: it needs
// what acting needs and what reading the logs of pairs needs, so observers have none. It is signed and kept like an act
// where a person asks, and stands in the log of the node in any case.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "base/logging.h"
#include "node/evidence_desk.h"
#include "node/native_face.h"
#include "node/saved_response.h"

namespace tansiq::node {
namespace {

/// Beside acting: what logs of pairs are read with, of which bundles are made.
constexpr std::array<std::string_view, 3> kReadScopes{"log.read", "coordination.read", "talks.read"};

/// Nothing in it means anything to a header, a shell or a file system.
std::string file_name_of(std::string_view text) {
  std::string out(text.substr(0, 128));
  std::ranges::replace_if(out, [](unsigned char c) { return std::isalnum(c) == 0 && c != '-' && c != '_'; }, '-');
  return out + ".bundle";
}

Result<EvidenceSubject> subject_of(EvidenceSubject::Kind kind, AuthorityId opener, std::string_view id,
                                   std::string_view where) {
  // As the names of either are spelled; what nobody can be called is not looked for.
  const auto check = [&](const auto& parsed) -> Status {
    if (!parsed) return fail(ErrorCode::kInvalid, parsed.error().message, std::string(where));
    return {};
  };
  TRY_VOID(kind == EvidenceSubject::Kind::kIncident ? check(coordination::IncidentId::parse(id))
                                                    : check(coordination::ThreadId::parse(id)));
  return EvidenceSubject{kind, std::move(opener), std::string(id)};
}

Result<EvidenceRequest> request_of(api::EvidenceOrder&& order) {
  EvidenceRequest out;
  for (std::size_t i = 0; i < order.entries.size(); ++i) {
    auto hash = log::Hash::from_hex(order.entries[i]);
    if (!hash) return fail(ErrorCode::kInvalid, hash.error().message, fmt::format("entries[{}]", i));
    out.entries.push_back(*hash);
  }
  if (order.from_ms) out.from = UtcMs{*order.from_ms};
  if (order.to_ms) out.to = UtcMs{*order.to_ms};
  if (order.incident && order.thread) {
    return fail(ErrorCode::kInvalid, "a bundle is about an incident or a thread, not both: ask for two", "thread");
  }
  if (order.incident) {
    out.subject = TRY(subject_of(EvidenceSubject::Kind::kIncident, std::move(order.incident->opener),
                                 order.incident->id, "incident.id"));
  }
  if (order.thread) {
    out.subject =
        TRY(subject_of(EvidenceSubject::Kind::kThread, std::move(order.thread->opener), order.thread->id, "thread.id"));
  }
  if (out.entries.empty() && !out.from && !out.to && !out.subject) {
    return fail(ErrorCode::kInvalid,
                "says nothing of what is asked for: entries, from_ms and to_ms, incident or thread");
  }
  out.logs = std::move(order.logs);
  out.bodies = order.bodies;
  return out;
}

std::string what_of(const EvidenceRequest& request) {
  if (request.subject) return request.subject->text();
  if (request.from && request.to) return fmt::format("{}/{}", format_utc(*request.from), format_utc(*request.to));
  return fmt::format("{} entries", request.entries.size());
}

}  // namespace

void NativeFace::make_evidence(Context& context, api::MakeEvidenceRequest&& request) {
  const bool recordings = request.body.recordings;
  auto asked = request_of(std::move(request.body));
  if (!asked) return refuse(context, asked.error());
  send_bundle(context, std::move(*asked), recordings);
}

void NativeFace::get_incident_bundle(Context& context, api::GetIncidentBundleRequest&& request) {
  auto subject = subject_of(EvidenceSubject::Kind::kIncident, std::move(request.opener), request.id, "id");
  if (!subject) return refuse(context, subject.error());
  EvidenceRequest asked;
  asked.subject = std::move(*subject);
  send_bundle(context, std::move(asked), /*recordings=*/true);
}

void NativeFace::send_bundle(Context& context, EvidenceRequest request, bool recordings) {
  if (services_.evidence == nullptr) {
    return refuse(context, {ErrorCode::kUnavailable, "this node makes no bundles", {}});
  }
  const net::Principal& who = *context.exchange->request().principal;
  for (const std::string_view scope : kReadScopes) {
    if (who.has(scope) || who.has("admin")) continue;
    return refuse(context, {ErrorCode::kForbidden, fmt::format("the token does not allow {}", scope), "Authorization"});
  }
  by_hand(context, "", [this, request = std::move(request), recordings](Context& signed_for) mutable {
    const std::string by = signed_for.caller.subject.str();
    const std::string what = what_of(request);
    auto done = [this, exchange = signed_for.exchange, by, what](Result<EvidenceDesk::Bundle> bundle) {
      if (!bundle) return static_cast<void>(exchange->respond(problem(*exchange, std::move(bundle.error()))));
      log_info("evidence.made", {{"by", by},
                                 {"about", what},
                                 {"entries", bundle->made.entries},
                                 {"recordings", bundle->made.recordings},
                                 {"bytes", bundle->made.written.bytes}});
      net::Response response = saved_response(file_name_of(what));
      response.source = std::move(bundle->body);
      exchange->respond(std::move(response));
    };
    EvidenceDesk::Order order{.request = std::move(request),
                              .recordings = recordings,
                              .subject = by,
                              .abandoned = [exchange = signed_for.exchange] { return exchange->abandoned(); },
                              .done = std::move(done)};
    if (const Status taken = services_.evidence->ask(std::move(order)); !taken) refuse(signed_for, taken.error());
  });
}

}  // namespace tansiq::node
