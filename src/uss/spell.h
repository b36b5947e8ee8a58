// What we say to registries and other suppliers, as F3548's JSON.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "uss/form.h"
#include "uss/ledger.h"

namespace tansiq::uss {

/// A JSON string.
[[nodiscard]] std::string quoted(std::string_view text);

/// Our intent as it was registered. `manager` is our name.
[[nodiscard]] std::string reference_json(const Registered& registered, std::string_view manager);
/// The answer to who asks for details; `details` is their canonical text.
[[nodiscard]] std::string served_json(const Registered& registered, std::string_view manager, std::string_view details);
/// A notice of the newest version; with `ended`, of the end.
[[nodiscard]] std::string notice_json(const Registration& registration, std::string_view manager,
                                      std::string_view details, const std::vector<Subscriber>& subscribers);

/// The body of a PUT to a registry.
struct Filing {
  const Form& form;
  std::string_view url;
  const std::set<std::string>& key;
  std::optional<Uuid> subscription;  ///< Else a new one is asked for.
};
[[nodiscard]] std::string put_json(const Filing& filing);

}  // namespace tansiq::uss
