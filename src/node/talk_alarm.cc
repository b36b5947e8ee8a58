#include "node/talk_alarm.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "base/logging.h"
#include "node/talk_events.h"

extern char** environ;

namespace tansiq::node {
namespace {

using SteadyClock = std::chrono::steady_clock;
/// How often it is looked at whether a program has ended.
constexpr std::chrono::milliseconds kLook{20};

/// The input as a file without a name: nobody has to write while the program reads, or does not.
class InputFile {
 public:
  explicit InputFile(std::string_view text) : file_(::memfd_create("alarm", MFD_CLOEXEC)) {
    while (file_ >= 0 && !text.empty()) {
      const ssize_t written = ::write(file_, text.data(), text.size());
      if (written <= 0) {
        close();
        return;
      }
      text.remove_prefix(static_cast<std::size_t>(written));
    }
    if (file_ >= 0 && ::lseek(file_, 0, SEEK_SET) != 0) close();
  }
  ~InputFile() { close(); }
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;
  [[nodiscard]] int file() const { return file_; }

 private:
  void close() {
    if (file_ >= 0) ::close(file_);
    file_ = -1;
  }
  int file_;
};

/// Starts it in a process group of its own, with no signal blocked or ignored. An errno, or 0.
int spawn(const std::vector<std::string>& command, int input, pid_t& pid) {
  std::vector<std::string> texts = command;
  std::vector<char*> arguments;
  for (std::string& text : texts) arguments.push_back(text.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawnattr_init(&attributes);
  ::posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
  ::posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  ::posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  sigset_t none;
  sigset_t all;
  ::sigemptyset(&none);
  ::sigfillset(&all);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &all);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  const int result = ::posix_spawnp(&pid, arguments.front(), &files, &attributes, arguments.data(), environ);
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&files);
  return result;
}

/// What may be otherwise a moment later. What took too long has perhaps been heard: it is not said twice.
bool may_help(ErrorCode code) {
  switch (code) {
    case ErrorCode::kUnavailable:
    case ErrorCode::kOverloaded:
    case ErrorCode::kRateLimited:
    case ErrorCode::kInternal:
    case ErrorCode::kIo:
      return true;
    default:
      return false;
  }
}

}  // namespace

Status run_program(const std::vector<std::string>& command, std::string_view input, DurationMs most_ms,
                   const std::function<bool()>& stopping) {
  if (command.empty()) return fail(ErrorCode::kInvalid, "no program is named");
  const InputFile file(input);
  if (file.file() < 0) return fail(ErrorCode::kIo, "no memory for the input of a program");
  pid_t pid = 0;
  if (const int error = spawn(command, file.file(), pid); error != 0) {
    return fail(ErrorCode::kInvalid, fmt::format("it does not start: {}", std::strerror(error)), command.front());
  }
  const auto until = SteadyClock::now() + std::chrono::milliseconds(most_ms);
  int status = 0;
  while (true) {
    const pid_t ended = ::waitpid(pid, &status, WNOHANG);
    if (ended == pid) break;
    if (ended < 0 && errno != EINTR) return fail(ErrorCode::kIo, std::strerror(errno), command.front());
    const bool told = stopping && stopping();
    if (!told && SteadyClock::now() < until) {
      std::this_thread::sleep_for(kLook);
      continue;
    }
    ::kill(-pid, SIGKILL);
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (told) return fail(ErrorCode::kUnavailable, "the node is stopping", command.front());
    return fail(ErrorCode::kTimeout, fmt::format("it did not end within {} ms, and was killed", most_ms),
                command.front());
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  return fail(ErrorCode::kUnavailable,
              WIFEXITED(status) ? fmt::format("it ended with status {}", WEXITSTATUS(status))
                                : fmt::format("it was ended by signal {}", WTERMSIG(status)),
              command.front());
}

TalkAlarm::TalkAlarm(TalksConfig config, std::function<void(const Status&)> called, AlarmRetries retries)
    : config_(std::move(config)), retries_(retries), called_(std::move(called)) {
  if (auto interrupt = net::Interrupt::create()) interrupt_ = std::move(*interrupt);
  thread_ = std::thread([this] { run(); });
}

TalkAlarm::~TalkAlarm() { stop(); }

void TalkAlarm::look(const coordination::Coalition& all, std::span<const coordination::Written> entries) {
  for (const coordination::Written& entry : entries) {
    if (auto alarm = alarm_of(all, entry.line)) call(std::move(*alarm));
  }
}

void TalkAlarm::call(std::string alarm) {
  const std::lock_guard lock(mutex_);
  if (stopping_) return;
  if (waiting_.size() >= kAlarmsWaitingMax) {
    log_error("talks.alarm_dropped", {{"message", waiting_.front()}});
    waiting_.pop_front();
  }
  waiting_.push_back(std::move(alarm));
  changed_.notify_one();
}

void TalkAlarm::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_one();
  }
  if (interrupt_) interrupt_->trigger();
  if (thread_.joinable()) thread_.join();
}

bool TalkAlarm::stopping() const {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

void TalkAlarm::run() {
  while (true) {
    std::string alarm;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
      if (stopping_) return;
      alarm = std::move(waiting_.front());
      waiting_.pop_front();
    }
    const Status told = tell(alarm);
    if (!told) log_error("talks.alarm_failed", {{"where", told.error().where}, {"message", told.error().message}});
    if (called_) called_(told);
  }
}

/// Again where that may help, until it is told to stop.
Status TalkAlarm::persist(const std::function<Status()>& way) {
  Status done = way();
  for (unsigned tried = 1; !done && tried < retries_.tries && may_help(done.error().code); ++tried) {
    {
      std::unique_lock lock(mutex_);
      const std::chrono::milliseconds wait(retries_.first_ms << (tried - 1));
      if (changed_.wait_for(lock, wait, [this] { return stopping_; })) return done;
    }
    done = way();
  }
  return done;
}

/// Both ways, whatever comes of the first.
Status TalkAlarm::tell(const std::string& alarm) {
  Status run;
  if (!config_.alarm_command.empty()) {
    run =
        persist([&] { return run_program(config_.alarm_command, alarm, kAlarmCallMs, [this] { return stopping(); }); });
  }
  Status posted;
  if (!config_.alarm_webhook.empty()) posted = persist([&] { return post(alarm); });
  return run ? posted : run;
}

Status TalkAlarm::post(const std::string& alarm) {
  const std::string& url = config_.alarm_webhook;
  const auto scheme = url.find("://");
  const auto path = scheme == std::string::npos ? scheme : url.find('/', scheme + 3);
  net::HttpClientOptions options;
  options.base_url = url.substr(0, path);
  options.response_ms = kAlarmCallMs;
  options.body_bytes_max = 64U << 10;
  options.interrupt = interrupt_;
  const auto client = TRY(net::HttpClient::create(std::move(options)));
  const auto answer = TRY(client->post_json(path == std::string::npos ? "/" : url.substr(path), alarm));
  if (answer.status / 100 == 2) return {};
  return std::unexpected(net::error_from_response(answer, "the address of alarms answers"));
}

}  // namespace tansiq::node
