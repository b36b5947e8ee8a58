// Finding at a node what an officer names in short: threads by their name, messages by the first digits of a hash.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/node_client.h"
#include "cli/talk_text.h"
#include "cli/talk_words.h"

namespace tansiq::cli {

/// All threads, page by page.
[[nodiscard]] Result<ThreadList> all_threads(NodeClient& node);
/// The same as one document, {"now_ms","threads"}, as the node says it.
[[nodiscard]] Result<std::string> all_threads_json(NodeClient& node);
/// The target of one thread's document.
[[nodiscard]] std::string thread_target(const AuthorityId& opener, const coordination::ThreadId& thread,
                                        std::string_view language);
/// Whose a thread is that was named without its opener. Fails with `kNotFound`, `kConflict` (several authorities have
/// opened one of that name).
[[nodiscard]] Result<ThreadRow> find_thread(const std::vector<ThreadRow>& threads, const ThreadName& name);

/// Of whose messages a hash is looked for; `kContent`: by the content hash, whoever's they are; `kAttachment`: of a
/// file that one of them names.
enum class Whose : std::uint8_t { kOurs, kOthers, kContent, kAttachment };
struct FoundMessage {
  core::EntryHash hash;
  std::optional<core::EntryHash> content;  ///< Absent where a whole hash was given that no thread here has.
  std::string thread;
  AuthorityId from;
};
/// Looks where something waits first, then in all that is kept. Fails as `hash_from`.
[[nodiscard]] Result<FoundMessage> find_message(NodeClient& node, std::string_view prefix, Whose whose);

/// Asks at the terminal; no is what is not yes. Fails with `kUnsupported` where nobody can be asked.
[[nodiscard]] Result<bool> ask_yes(std::string_view question);
[[nodiscard]] bool somebody_can_be_asked();

}  // namespace tansiq::cli
