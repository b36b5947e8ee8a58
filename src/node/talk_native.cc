// What is said with other authorities, in the native API. Part of NativeFace.
#include <fmt/format.h>

#include <utility>

#include "log/sha256.h"
#include "node/attachment_store.h"
#include "node/native_face.h"
#include "node/plan_watch.h"
#include "node/saved_response.h"
#include "node/talk_json.h"
#include "node/talk_words.h"

namespace tansiq::node {
namespace {

constexpr std::string_view kActScope = "coordination.act";

/// Acts by which an authority speaks; all others change what it grants or flies.
bool speaks(std::string_view kind) {
  return kind.starts_with("talk.") || kind.starts_with("incident.") || kind == coordination::CheckLine::kKind;
}

ListPage page_of(std::int64_t limit, std::optional<std::string>&& cursor) {
  return {.limit = static_cast<std::size_t>(limit), .cursor = std::move(cursor).value_or(std::string())};
}

/// In the one spelling that everything here has.
Result<log::Hash> attachment_hash(std::string_view text) {
  auto hash = log::Hash::from_hex(text);
  if (hash && hash->hex() == text) return std::move(*hash);
  return fail(ErrorCode::kInvalid, "a SHA-256 is 64 hexadecimal digits in lower case", "sha256");
}

}  // namespace

Status NativeFace::may_do(const Context& context, const coordination::Act& act) const {
  const net::Principal& who = *context.exchange->request().principal;
  if (who.has(kActScope) || who.has("admin") || speaks(coordination::kind_name(act))) return {};
  return fail(ErrorCode::kForbidden, fmt::format("the token does not allow {}", kActScope), "Authorization");
}

void NativeFace::list_talks(Context& context, api::ListTalksRequest&& request) {
  read_all(context,
           [this, page = page_of(request.limit, std::move(request.cursor))](
               const coordination::Coalition& all) -> Result<net::Response> {
             return net::json_response(200, TRY(thread_list_json(all, page, services_.core.now())));
           });
}

void NativeFace::get_talk(Context& context, api::GetTalkRequest&& request) {
  const auto language = read_language(request.language);
  if (!language) return refuse(context, language.error());
  auto thread = coordination::ThreadId::parse(request.thread);
  if (!thread) return refuse(context, {ErrorCode::kInvalid, thread.error().message, "thread"});
  ThreadAsked asked{.opener = std::move(request.opener),
                    .thread = std::move(*thread),
                    .limit = static_cast<std::size_t>(request.limit),
                    .before = {},
                    .language = *language};
  if (request.before_ms) asked.before = UtcMs{*request.before_ms};
  read_all(context, [this, asked = std::move(asked)](const coordination::Coalition& all) -> Result<net::Response> {
    return net::json_response(200, TRY(thread_json(all, asked, services_.core.now())));
  });
}

void NativeFace::put_attachment(Context& context, api::PutAttachmentRequest&& request) {
  const auto named = attachment_hash(request.sha256);
  if (!named) return refuse(context, named.error());
  const log::Hash actual = log::sha256(request.body);
  if (actual != *named) {
    return refuse(context,
                  {ErrorCode::kMismatch,
                   fmt::format("the bytes that came have SHA-256 {}, not {}", actual.hex(), named->hex()), "sha256"});
  }
  auto done = [this, exchange = context.exchange](const Status& kept) {
    if (!kept) return static_cast<void>(exchange->respond(problem(*exchange, kept.error())));
    net::Response response;
    response.status = 204;
    exchange->respond(std::move(response));
  };
  AttachmentTask task{.sha256 = actual, .bytes = std::move(request.body), .from = {}, .done = std::move(done)};
  if (const Status taken = services_.core.submit(std::move(task)); !taken) refuse(context, taken.error());
}

void NativeFace::get_attachment(Context& context, api::GetAttachmentRequest&& request) {
  const auto named = attachment_hash(request.sha256);
  if (!named) return refuse(context, named.error());
  read_all(context,
           [files = services_.files, hash = *named](const coordination::Coalition& all) -> Result<net::Response> {
             std::optional<std::string> bytes;
             if (files && all.talks().attachments().here().contains(hash)) bytes = TRY(read_attachment(*files, hash));
             if (!bytes) return fail(ErrorCode::kNotFound, "no attachment of this hash is here", "sha256");
             net::Response response = saved_response(hash.hex() + ".bin");  // Whatever it says it is.
             response.body = std::move(*bytes);
             return response;
           });
}

void NativeFace::get_overdue_talks(Context& context, api::GetOverdueTalksRequest&&) {
  read_all(context, [this](const coordination::Coalition& all) -> Result<net::Response> {
    return net::json_response(200, overdue_json(all, services_.core.now()));
  });
}

void NativeFace::get_plans(Context& context, api::GetPlansRequest&&) {
  read_all(context, [this](const coordination::Coalition& all) -> Result<net::Response> {
    return net::json_response(200, plans_json(all, services_.plans, services_.core.now()));
  });
}

void NativeFace::get_talk_events(Context& context, api::GetTalkEventsRequest&& request) {
  stream(context, request.after, EventHub::View::kTalks);
}

void NativeFace::preview_talk(Context& context, api::PreviewTalkRequest&& request) {
  read_all(context,
           [this, body = std::move(request.body)](const coordination::Coalition& all) -> Result<net::Response> {
             return net::json_response(200, TRY(talk_preview_json(body, all, services_.core.now())));
           });
}

void NativeFace::get_lines(Context& context, api::GetLinesRequest&&) {
  read_all(context, [this](const coordination::Coalition& all) -> Result<net::Response> {
    return net::json_response(200, lines_json(all, services_.core.now(), services_.self.clock_rate));
  });
}

void NativeFace::list_incidents(Context& context, api::ListIncidentsRequest&& request) {
  read_all(context,
           [page = page_of(request.limit, std::move(request.cursor))](const coordination::Coalition& all)
               -> Result<net::Response> { return net::json_response(200, TRY(incident_list_json(all, page))); });
}

void NativeFace::get_incident(Context& context, api::GetIncidentRequest&& request) {
  const auto language = read_language(request.language);
  if (!language) return refuse(context, language.error());
  auto id = coordination::IncidentId::parse(request.id);
  if (!id) return refuse(context, {ErrorCode::kInvalid, id.error().message, "id"});
  coordination::IncidentKey key{std::move(request.opener), std::move(*id)};
  read_all(context,
           [key = std::move(key), language = *language](const coordination::Coalition& all) -> Result<net::Response> {
             return net::json_response(200, TRY(incident_json(all, key, language)));
           });
}

void NativeFace::list_reports(Context& context, api::ListReportsRequest&&) {
  read_all(context, [](const coordination::Coalition& all) -> Result<net::Response> {
    return net::json_response(200, reports_json(all));
  });
}

}  // namespace tansiq::node
