#include "cli/talk_find.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <set>
#include <utility>

#include "cli/json_out.h"
#include "log/canonical_json.h"
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
    if (whose == Whose::kAttachment) {
      for (const AttachmentRow& one : message.attachments) {
        const bool known = std::ranges::any_of(out, [&](const FoundMessage& f) { return f.hash == one.file.sha256; });
        if (!known) take(one.file.sha256);
      }
    }
    if (whose == Whose::kOurs) {
      for (const SentRow& row : message.sent) take(row.hash);
    }
  }
}

/// Reads the whole list. One that changes between two pages is in both, and one that was on a page to come may have
/// moved to one that is read: so the first page is read once more in the end.
template <class Take>
Status each_thread(NodeClient& node, ThreadList& all, Take&& take) {
  std::set<std::pair<AuthorityId, coordination::ThreadId>> seen;
  std::string cursor;
  for (std::size_t pages = 0; pages < kPagesMax; ++pages) {
    const bool again = pages > 0 && cursor.empty();
    const Answer answer =
        TRY(node.get("/v1/talks" + (cursor.empty() ? std::string() : "?cursor=" + net::percent_encode(cursor))));
    ThreadList page = TRY(read_threads(answer.root()));
    const JsonValue rows = TRY(answer.root().at("threads"));
    all.now = page.now;
    for (std::size_t i = 0; i < page.threads.size(); ++i) {
      ThreadRow& row = page.threads[i];
      if (!seen.emplace(row.opener, row.thread).second) continue;
      TRY_VOID(take(rows[i]));
      all.threads.push_back(std::move(row));
    }
    if (again || (page.next.empty() && pages == 0)) return {};
    cursor = page.next;
  }
  return fail(ErrorCode::kTooMuchWork, "the list of threads does not end", node.url());
}

}  // namespace

Result<ThreadList> all_threads(NodeClient& node) {
  ThreadList all;
  TRY_VOID(each_thread(node, all, [](const JsonValue& /*as read*/) -> Status { return {}; }));
  return all;
}

Result<std::string> all_threads_json(NodeClient& node) {
  ThreadList all;
  JsonOut rows;
  rows.open_array();
  TRY_VOID(each_thread(node, all, [&](const JsonValue& row) -> Status {
    rows.raw(TRY(log::canonical_json(row)));
    return {};
  }));
  rows.close();
  JsonOut out;
  out.open_object().member("now_ms", all.now.ms).key("threads").raw(rows.text()).close();
  return out.line();
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
