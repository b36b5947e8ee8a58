#include "cli/password_prompt.h"

#include <fmt/format.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "cli/terminal.h"

namespace tansiq::cli {
namespace {

constexpr std::size_t kLineBytesMax = 1'024;

/// The signal that came while the terminal was silent.
volatile std::sig_atomic_t g_broken_off = 0;

void break_off(int number) { g_broken_off = number; }

/// No echo while it lives. Ctrl-C ends the program when the terminal echoes again, not before: both signals are blocked
/// but for the wait, so that none comes just before a read that nothing would end.
class Silence {
 public:
  Silence() {
    sigset_t both;
    sigemptyset(&both);
    sigaddset(&both, SIGINT);
    sigaddset(&both, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &both, &mask_before_);
    struct sigaction action{};
    action.sa_handler = break_off;
    take(SIGINT, action, interrupt_before_);
    take(SIGTERM, action, terminate_before_);
    if (::tcgetattr(STDIN_FILENO, &before_) != 0) return;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    changed_ = ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == 0;
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;
  ~Silence() {
    if (changed_) (void)::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    ::sigaction(SIGINT, &interrupt_before_, nullptr);
    ::sigaction(SIGTERM, &terminate_before_, nullptr);
    ::pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr);
    if (g_broken_off != 0) (void)::raise(g_broken_off);
  }
  [[nodiscard]] bool silent() const { return changed_; }
  /// Whoever has started the program with a signal ignored (nohup) wants it ignored.
  static void take(int number, const struct sigaction& action, struct sigaction& before) {
    ::sigaction(number, nullptr, &before);
    if (before.sa_handler != SIG_IGN) ::sigaction(number, &action, nullptr);
  }
  /// Until there is something to be read; false when a signal has come first.
  [[nodiscard]] bool wait() const {
    pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
    while (g_broken_off == 0) {
      if (::ppoll(&input, 1, nullptr, &mask_before_) >= 0 || errno != EINTR) return true;
    }
    return false;
  }

 private:
  termios before_{};
  sigset_t mask_before_{};
  struct sigaction interrupt_before_{};
  struct sigaction terminate_before_{};
  bool changed_ = false;
};

bool on_terminal() { return ::isatty(STDIN_FILENO) == 1; }

/// One line, byte by byte: what stands behind it is for whoever reads next. `silence`: of a terminal; may be null.
Result<std::string> read_line(const Silence* silence) {
  std::string line;
  while (true) {
    if (silence != nullptr && !silence->wait()) return fail(ErrorCode::kIo, "broken off");
    char c = 0;
    const ssize_t got = ::read(STDIN_FILENO, &c, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(ErrorCode::kIo, fmt::format("cannot read the password: {}", std::strerror(errno)));
    if (got == 0 || c == '\n') break;
    if (line.size() == kLineBytesMax) return fail(ErrorCode::kInvalid, "the password is too long");
    line += c;
  }
  if (line.ends_with('\r')) line.pop_back();
  if (line.empty()) return fail(ErrorCode::kInvalid, "no password was given: type it, or send it to standard input");
  return line;
}

}  // namespace

Result<std::string> ask_password(std::string_view prompt) {
  if (!on_terminal()) return read_line(nullptr);
  const Silence silence;
  if (!silence.silent()) return fail(ErrorCode::kIo, "the terminal does not stop echoing");
  (void)!::write(STDERR_FILENO, prompt.data(), prompt.size());
  auto line = read_line(&silence);
  put_error("");
  return line;
}

Result<std::string> ask_new_password(std::string_view prompt) {
  std::string first = TRY(ask_password(prompt));
  if (!on_terminal()) return first;
  if (TRY(ask_password("once more: ")) != first) return fail(ErrorCode::kInvalid, "the two passwords differ");
  return first;
}

}  // namespace tansiq::cli
