// The officers of a node at work: sign-in, accounts, the watch, acts that are signed, and those that need two.
// Everything that the faces need of officers is here; the parts are in officer_book.h (accounts, kept),
// officer_sessions.h, officer_links.h, officer_guard.h (guessing), officer_device.h (what of it is kept),
// officer_pending.h, officer_evidence.h (what was signed), officer_secret.h.
//
// Two threads. One works on passwords, one at a time: a guess costs 256 MiB and most of a second, so there is never
// more of that than one, and what waits for it is bounded, for each network too. The other writes what is short (the
// watch, roles), so that nobody's sign-in holds up a hand-over. I/O threads hand work over by `on_passwords` and
// `on_writing`; the functions marked so are called there.
//
//   auto desk = TRY(OfficerDesk::open({.data_dir = …, .self = us, .clock = &clock}));
//   desk->start();
//   TRY_VOID(desk->on_passwords(network, [=, this] { answer(desk->sign_in(name, password, network, former, device));
//   }));
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "node/bounded_queue.h"
#include "node/officer_device.h"
#include "node/officer_door.h"
#include "node/officer_guard.h"
#include "node/officer_links.h"
#include "node/officer_pending.h"

namespace tansiq::node {

/// Sign-ins and the like that wait, in all and of one network.
inline constexpr std::size_t kPasswordWorkMax = 16;
inline constexpr std::size_t kPasswordWorkOfNetworkMax = 4;
inline constexpr std::size_t kOfficerWritesMax = 256;

/// What a node without accounts answers.
[[nodiscard]] inline Error no_officers() {
  return {ErrorCode::kUnavailable, "this node has no accounts of officers", {}};
}

class OfficerDesk {
 public:
  struct Config {
    std::filesystem::path data_dir;
    AuthorityId self;
    const Clock* clock = nullptr;  ///< Real time; outlives the desk.
    PasswordCost cost{};
    SessionLimits sessions{};
    GuardLimits guard{};
    std::function<std::int64_t()> steady_ms{};  ///< The system's when empty.
    /// Told when the watch becomes attended or unattended, once that is durable, and once at the start. On the desk's
    /// writing thread, or on that which calls `start`.
    std::function<void(bool attended)> on_watch_changed{};
  };
  using Work = std::function<void()>;

  /// Fails as OfficerBook::open.
  [[nodiscard]] static Result<std::unique_ptr<OfficerDesk>> open(Config config);
  ~OfficerDesk();  ///< Stops.
  OfficerDesk(const OfficerDesk&) = delete;
  OfficerDesk& operator=(const OfficerDesk&) = delete;

  void start();
  /// What was handed over to be written is worked off; passwords that wait are looked at no more.
  void stop();

  /// Fail with `kOverloaded`, `kUnavailable` when stopping; then `work` is not called.
  [[nodiscard]] Status on_passwords(const std::string& network, Work work);
  [[nodiscard]] Status on_writing(Work work);

  struct Opened {
    std::string id;  ///< For the client alone.
    SignedIn who;
    std::string device;  ///< A cookie for the device that signed in, where it brought none that is good.
  };
  /// Thread of passwords. Fails with `kUnauthenticated`, in the same words and after the same work for a wrong
  /// password, an unknown name and a disabled account; with `kRateLimited`. `former`: a session that the client showed,
  /// which ends. `device`: the cookie of a device, as it was shown (officer_device.h).
  [[nodiscard]] Result<Opened> sign_in(const std::string& name, const std::string& password, const std::string& network,
                                       const std::string& former, const std::string& device = {});
  /// Thread of passwords. His own, with the old one; all his sessions end, and a new one begins. Fails as `sign_in`,
  /// and `kInvalid` for a password that breaks the rule or is the old one.
  [[nodiscard]] Result<Opened> change_password(const std::string& name, const std::string& old_password,
                                               const std::string& new_password, const std::string& network,
                                               const std::string& device = {});
  /// Thread of passwords. By a supervisor, so the passwords are provisional, and the account gets a new personal key.
  [[nodiscard]] Status add(const std::string& by, const std::string& name, OfficerRole role,
                           const std::string& password);
  [[nodiscard]] Status reset_password(const std::string& by, const std::string& name, const std::string& password);

  /// Writing thread.
  [[nodiscard]] Status change(const std::string& by, const std::string& name, std::optional<OfficerRole> role,
                              std::optional<bool> disabled);
  [[nodiscard]] Status remove(const std::string& by, const std::string& name);
  [[nodiscard]] Status take_watch(const std::string& name);
  [[nodiscard]] Status offer_watch(const std::string& name, const std::string& to);
  [[nodiscard]] Status leave_watch(const std::string& name);
  /// What two officers have asked for, to be done now.
  struct Confirmed {
    OfficerRequest request;
    core::Subject second;
    KeptAct kept;
  };
  /// The act of a second officer: an account that may act, other than the asker's, which has not changed meanwhile.
  /// What both have signed is kept. Fails as PendingActs::confirm, `kForbidden`, `kIo`.
  [[nodiscard]] Result<Confirmed> confirm(std::string_view id, const SignedIn& who);
  /// What one officer does in person, signed and kept before it is done. Fails with `kForbidden` (he may not act, or
  /// his key is not at hand), `kIo`.
  [[nodiscard]] Result<KeptAct> keep_act(const OfficerRequest& request, const SignedIn& who);
  /// What time brings: sessions and watches that are over. Called by the writing thread now and then.
  void round();

  /// Any thread.
  void unlock(const std::string& by, const std::string& name);
  /// An act that waits for a second officer from now on, signed by who asks. Fails as PendingActs::ask, `kForbidden`.
  [[nodiscard]] Result<PendingAct> ask(OfficerRequest request, const SignedIn& who);
  /// The entry that a kept act has led to is durable: says so in the chain, by and by. Never waits while the desk runs.
  void note_entry(const KeptAct& kept, std::uint64_t seq, const std::optional<log::Hash>& hash);
  /// A link that opens a session of `name`, his own or, by a supervisor, another's that only sees. Fails with
  /// `kForbidden`, `kNotFound`, `kOverloaded`.
  struct MadeLink {
    std::string secret;
    OfficerRole role = OfficerRole::kObserver;
    DurationMs for_ms = 0;
  };
  [[nodiscard]] Result<MadeLink> make_link(const SignedIn& maker, const std::string& name,
                                           std::optional<OfficerRole> role_max, DurationMs for_ms);
  /// The session that a link opens. `former`: as of `sign_in`; a session of somebody else that stands is no place for
  /// it. Fails with `kUnauthenticated`, `kWrongState`.
  [[nodiscard]] Result<Opened> use_link(const std::string& secret, const std::string& network,
                                        const std::string& former);
  [[nodiscard]] std::int64_t now_ms() const { return steady_ms_(); }
  [[nodiscard]] UtcMs now() const { return config_.clock->now(); }
  [[nodiscard]] const AuthorityId& self() const { return config_.self; }
  [[nodiscard]] OfficerBook& book() { return *book_; }
  [[nodiscard]] OfficerSessions& sessions() { return sessions_; }
  [[nodiscard]] GuessGuard& guard() { return guard_; }
  [[nodiscard]] PendingActs& pending() { return pending_; }
  /// For people who run the node: that nobody is on watch, where there is anybody who could be. Empty otherwise.
  [[nodiscard]] std::string remark() const;
  /// Prometheus text.
  [[nodiscard]] std::string metrics() const;

 private:
  OfficerDesk(Config config, std::unique_ptr<OfficerBook> book, std::unique_ptr<OfficerActs> acts, GuardFile guard);
  void work_on_passwords();
  void work_on_writing();
  /// Fails as `sign_in`; counts for and against whoever tries.
  [[nodiscard]] Result<OfficerAccount> proved(const std::string& name, const std::string& password,
                                              const std::string& network, const std::string& device);
  [[nodiscard]] Result<Opened> opened(const std::string& name, const std::string& password, const std::string& device);
  /// The guard, on the disk. What the disk refuses is logged: nobody is kept out for it.
  void keep_guard();
  /// Tells whoever wants to know, if it is news.
  void tell_watch();
  void alarm_if_unattended(bool before, std::string_view why);

  const Config config_;
  const std::function<std::int64_t()> steady_ms_;
  const std::unique_ptr<OfficerBook> book_;
  OfficerSessions sessions_;
  GuessGuard guard_;
  std::mutex guard_file_mutex_;
  GuardFile guard_file_;
  PendingActs pending_;
  SignInLinks links_;
  const std::unique_ptr<OfficerActs> acts_;

  struct PasswordWork {
    std::string network;
    Work work;
  };
  BoundedQueue<PasswordWork> passwords_{kPasswordWorkMax};
  BoundedQueue<Work> writes_{kOfficerWritesMax};
  std::mutex waiting_mutex_;
  std::map<std::string, std::size_t> waiting_;  ///< Of each network, one under way included.
  std::mutex telling_mutex_;
  std::optional<bool> told_;
  std::atomic<bool> stopping_{false};
  std::atomic<std::uint64_t> signed_in_{0}, refused_{0}, locked_{0};
  std::thread password_thread_, writing_thread_;
};

}  // namespace tansiq::node
