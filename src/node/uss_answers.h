// What the node answers to other suppliers, once a request is known to be theirs to make and has been read. Each of
// these runs where the record is (UssDesk).
#pragma once

#include <string>

#include "node/uss_host.h"
#include "uss/wire.h"

namespace tansiq::node {

struct UssAnswer {
  int status = 200;
  std::string body = {};     ///< JSON; empty with 204.
  std::string message = {};  ///< Of a refusal.
  bool news = false;         ///< Somebody who waits for others may go on.
};

/// Details of one of our intents: the newest version that a registry has confirmed.
[[nodiscard]] UssAnswer serve_intent(UssDesk& desk, const UssNames& names, const uss::Uuid& id);
/// The state in which it was registered; nothing where there is no such intent of ours.
[[nodiscard]] std::optional<uss::Registered> standing_of(UssDesk& desk, const uss::Uuid& id);
/// A notice. `sender` is the subject of its token, `raw` its body as it came.
[[nodiscard]] UssAnswer take_notice(UssDesk& desk, const UssNames& names, const uss::Notice& notice,
                                    const std::string& sender, std::string raw);
/// A report of an exchange, archived under an id of ours.
[[nodiscard]] UssAnswer take_report(UssDesk& desk, const std::string& sender, std::string raw);

}  // namespace tansiq::node
