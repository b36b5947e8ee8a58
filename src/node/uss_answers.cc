#include "node/uss_answers.h"

#include <fmt/format.h>

#include <utility>

#include "base/json_in.h"
#include "node/f3548_json.h"
#include "uss/spell.h"

namespace tansiq::node {
namespace {

using uss::Kind;
using uss::News;

UssAnswer refused(int status, std::string message) { return {.status = status, .message = std::move(message)}; }

/// What the ledger does not take for lack of room is worth another try; everything else has been judged before.
UssAnswer not_taken(const Error& error) {
  return refused(error.code == ErrorCode::kOverloaded ? 429
                 : error.code == ErrorCode::kTooLarge ? 413
                                                      : 409,
                 error.message);
}

uss::Learned learned_of(const uss::Notice& notice, std::string_view raw) {
  const uss::Reference& r = notice.full->reference;
  return {.details = notice.full->details.hash,
          .end = r.end,
          .how = uss::How::kNotice,
          .id = r.id,
          .kind = notice.kind,
          .manager = r.manager,
          .notice = log::sha256(raw),
          .ovn = r.ovn,
          .start = r.start,
          .state = r.state,
          .url = r.url,
          .version = r.version,
          .bytes = raw.size()};
}

UssAnswer take_end(UssDesk& desk, const uss::Notice& notice, const std::string& sender, std::string raw) {
  const uss::Other* known = desk.ledger().other(notice.kind, notice.id);
  if (known != nullptr && known->last.manager != sender) return refused(403, "it is another manager's");
  if (known != nullptr && known->gone) return {.status = 204};
  const Status said = desk.say(uss::Gone{
      .id = notice.id, .kind = notice.kind, .manager = sender, .notice = log::sha256(raw), .bytes = raw.size()});
  if (!said) return not_taken(said.error());
  desk.keep(std::move(raw));
  return {.status = 204, .news = true};
}

}  // namespace

UssAnswer serve_intent(UssDesk& desk, const UssNames& names, const uss::Uuid& id) {
  const uss::Registration* of = desk.ledger().registration(id);
  if (of == nullptr || of->ended) return refused(404, "no operational intent of this id is registered here");
  const auto details = desk.body(of->last.details);
  if (!details) return refused(503, "its details are not in the store");
  return {.status = 200, .body = uss::served_json(of->last, names.manager, *details)};
}

std::optional<uss::Registered> standing_of(UssDesk& desk, const uss::Uuid& id) {
  const uss::Registration* of = desk.ledger().registration(id);
  if (of == nullptr || of->ended) return std::nullopt;
  return of->last;
}

UssAnswer take_notice(UssDesk& desk, const UssNames& names, const uss::Notice& notice, const std::string& sender,
                      std::string raw) {
  if (desk.ledger().registration(notice.id) != nullptr) return refused(403, "this id is of an intent of ours");
  if (!notice.full) return take_end(desk, notice, sender, std::move(raw));
  const uss::Reference& reference = notice.full->reference;
  if (reference.manager != sender) {
    return refused(403, fmt::format("the token is of {}, the manager is {}", sender, reference.manager));
  }
  if (const Status good = uss::check_base_url(reference.url, names.allow_http); !good) {
    return refused(400, "reference.uss_base_url: " + good.error().message);
  }
  const uss::Learned learned = learned_of(notice, raw);
  switch (desk.ledger().judge(learned)) {
    case News::kKnown:
      return {.status = 204};
    case News::kForeign:
      return refused(403, "it is another manager's");
    case News::kOlder:
      return refused(409, fmt::format("version {} is older than what is known", learned.version));
    case News::kDifferent: {
      uss::DriftFound found{.id = learned.id,
                            .manager = learned.manager,
                            .served = learned.details,
                            .url = learned.url,
                            .version = learned.version,
                            .what = "a notice of this version differs from what was said of it before"};
      // An incident that stands there already, of whomever, came of asking under a registry's eyes, or is this one.
      const bool stands = desk.ledger().drifts().contains({learned.id, learned.version});
      if (notice.kind == Kind::kIntent && !stands && desk.say(std::move(found))) desk.keep(notice.full->details.text);
      return refused(409, fmt::format("version {} has other content here", learned.version));
    }
    case News::kNew:
      break;
  }
  if (const Status said = desk.say(learned); !said) return not_taken(said.error());
  desk.keep(notice.full->details.text);
  desk.keep(std::move(raw));
  return {.status = 204, .news = true};
}

UssAnswer take_report(UssDesk& desk, const std::string& sender, std::string raw) {
  const std::string id = fmt::format("r-{}-{}", desk.ledger().reports() + 1, log::sha256(raw).hex().substr(0, 8));
  const auto document = JsonDocument::parse(raw);
  if (!document) return refused(400, document.error().text());
  std::string body = f3548_report_json(document->root(), id);
  std::string kept = kept_report("uss.reported", id, raw);
  const Status said =
      desk.say(uss::Reported{.id = id, .manager = sender, .report = log::sha256(kept), .bytes = raw.size()});
  if (!said) return not_taken(said.error());
  desk.keep(std::move(kept));
  return {.status = 201, .body = std::move(body)};
}

}  // namespace tansiq::node
