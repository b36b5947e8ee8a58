#include "f3548/entry.h"

#include "base/invariant.h"
#include "f3548/lines.h"

namespace tansiq::f3548 {
namespace {

constexpr std::string_view kMember = "f3548";

}  // namespace

std::string_view type_name(const Body& body) { return core::name_of(body); }

std::string write_entry(const Entry& entry) {
  std::string line = entry_text(entry);
  EXPECT_INVARIANT(line.size() <= kEntryBytesMax);
  return line;
}

std::string entry_text(const Entry& entry) { return framed_text(kMember, entry.place, entry.body); }

Result<Entry> read_entry(std::string_view line) { return read_framed<Entry>(line, kMember); }

}  // namespace tansiq::f3548
