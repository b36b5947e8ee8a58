// Entries of the node as a supplier: one line of canonical JSON each,
//
//   {"f3548_uss":{…},"seq":41,"time_ms":…,"type":"uss.registered","v":1}
//
// Their first member tells them from all others in `main`. Formats: docs/entries.md.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "f3548/entry.h"
#include "uss/records.h"

namespace tansiq::uss {

using f3548::Place;

using Body = std::variant<Registered, Ended, ToTell, Delivered, GivenUp, Requeued, Learned, Gone, DriftFound,
                          DriftSettled, Reported, Forgotten, Trying, RegistryNamed, Cleared>;

struct Entry {
  Place place;
  Body body;
};

[[nodiscard]] inline bool is_uss_line(std::string_view line) { return line.starts_with("{\"f3548_uss\":"); }
[[nodiscard]] std::string_view type_name(const Body& body);

/// The line, with its line feed. Whether it fits into an entry is for the ledger to see.
[[nodiscard]] std::string write_entry(const Entry& entry);
/// Fails with `kMalformed` (not canonical), `kUnsupported` (a later format or an unknown type), `kInvalid`.
[[nodiscard]] Result<Entry> read_entry(std::string_view line);

}  // namespace tansiq::uss
