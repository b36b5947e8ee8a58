// Officers in the native API: sessions, sign-in links, accounts, the watch. Part of NativeFace; what they do in person
// is in officer_acts_native.cc.
#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <utility>

#include "log/jcs.h"
#include "net/rate_limit.h"
#include "node/native_face.h"
#include "node/officer_desk.h"

namespace tansiq::node {
namespace {

using log::JcsWriter;

constexpr DurationMs kMinuteMs = 60'000;

/// A password on its way; wiped at the end.
class Password {
 public:
  explicit Password(std::string text) : text_(std::move(text)) {}
  Password(const Password&) = delete;
  Password& operator=(const Password&) = delete;
  ~Password() { sodium_memzero(text_.data(), text_.size()); }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
};
std::shared_ptr<const Password> kept(std::string text) { return std::make_shared<const Password>(std::move(text)); }

/// The body that brought it is needed no more.
void wipe_body(net::Request& request) {
  sodium_memzero(request.body.data(), request.body.size());
  request.body.clear();
}

bool loopback(const net::Request& request) {
  const std::string& address = request.connection->address;
  return address.starts_with("127.") || address == "::1";
}

OfficerRole role_of(api::OfficerRole role) {
  switch (role) {
    case api::OfficerRole::kObserver:
      return OfficerRole::kObserver;
    case api::OfficerRole::kOfficer:
      return OfficerRole::kOfficer;
    case api::OfficerRole::kSupervisor:
      return OfficerRole::kSupervisor;
  }
  return OfficerRole::kObserver;
}

std::string session_json(const SignedIn& who, std::string_view id, bool with_token, const OfficerDesk& desk) {
  std::string out;
  JcsWriter w(out);
  w.begin_object().key("csrf").string(OfficerSessions::csrf_token(id));
  w.key("expires_ms").integer((desk.now() + who.remaining_ms).ms).key("name").string(who.name);
  w.key("provisional").boolean(who.provisional).key("role").string(to_text(who.role)).key("scopes").begin_array();
  for (const std::string& scope : scopes_of(who.role, who.provisional)) w.string(scope);
  w.end_array().key("subject").string(officer_subject(who.name, desk.self()));
  if (with_token) w.key("token").string(fmt::format("{}{}", kSessionBearerPrefix, id));
  w.end_object();
  return out;
}

net::Response session_response(const OfficerDesk::Opened& opened, bool bearer, bool tls, const OfficerDesk& desk) {
  net::Response out = net::json_response(200, session_json(opened.who, opened.id, bearer, desk));
  out.headers.add("Cache-Control", "no-store");
  if (bearer) return out;
  out.headers.add("Set-Cookie", session_cookie(opened.id, tls, opened.who.remaining_ms));
  if (!opened.device.empty()) out.headers.add("Set-Cookie", device_cookie(opened.device, tls));
  return out;
}

void write_officer(JcsWriter& w, const OfficerAccount& account, OfficerDesk& desk) {
  const std::vector<WatchKeeper> watch = desk.book().watch();
  const bool on_watch = std::ranges::find(watch, account.name, &WatchKeeper::name) != watch.end();
  w.begin_object().key("disabled").boolean(account.disabled).key("name").string(account.name);
  w.key("on_watch").boolean(on_watch).key("provisional").boolean(account.provisional);
  w.key("public_key").string(to_hex(account.secret.public_key)).key("role").string(to_text(account.role));
  w.key("waits_ms").integer(desk.guard().wait(account.name, desk.now_ms())).end_object();
}

Result<net::Response> officer_response(int status, const std::string& name, OfficerDesk& desk) {
  const auto account = desk.book().find(name);
  if (!account) return fail(ErrorCode::kNotFound, "there is no such officer, or no more", "id");
  std::string out;
  JcsWriter w(out);
  write_officer(w, *account, desk);
  return net::json_response(status, std::move(out));
}

net::Response watch_response(const OfficerBook& book) {
  const std::vector<WatchKeeper> watch = book.watch();
  std::string out;
  JcsWriter w(out);
  w.begin_object().key("attended").boolean(!watch.empty()).key("keepers").begin_array();
  for (const WatchKeeper& keeper : watch) {
    w.begin_object().key("name").string(keeper.name);
    if (!keeper.offered.empty()) w.key("offered").string(keeper.offered);
    w.key("since_ms").integer(keeper.since.ms).end_object();
  }
  w.end_array().end_object();
  return net::json_response(200, std::move(out));
}

}  // namespace

// --- the seam --------------------------------------------------------------------------------------------------------

std::string NativeFace::officer_name(const Context& context) const {
  return std::string(officer_in(context.caller.subject.str(), services_.officers->self()).value_or(""));
}

void NativeFace::at_officers(Context& context, OfficerThread thread, OfficerWork work) {
  if (services_.officers == nullptr) return refuse(context, no_officers());
  OfficerDesk& desk = *services_.officers;
  auto on_thread = [this, &desk, exchange = context.exchange, work = std::move(work)] {
    auto response = work(desk);
    exchange->respond(response ? std::move(*response) : problem(*exchange, std::move(response.error())));
  };
  const std::string network = net::client_network(context.exchange->request().connection->address);
  const Status taken = thread == OfficerThread::kPasswords ? desk.on_passwords(network, std::move(on_thread))
                                                           : desk.on_writing(std::move(on_thread));
  if (!taken) refuse(context, taken.error());
}

// --- sessions --------------------------------------------------------------------------------------------------------

void NativeFace::open_session(Context& context, api::OpenSessionRequest&& request) {
  net::Request& asked = context.exchange->request();
  const auto password = kept(std::move(request.body.password));
  wipe_body(asked);
  // Without it another site could sign a browser in under an account of its own choosing.
  if (const Status here = check_origin(asked, false); !here) return refuse(context, here.error());
  const bool tls = asked.connection->tls;
  if (!tls && !loopback(asked)) {
    return refuse(context, {ErrorCode::kForbidden, "a password is not taken in clear text from another machine", {}});
  }
  std::string former;
  if (const auto shown = shown_session(asked); shown && *shown) former = (*shown)->id;
  at_officers(context, OfficerThread::kPasswords,
              [name = std::move(request.body.name), password, former, bearer = request.body.bearer, tls,
               device = shown_device(asked),
               network = net::client_network(asked.connection->address)](OfficerDesk& desk) -> Result<net::Response> {
                const auto opened = TRY(desk.sign_in(name, password->text(), network, former, device));
                return session_response(opened, bearer, tls, desk);
              });
}

void NativeFace::get_session(Context& context, api::GetSessionRequest&&) {
  if (services_.officers == nullptr) return refuse(context, no_officers());
  const auto shown = shown_session(context.exchange->request());
  const auto who = shown && *shown ? services_.officers->sessions().find((*shown)->id) : std::nullopt;
  if (!who) return refuse(context, {ErrorCode::kUnauthenticated, "the session is over; sign in again", {}});
  net::Response out = net::json_response(200, session_json(*who, (*shown)->id, false, *services_.officers));
  out.headers.add("Cache-Control", "no-store");
  answer(context, std::move(out));
}

void NativeFace::end_session(Context& context, api::EndSessionRequest&&) {
  if (services_.officers == nullptr) return refuse(context, no_officers());
  const net::Request& request = context.exchange->request();
  const auto shown = shown_session(request);
  if (shown && *shown) services_.officers->sessions().end((*shown)->id);
  net::Response out = net::text_response(200, "signed out\n");
  if (shown && *shown && (*shown)->cookie) out.headers.add("Set-Cookie", ended_cookie(request.connection->tls));
  answer(context, std::move(out));
}

void NativeFace::change_password(Context& context, api::ChangePasswordRequest&& request) {
  if (services_.officers == nullptr) return refuse(context, no_officers());
  net::Request& asked = context.exchange->request();
  wipe_body(asked);
  const auto shown = shown_session(asked);
  const bool bearer = shown && *shown && !(*shown)->cookie;
  at_officers(context, OfficerThread::kPasswords,
              [name = officer_name(context), before = kept(std::move(request.body.old_password)),
               after = kept(std::move(request.body.new_password)), bearer, tls = asked.connection->tls,
               device = shown_device(asked),
               network = net::client_network(asked.connection->address)](OfficerDesk& desk) -> Result<net::Response> {
                const auto opened = TRY(desk.change_password(name, before->text(), after->text(), network, device));
                return session_response(opened, bearer, tls, desk);
              });
}

// --- links -----------------------------------------------------------------------------------------------------------

void NativeFace::make_session_link(Context& context, api::MakeSessionLinkRequest&& request) {
  if (services_.officers == nullptr) return refuse(context, no_officers());
  OfficerDesk& desk = *services_.officers;
  const auto maker = session_behind(context.exchange->request(), desk.sessions());
  if (!maker) return refuse(context, maker.error());
  std::optional<OfficerRole> role;
  if (request.body.role) role = role_of(*request.body.role);
  const std::string name = request.body.name.value_or(maker->name);
  const auto made = desk.make_link(*maker, name, role, request.body.minutes * kMinuteMs);
  if (!made) return refuse(context, made.error());
  std::string out;
  JcsWriter w(out);
  w.begin_object().key("expires_ms").integer((desk.now() + made->for_ms).ms).key("name").string(name);
  w.key("role").string(to_text(made->role)).key("secret").string(made->secret).end_object();
  net::Response response = net::json_response(201, std::move(out));
  response.headers.add("Cache-Control", "no-store");
  answer(context, std::move(response));
}

void NativeFace::use_session_link(Context& context, api::UseSessionLinkRequest&& request) {
  if (services_.officers == nullptr) return refuse(context, no_officers());
  OfficerDesk& desk = *services_.officers;
  net::Request& asked = context.exchange->request();
  const auto secret = kept(std::move(request.body.secret));
  wipe_body(asked);
  if (const Status here = check_origin(asked, false); !here) return refuse(context, here.error());
  const bool tls = asked.connection->tls;
  if (!tls && !loopback(asked)) {
    return refuse(context, {ErrorCode::kForbidden, "a link is not taken in clear text from another machine", {}});
  }
  std::string former;
  if (const auto shown = shown_session(asked); shown && *shown) former = (*shown)->id;
  const auto opened = desk.use_link(secret->text(), net::client_network(asked.connection->address), former);
  if (!opened) return refuse(context, opened.error());
  answer(context, session_response(*opened, request.body.bearer, tls, desk));
}

// --- accounts --------------------------------------------------------------------------------------------------------

void NativeFace::list_officers(Context& context, api::ListOfficersRequest&&) {
  if (services_.officers == nullptr) return refuse(context, no_officers());
  OfficerDesk& desk = *services_.officers;
  std::string out;
  JcsWriter w(out);
  w.begin_object().key("officers").begin_array();
  const std::vector<OfficerAccount> accounts = desk.book().accounts();
  for (const OfficerAccount& account : accounts) write_officer(w, account, desk);
  w.end_array().end_object();
  answer(context, net::json_response(200, std::move(out)));
}

void NativeFace::add_officer(Context& context, api::AddOfficerRequest&& request) {
  if (services_.officers == nullptr) return refuse(context, no_officers());
  wipe_body(context.exchange->request());
  at_officers(context, OfficerThread::kPasswords,
              [by = officer_name(context), name = std::move(request.body.name), role = role_of(request.body.role),
               password = kept(std::move(request.body.password))](OfficerDesk& desk) -> Result<net::Response> {
                TRY_VOID(desk.add(by, name, role, password->text()));
                return officer_response(201, name, desk);
              });
}

void NativeFace::change_officer(Context& context, api::ChangeOfficerRequest&& request) {
  if (services_.officers == nullptr) return refuse(context, no_officers());
  wipe_body(context.exchange->request());
  api::OfficerChange& change = request.body;
  const bool hashes = change.password.has_value();
  std::optional<OfficerRole> role;
  if (change.role) role = role_of(*change.role);
  at_officers(context, hashes ? OfficerThread::kPasswords : OfficerThread::kWrites,
              [by = officer_name(context), name = std::move(request.id), role, disabled = change.disabled,
               unlock = change.unlock.value_or(false), hashes,
               password = kept(std::move(change.password).value_or(""))](OfficerDesk& desk) -> Result<net::Response> {
                if (!desk.book().find(name)) return fail(ErrorCode::kNotFound, "there is no such officer", "id");
                // First what can be refused for what it says, so that nothing is done by halves.
                if (hashes) TRY_VOID(desk.reset_password(by, name, password->text()));
                if (role || disabled) TRY_VOID(desk.change(by, name, role, disabled));
                if (unlock) desk.unlock(by, name);
                return officer_response(200, name, desk);
              });
}

void NativeFace::remove_officer(Context& context, api::RemoveOfficerRequest&& request) {
  if (services_.officers == nullptr) return refuse(context, no_officers());
  at_officers(context, OfficerThread::kWrites,
              [by = officer_name(context), name = std::move(request.id)](OfficerDesk& desk) -> Result<net::Response> {
                TRY_VOID(desk.remove(by, name));
                return net::text_response(200, "removed\n");
              });
}

// --- the watch -------------------------------------------------------------------------------------------------------

void NativeFace::get_watch(Context& context, api::GetWatchRequest&&) {
  if (services_.officers == nullptr) return refuse(context, no_officers());
  answer(context, watch_response(services_.officers->book()));
}

/// By what OfficerBook::offer_watch goes by.
void NativeFace::list_watch_officers(Context& context, api::ListWatchOfficersRequest&&) {
  if (services_.officers == nullptr) return refuse(context, no_officers());
  const OfficerBook& book = services_.officers->book();
  const std::vector<WatchKeeper> keepers = book.watch();
  std::string out;
  JcsWriter w(out);
  w.begin_object().key("officers").begin_array();
  for (const OfficerAccount& account : book.accounts()) {
    if (!account.acts()) continue;
    const bool on_watch = std::ranges::find(keepers, account.name, &WatchKeeper::name) != keepers.end();
    w.begin_object().key("name").string(account.name).key("on_watch").boolean(on_watch);
    w.key("role").string(to_text(account.role)).end_object();
  }
  w.end_array().end_object();
  answer(context, net::json_response(200, std::move(out)));
}

void NativeFace::at_watch(Context& context, WatchWork work) {
  if (services_.officers == nullptr) return refuse(context, no_officers());
  const net::Request& asked = context.exchange->request();
  const auto who = session_behind(asked, services_.officers->sessions());
  if (!who) return refuse(context, who.error());
  const auto request = officer_request(context.caller.subject, {}, context.operation, asked.path(), asked.body);
  if (!request) return refuse(context, request.error());
  at_officers(context, OfficerThread::kWrites,
              [who = *who, request = *request, work = std::move(work)](OfficerDesk& desk) -> Result<net::Response> {
                TRY(desk.keep_act(request, who));
                TRY_VOID(work(desk, who.name));
                return watch_response(desk.book());
              });
}

void NativeFace::take_watch(Context& context, api::TakeWatchRequest&&) {
  at_watch(context, [](OfficerDesk& desk, const std::string& name) { return desk.take_watch(name); });
}

void NativeFace::hand_over_watch(Context& context, api::HandOverWatchRequest&& request) {
  at_watch(context, [to = std::move(request.body.to)](OfficerDesk& desk, const std::string& name) {
    return desk.offer_watch(name, to);
  });
}

void NativeFace::leave_watch(Context& context, api::LeaveWatchRequest&&) {
  at_watch(context, [](OfficerDesk& desk, const std::string& name) { return desk.leave_watch(name); });
}

}  // namespace tansiq::node
