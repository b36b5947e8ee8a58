#include "cli/talk_find.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <set>
#include <utility>

#include "net/http_client.h"

namespace tansiq::cli {
namespace {

/// Pages of a list, so that a node that gives cursors without end ends nobody's program.
constexpr std::size_t kPagesMax = 1'000;

void take_messages(const ThreadPage& page, std::string_view prefix, Whose whose, std::vector<FoundMessage>& out) {
  for (const MessageRow& message : page.messages) {
    const auto take = [&](const core::EntryHash& hash) {
      if (hash.hex().starts_with(prefix)) {
        out.push_back({.hash = hash, .content = message.content, .thread = page.name(), .from = message.from});
      }
    };
    if (whose == Whose::kOthers && message.here) take(message.here->hash);
    if (whose == Whose::kContent && message.content) take(*message.content);
    if (whose == Whose::kOurs) {
      for (const SentRow& row : message.sent) take(row.hash);
    }
  }
}

}  // namespace

Result<ThreadList> all_threads(NodeClient& node) {
  ThreadList all;
  std::set<std::pair<AuthorityId, coordination::ThreadId>> seen;
  std::string cursor;
  for (std::size_t pages = 0; pages < kPagesMax; ++pages) {
    const Answer answer =
        TRY(node.get("/v1/talks" + (cursor.empty() ? std::string() : "?cursor=" + net::percent_encode(cursor))));
    ThreadList page = TRY(read_threads(answer.root()));
    all.now = page.now;
    for (ThreadRow& row : page.threads) {
      // One that changes between two pages is in both.
      if (seen.emplace(row.opener, row.thread).second) all.threads.push_back(std::move(row));
    }
    if (page.next.empty()) return all;
    cursor = page.next;
  }
  return fail(ErrorCode::kTooMuchWork, "the list of threads does not end", node.url());
}

std::string thread_target(const AuthorityId& opener, const coordination::ThreadId& thread, std::string_view language) {
  return fmt::format("/v1/talks/{}/{}?language={}", net::percent_encode(opener.str()),
                     net::percent_encode(thread.str()), language);
}

Result<ThreadRow> find_thread(const std::vector<ThreadRow>& threads, const ThreadName& name) {
  const ThreadRow* found = nullptr;
  for (const ThreadRow& row : threads) {
    if (row.thread != name.thread || (name.opener && row.opener != *name.opener)) continue;
    if (found != nullptr) {
      return fail(ErrorCode::kConflict,
                  fmt::format("{} and {} have both opened a thread {}: say OPENER/{}", found->opener.str(),
                              row.opener.str(), name.thread.str(), name.thread.str()));
    }
    found = &row;
  }
  if (found != nullptr) return *found;
  return fail(ErrorCode::kNotFound,
              fmt::format("there is no thread {}; see 'tansiq message list --all'", name.thread.str()));
}

Result<FoundMessage> find_message(NodeClient& node, std::string_view prefix, Whose whose) {
  // A prefix that is none is told before anything is asked; one that fits nothing, after.
  if (const auto early = hash_from(prefix, {}, ""); !early && early.error().code != ErrorCode::kNotFound) {
    return std::unexpected(early.error());
  }
  const ThreadList list = TRY(all_threads(node));
  std::vector<FoundMessage> found;
  for (const bool waiting : {true, false}) {
    for (const ThreadRow& row : list.threads) {
      if ((row.state != "settled") != waiting) continue;
      std::string target = thread_target(row.opener, row.thread, "en");
      for (std::size_t pages = 0; pages < kPagesMax; ++pages) {
        const Answer answer = TRY(node.get(target));
        const ThreadPage page = TRY(read_thread(answer.root()));
        take_messages(page, prefix, whose, found);
        if (!page.more || page.messages.empty()) break;
        target =
            fmt::format("{}&before_ms={}", thread_target(row.opener, row.thread, "en"), page.messages.front().time.ms);
      }
    }
    if (!found.empty()) break;
  }
  std::vector<core::EntryHash> hashes;
  for (const FoundMessage& one : found) hashes.push_back(one.hash);
  const core::EntryHash hash = TRY(hash_from(prefix, hashes, "tansiq message show THREAD"));
  const auto at = std::ranges::find(found, hash, &FoundMessage::hash);
  return at != found.end() ? *at : FoundMessage{.hash = hash, .content = {}, .thread = {}, .from = {}};
}

bool somebody_can_be_asked() { return ::isatty(STDIN_FILENO) == 1; }

Result<bool> ask_yes(std::string_view question) {
  if (!somebody_can_be_asked()) {
    return fail(ErrorCode::kUnsupported, "nobody can be asked here, so nothing was sent: --yes sends it");
  }
  const std::string prompt = fmt::format("{} [y/N] ", question);
  (void)!::write(STDERR_FILENO, prompt.data(), prompt.size());
  std::string line;
  std::getline(std::cin, line);
  return line == "y" || line == "Y" || line == "yes";
}

}  // namespace tansiq::cli
