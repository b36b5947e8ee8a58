#include "uss/entry.h"

#include "f3548/lines.h"

namespace tansiq::uss {
namespace {

constexpr std::string_view kMember = "f3548_uss";

}  // namespace

std::string_view type_name(const Body& body) { return core::name_of(body); }

std::string write_entry(const Entry& entry) { return f3548::framed_text(kMember, entry.place, entry.body); }

Result<Entry> read_entry(std::string_view line) { return f3548::read_framed<Entry>(line, kMember); }

}  // namespace tansiq::uss
