#include "node/officer_desk.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/logging.h"
#include "net/steady.h"

namespace tansiq::node {
namespace {

constexpr std::chrono::milliseconds kRoundEvery{5'000};
constexpr const char* kWrong = "the name or the password is wrong, or the account is disabled";

std::unexpected<Error> wrong() { return fail(ErrorCode::kUnauthenticated, kWrong); }

}  // namespace

OfficerDesk::OfficerDesk(Config config, std::unique_ptr<OfficerBook> book, std::unique_ptr<OfficerActs> acts,
                         GuardFile guard)
    : config_(std::move(config)),
      steady_ms_(config_.steady_ms ? config_.steady_ms : net::steady_ms),
      book_(std::move(book)),
      sessions_(*book_, config_.sessions, steady_ms_),
      guard_(config_.guard),
      guard_file_(std::move(guard)),
      acts_(std::move(acts)) {
  guard_.restore(guard_file_.rows(now(), now_ms()), now_ms());
}

Result<std::unique_ptr<OfficerDesk>> OfficerDesk::open(Config config) {
  auto book = TRY(OfficerBook::open(config.data_dir));
  auto acts = TRY(OfficerActs::open(config.data_dir, config.self));
  GuardFile guard = TRY(GuardFile::open(config.data_dir));
  return std::unique_ptr<OfficerDesk>(
      new OfficerDesk(std::move(config), std::move(book), std::move(acts), std::move(guard)));
}

OfficerDesk::~OfficerDesk() { stop(); }

void OfficerDesk::start() {
  tell_watch();
  password_thread_ = std::thread([this] { work_on_passwords(); });
  writing_thread_ = std::thread([this] { work_on_writing(); });
}

void OfficerDesk::stop() {
  stopping_.store(true);
  passwords_.close();
  if (password_thread_.joinable()) password_thread_.join();
  writes_.close();
  if (writing_thread_.joinable()) writing_thread_.join();
}

// --- threads ---------------------------------------------------------------------------------------------------------

Status OfficerDesk::on_passwords(const std::string& network, Work work) {
  {
    const std::lock_guard lock(waiting_mutex_);
    std::size_t& count = waiting_[network];
    if (count >= kPasswordWorkOfNetworkMax) {
      return fail(ErrorCode::kOverloaded, "too many sign-ins from this address wait; try again");
    }
    ++count;
  }
  const auto pushed = passwords_.push({network, std::move(work)});
  if (pushed == BoundedQueue<PasswordWork>::Push::kTaken) return {};
  const std::lock_guard lock(waiting_mutex_);
  if (const auto found = waiting_.find(network); --found->second == 0) waiting_.erase(found);
  if (pushed == BoundedQueue<PasswordWork>::Push::kClosed) return fail(ErrorCode::kUnavailable, "the node is stopping");
  return fail(ErrorCode::kOverloaded, "too many sign-ins wait; try again");
}

Status OfficerDesk::on_writing(Work work) {
  switch (writes_.push(std::move(work))) {
    case BoundedQueue<Work>::Push::kTaken:
      return {};
    case BoundedQueue<Work>::Push::kFull:
      return fail(ErrorCode::kOverloaded, "too much waits for the officers' file; try again");
    case BoundedQueue<Work>::Push::kClosed:
      break;
  }
  return fail(ErrorCode::kUnavailable, "the node is stopping");
}

void OfficerDesk::work_on_passwords() {
  std::vector<PasswordWork> batch;
  while (passwords_.take(batch, 1)) {
    for (PasswordWork& one : batch) {
      if (!stopping_.load()) one.work();
      one.work = nullptr;  // With it goes the password.
      const std::lock_guard lock(waiting_mutex_);
      if (const auto found = waiting_.find(one.network); --found->second == 0) waiting_.erase(found);
    }
    batch.clear();
  }
}

void OfficerDesk::work_on_writing() {
  std::vector<Work> batch;
  while (writes_.take(batch, kOfficerWritesMax, kRoundEvery)) {
    for (const Work& work : batch) work();
    batch.clear();
    round();
  }
}

void OfficerDesk::round() {
  sessions_.sweep();
  links_.sweep(now_ms());  // A link that nobody has used keeps a key open.
  const bool before = book_->attended();
  const auto ended = book_->end_long_watches(now());
  if (!ended) {
    log_error("officers.file", {{"message", ended.error().text()}});
    return;
  }
  for (const std::string& name : *ended) log_warning("watch.too_long", {{"officer", name}});
  alarm_if_unattended(before, "the watch of the last one was too long");
  tell_watch();
}

// --- signing in ------------------------------------------------------------------------------------------------------

void OfficerDesk::keep_guard() {
  const std::lock_guard lock(guard_file_mutex_);
  const auto named = [this](const std::string& name) { return book_->find(name).has_value(); };
  if (const Status kept = guard_file_.save(guard_.rows(), now(), now_ms(), named); !kept) {
    log_error("officers.guard_file", {{"message", kept.error().text()}});
  }
}

Result<OfficerAccount> OfficerDesk::proved(const std::string& name, const std::string& password,
                                           const std::string& network, const std::string& device) {
  const std::string known = guard_file_.key().known(name, device).value_or("");
  // Looked at here and not when it was handed over: of many guesses at once each sees the failures before it.
  if (const Status may = guard_.may_try(name, network, now_ms(), known); !may) {
    locked_.fetch_add(1, std::memory_order_relaxed);
    return std::unexpected(may.error());
  }
  const auto account = book_->find(name);
  const bool fits = password_fits(account ? &account->secret : nullptr, password, config_.cost);
  if (!fits || account->disabled) {
    refused_.fetch_add(1, std::memory_order_relaxed);
    const bool locks = guard_.failed(name, network, now_ms(), known);
    keep_guard();
    // A name that nobody has may be a password in the wrong field: it is not written down.
    const std::string shown = account ? name : std::string("(unknown)");
    log_warning("officer.refused", {{"officer", shown}, {"network", network}, {"waits", locks}});
    return wrong();
  }
  guard_.succeeded(name, known);
  return *account;
}

Result<OfficerDesk::Opened> OfficerDesk::opened(const std::string& name, const std::string& password,
                                                const std::string& device) {
  // As it stands now: what was changed while a password was worked on counts.
  const auto account = book_->find(name);
  if (!account || account->disabled) return wrong();
  OfficerKey key = TRY(open_key(account->secret, password));
  Opened out;
  out.id = sessions_.open(*account, std::move(key));
  auto who = sessions_.find(out.id);
  if (!who) return wrong();
  out.who = std::move(*who);
  // Failures before this were forgiven, too. A device is told of a key that a restart knows, and of no other.
  keep_guard();
  const std::lock_guard lock(guard_file_mutex_);
  if (guard_file_.saved() && !guard_file_.key().known(name, device)) out.device = guard_file_.key().issue(name);
  return out;
}

Result<OfficerDesk::Opened> OfficerDesk::sign_in(const std::string& name, const std::string& password,
                                                 const std::string& network, const std::string& former,
                                                 const std::string& device) {
  TRY(proved(name, password, network, device));
  Opened out = TRY(opened(name, password, device));
  if (!former.empty()) sessions_.end(former);
  signed_in_.fetch_add(1, std::memory_order_relaxed);
  log_info("officer.signed_in", {{"officer", name}, {"session", out.who.session}, {"network", network}});
  return out;
}

Result<OfficerDesk::Opened> OfficerDesk::change_password(const std::string& name, const std::string& old_password,
                                                         const std::string& new_password, const std::string& network,
                                                         const std::string& device) {
  TRY_VOID(check_password_rule(new_password, name));
  if (new_password == old_password) return fail(ErrorCode::kInvalid, "the new password is the old one", "password");
  const OfficerAccount account = TRY(proved(name, old_password, network, device));
  const OfficerSecret secret = TRY(change_secret(account.secret, old_password, new_password, config_.cost));
  TRY_VOID(book_->set_secret(name, account.epoch, secret, Provisional::kNo));
  sessions_.sweep();
  log_info("officer.password", {{"officer", name}, {"by", name}});
  return opened(name, new_password, device);
}

Result<OfficerDesk::MadeLink> OfficerDesk::make_link(const SignedIn& maker, const std::string& name,
                                                     std::optional<OfficerRole> role_max, DurationMs for_ms) {
  const auto own = book_->find(maker.name);
  const auto account = book_->find(name);
  if (!own || maker.provisional) return fail(ErrorCode::kForbidden, "choose a password of your own first");
  const bool himself = maker.name == name;
  if (!himself && maker.role != OfficerRole::kSupervisor) {
    return fail(ErrorCode::kForbidden, "a link to another's account is made by a supervisor", "name");
  }
  if (!account) return fail(ErrorCode::kNotFound, "there is no such officer", "name");
  if (account->disabled || account->provisional) {
    return fail(ErrorCode::kForbidden, "this account is disabled, or has no password of its own yet", "name");
  }
  MadeLink out;
  // Nobody acts in the name of another: without his key such a session sees, and no more.
  out.role = himself ? std::min(maker.role, account->role) : OfficerRole::kObserver;
  if (role_max && *role_max > out.role) {
    return fail(ErrorCode::kForbidden,
                himself ? "a link allows no more than the session that makes it"
                        : "a link to another's account allows to see, and no more",
                "role");
  }
  out.role = role_max.value_or(out.role);
  out.for_ms = std::clamp<DurationMs>(for_ms, 1, kSignInLinkMsMax);
  out.secret = TRY(links_.make({.name = name,
                                .epoch = account->epoch,
                                .maker = maker.name,
                                .maker_epoch = own->epoch,
                                .role_max = out.role,
                                .key = himself ? maker.key : nullptr,
                                .begun_ms = maker.begun_ms,
                                .until_ms = now_ms() + out.for_ms},
                               now_ms()));
  log_info("officer.link", {{"officer", name}, {"role", to_text(out.role)}, {"by", maker.name}});
  return out;
}

Result<OfficerDesk::Opened> OfficerDesk::use_link(const std::string& secret, const std::string& network,
                                                  const std::string& former) {
  auto taken = links_.take(secret, now_ms());
  const auto account = taken ? book_->find(taken->name) : std::nullopt;
  const auto maker = taken ? book_->find(taken->maker) : std::nullopt;
  const bool stands = account && maker && !account->disabled && !maker->disabled && account->epoch == taken->epoch &&
                      maker->epoch == taken->maker_epoch;
  if (!stands) {
    refused_.fetch_add(1, std::memory_order_relaxed);  // Nobody guesses 256 bits, so nobody waits for it.
    return fail(ErrorCode::kUnauthenticated, "the link was used, is over, or is none; have another one made");
  }
  // Else whoever makes somebody open a link has him work under an account that is not his own.
  if (const auto before = former.empty() ? std::nullopt : sessions_.find(former); before) {
    if (before->name != taken->name) {
      return fail(ErrorCode::kWrongState, fmt::format("{} is signed in here; sign out first", before->name));
    }
    sessions_.end(former);
  }
  Opened out;
  out.id = sessions_.open(*account, taken->key, {.role_max = taken->role_max, .begun_ms = taken->begun_ms});
  auto who = sessions_.find(out.id);
  if (!who) return fail(ErrorCode::kUnauthenticated, "the session of whoever made the link would be over by now");
  out.who = std::move(*who);
  signed_in_.fetch_add(1, std::memory_order_relaxed);
  log_info("officer.signed_in",
           {{"officer", taken->name}, {"session", out.who.session}, {"network", network}, {"link_by", taken->maker}});
  return out;
}

// --- accounts --------------------------------------------------------------------------------------------------------

Status OfficerDesk::add(const std::string& by, const std::string& name, OfficerRole role, const std::string& password) {
  TRY_VOID(check_officer_name(name));
  TRY_VOID(check_password_rule(password, name));
  const OfficerSecret secret = TRY(make_secret(password, config_.cost));
  TRY_VOID(book_->add(name, role, secret, Provisional::kYes));
  log_info("officer.added", {{"officer", name}, {"role", to_text(role)}, {"by", by}});
  return {};
}

Status OfficerDesk::reset_password(const std::string& by, const std::string& name, const std::string& password) {
  if (by == name) return fail(ErrorCode::kForbidden, "change your own password with the old one", "password");
  TRY_VOID(check_password_rule(password, name));
  const auto account = book_->find(name);
  if (!account) return fail(ErrorCode::kNotFound, "there is no such officer", "id");
  const OfficerSecret secret = TRY(make_secret(password, config_.cost));
  const bool before = book_->attended();
  TRY_VOID(book_->set_secret(name, account->epoch, secret, Provisional::kYes));
  sessions_.sweep();
  log_info("officer.password", {{"officer", name}, {"by", by}});
  alarm_if_unattended(before, "the account of the last one was changed");
  tell_watch();
  return {};
}

Status OfficerDesk::change(const std::string& by, const std::string& name, std::optional<OfficerRole> role,
                           std::optional<bool> disabled) {
  const bool before = book_->attended();
  TRY_VOID(book_->change(name, role, disabled));
  sessions_.sweep();  // With them their streams.
  log_info("officer.changed", {{"officer", name},
                               {"role", role ? to_text(*role) : std::string_view("as it was")},
                               {"disabled", disabled ? (*disabled ? "yes" : "no") : "as it was"},
                               {"by", by}});
  alarm_if_unattended(before, "the account of the last one was changed");
  tell_watch();
  return {};
}

Status OfficerDesk::remove(const std::string& by, const std::string& name) {
  const bool before = book_->attended();
  TRY_VOID(book_->remove(name));
  sessions_.sweep();
  log_info("officer.removed", {{"officer", name}, {"by", by}});
  alarm_if_unattended(before, "the account of the last one was removed");
  tell_watch();
  return {};
}

void OfficerDesk::unlock(const std::string& by, const std::string& name) {
  guard_.lift(name);
  keep_guard();
  log_info("officer.unlocked", {{"officer", name}, {"by", by}});
}

// --- acts ------------------------------------------------------------------------------------------------------------

Result<PendingAct> OfficerDesk::ask(OfficerRequest request, const SignedIn& who) {
  const auto account = book_->find(who.name);
  if (!account || !account->acts() || who.key == nullptr) {
    return fail(ErrorCode::kForbidden, "this account may not act for the authority");
  }
  const OfficerSignature signature = sign_act(*who.key, request, self());
  return pending_.ask(std::move(request), who.name, account->epoch, signature, now_ms());
}

Result<OfficerDesk::Confirmed> OfficerDesk::confirm(std::string_view id, const SignedIn& who) {
  const auto second = book_->find(who.name);
  if (!second || !second->acts() || who.key == nullptr) {
    return fail(ErrorCode::kForbidden, "this account may not act for the authority");
  }
  const auto act = pending_.find(id, now_ms());
  if (!act) return fail(ErrorCode::kNotFound, "there is no such pending act, or no more", "id");
  const auto asker = book_->find(act->asker);
  if (!asker || asker->epoch != act->asker_epoch || !asker->acts()) {
    pending_.void_it(id, "the account of who asked has changed", now_ms());
    return fail(ErrorCode::kWrongState, "the account of who asked has changed: it must be asked again", "id");
  }
  PendingAct ready = TRY(pending_.confirm(id, who.name, now_ms()));
  const auto subject = core::Subject::trusted(officer_subject(who.name, self()));
  auto kept = acts_->keep_two(ready.request, ready.asker_signature, subject, who.key, now());
  if (!kept) {
    pending_.put_back(id);
    return std::unexpected(std::move(kept.error()));
  }
  return Confirmed{std::move(ready.request), subject, std::move(*kept)};
}

Result<KeptAct> OfficerDesk::keep_act(const OfficerRequest& request, const SignedIn& who) {
  const auto account = book_->find(who.name);
  if (!account || !account->acts() || who.key == nullptr) {
    return fail(ErrorCode::kForbidden, "this account may not act for the authority");
  }
  return acts_->keep(request, who.key, now());
}

void OfficerDesk::note_entry(const KeptAct& kept, std::uint64_t seq, const std::optional<log::Hash>& hash) {
  auto work = [this, kept, seq, hash] {
    if (const Status noted = acts_->keep_entry(kept, seq, hash, now()); !noted) {
      log_error("officers.acts_file", {{"message", noted.error().text()}, {"seq", seq}});
    }
  };
  const Status taken = on_writing(work);
  if (taken) return;
  // The desk stops before the core does, and what the core still decides is tied to its act, too.
  if (taken.error().code == ErrorCode::kUnavailable) return work();
  log_error("officers.acts_file", {{"message", taken.error().text()}, {"seq", seq}});
}

// --- the watch -------------------------------------------------------------------------------------------------------

Status OfficerDesk::take_watch(const std::string& name) {
  TRY_VOID(book_->take_watch(name, now()));
  log_info("watch.taken", {{"officer", name}});
  tell_watch();
  return {};
}

Status OfficerDesk::offer_watch(const std::string& name, const std::string& to) {
  TRY_VOID(book_->offer_watch(name, to));
  log_info("watch.offered", {{"officer", name}, {"to", to}});
  return {};
}

Status OfficerDesk::leave_watch(const std::string& name) {
  const WatchEnd end = TRY(book_->leave_watch(name));
  log_info("watch.left", {{"officer", name}});
  alarm_if_unattended(end == WatchEnd::kNobodyLeft, "the last one left without handing over");
  tell_watch();
  return {};
}

void OfficerDesk::alarm_if_unattended(bool before, std::string_view why) {
  if (before && !book_->attended()) log_error("watch.unattended", {{"message", why}});
}

void OfficerDesk::tell_watch() {
  const std::lock_guard lock(telling_mutex_);  // In one order, whoever has changed it.
  const bool attended = book_->attended();
  if (told_ == attended) return;
  told_ = attended;
  if (config_.on_watch_changed) config_.on_watch_changed(attended);
}

std::string OfficerDesk::remark() const {
  return book_->attended() || book_->empty() ? std::string() : std::string("nobody is on watch: unattended");
}

std::string OfficerDesk::metrics() const {
  const auto gauge = [](std::string_view name, std::string_view help, std::size_t value) {
    return fmt::format("# HELP {0} {1}\n# TYPE {0} gauge\n{0} {2}\n", name, help, value);
  };
  std::string out = gauge("tansiq_officer_accounts", "Accounts of officers.", book_->accounts().size());
  out += gauge("tansiq_officer_sessions", "Sessions of officers.", sessions_.size());
  out += gauge("tansiq_officer_acts_pending", "Acts that wait for a second officer.", pending_.waiting(now_ms()));
  out += gauge("tansiq_watch_attended", "Whether an officer is on watch.", book_->attended() ? 1 : 0);
  constexpr std::string_view kSignIns = "tansiq_officer_sign_ins_total";
  out += fmt::format("# HELP {0} Attempts to sign in, by outcome.\n# TYPE {0} counter\n", kSignIns);
  out += fmt::format("{}{{outcome=\"done\"}} {}\n", kSignIns, signed_in_.load(std::memory_order_relaxed));
  out += fmt::format("{}{{outcome=\"locked\"}} {}\n", kSignIns, locked_.load(std::memory_order_relaxed));
  out += fmt::format("{}{{outcome=\"refused\"}} {}\n", kSignIns, refused_.load(std::memory_order_relaxed));
  return out;
}

}  // namespace tansiq::node
