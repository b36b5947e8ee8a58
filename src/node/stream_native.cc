// Everything that a session may be told, in one stream of server-sent events. Part of NativeFace.
//
// The record and what is said come from the hub, which resumes them; the live picture, which begins anew, from its
// desk. Both write into one queue, each only while little waits there, so neither can fill it against the other.
#include <fmt/format.h>

#include <utility>

#include "node/live_desk.h"
#include "node/native_face.h"

namespace tansiq::node {
namespace {

constexpr std::string_view kLogReadScope = "log.read";
constexpr std::string_view kTalksReadScope = "talks.read";
constexpr std::string_view kPictureReadScope = "picture.read";

}  // namespace

void NativeFace::get_stream(Context& context, api::GetStreamRequest&&) {
  const net::Request& asked = context.exchange->request();
  const net::Principal& who = *asked.principal;
  const auto may = [&](std::string_view scope) { return who.has(scope) || who.has("admin"); };
  const EventHub::Parts parts{.record = may(kLogReadScope), .talks = may(kTalksReadScope), .reach = reach_of(who)};
  const bool may_live = may(kPictureReadScope);
  const bool live = may_live && services_.live != nullptr;
  if (!parts.any() && may_live && !live) {
    return refuse(context,
                  {ErrorCode::kNotFound, "this node has no live picture, and the token allows nothing else", {}});
  }
  if (!parts.any() && !may_live) {
    return refuse(context, {ErrorCode::kForbidden,
                            fmt::format("the token allows none of {}, {} and {}: there is nothing to be told",
                                        kLogReadScope, kTalksReadScope, kPictureReadScope),
                            "Authorization"});
  }
  std::optional<StreamCursor> from;
  if (const auto last = asked.header("last-event-id")) {
    const auto read = StreamCursor::parse(*last);
    if (!read) return refuse(context, read.error());
    from = *read;
  }
  const std::string subject = context.caller.subject.str();
  if (parts.any()) {
    const std::optional<std::uint64_t> last = from ? std::optional(from->last()) : std::nullopt;
    if (const Status good = services_.events.check(subject, last); !good) return refuse(context, good.error());
  }
  if (asked.method == net::Method::kHead) {
    net::Response response;
    response.headers.add("Content-Type", "text/event-stream");
    return answer(context, std::move(response));
  }
  const auto word = [](bool allowed, bool there) { return !allowed ? "forbidden" : there ? "open" : "none"; };
  std::string said = fmt::format(R"({{"live":"{}","record":"{}","talks":"{}"}})", word(may_live, live),
                                 word(parts.record, true), word(parts.talks, true));
  auto begin = [this, exchange = context.exchange, parts, from, subject, said = std::move(said)] {
    net::StreamHandle stream = begin_stream(exchange, live_stream_queue());
    const StreamCursor at = from.value_or(StreamCursor::at(services_.events.next_seq()));
    // With it whoever loses the line before the first entry comes back to here.
    (void)stream.send(at.text(), "stream/begin", said);
    if (parts.any()) services_.events.subscribe(subject, stream, at, parts);
    return stream;
  };
  if (!live) return static_cast<void>(begin());
  auto join = [this, exchange = context.exchange, subject, begin = std::move(begin)](LiveDesk::Inside& inside) {
    if (exchange->abandoned()) return;
    if (const Status good = inside.stream().check(subject); !good) {
      exchange->respond(problem(*exchange, good.error()));
    } else {
      inside.stream().join(subject, begin(), true);
    }
  };
  if (const Status taken = services_.live->submit(std::move(join)); !taken) refuse(context, taken.error());
}

}  // namespace tansiq::node
