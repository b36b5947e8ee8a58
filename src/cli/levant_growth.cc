// Step 10 of levant-2015: the coalition grows, and loses a member.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "cli/levant_documents.h"
#include "cli/levant_teller.h"
#include "cli/units_text.h"
#include "coordination/charter_change.h"
#include "store/sqlite_reader.h"

namespace tansiq::cli {
namespace {

using namespace coordination;

/// What a node holds of each peer, by peer.
std::map<std::string, std::int64_t> held_of(const JsonValue& document) {
  std::map<std::string, std::int64_t> out;
  const auto rows = document.find("peers");
  for (std::size_t i = 0; rows && i < rows->size(); ++i) out[text_of((*rows)[i], "id")] = number_of((*rows)[i], "held");
  return out;
}

class Growth {
 public:
  Growth(Levant& levant, Teller& teller) : levant_(levant), teller_(teller), next_(levant.charter()) {}

  Status tell() {
    teller_.chapter(10);
    TRY_VOID(join());
    TRY_VOID(look_at_newcomer());
    return remove();
  }

 private:
  /// Signed for `signers`, adopted by `members`, and in force at each.
  Result<std::string> bring(const std::vector<std::string>& signers, const std::vector<std::string>& members) {
    ++next_.version;
    // Four minutes of the story for reading and for two officers each, and what the charter asks for between.
    next_.valid_from = levant_.now() + charter_lead_ms(next_.timing) + 240'000;
    std::string note = TRY(levant_.sign(next_, signers));
    for (const std::string& id : members) TRY(levant_.act(id, "chief", AdoptCharter{{note}}, "deputy"));
    teller_.happens("–", fmt::format("version {} is signed by {}, adopted, in force from {}", next_.version,
                                     fmt::join(signers, ", "), clock_text(next_.valid_from).substr(0, 8)));
    return note;
  }

  Result<bool> in_force(const std::vector<std::string>& members) {
    bool all = true;
    for (const std::string& id : members) {
      const bool here =
          TRY(levant_.await(id, "peers", [&](const JsonValue& d) { return version_of(d) == next_.version; }));
      all = all && here;
    }
    return all;
  }

  Status join() {
    next_.authorities.push_back(TRY(levant_.prepare("de", "Joint operations command, Geltow")));
    next_.authorities.push_back(TRY(levant_.prepare("uk", "Centre at Akrotiri")));
    const std::string note = TRY(bring({"us", "ru", "fr", "ch", "de", "uk"}, {"us", "ru", "fr", "ch"}));
    teller_.check("us, ru, fr and ch go over to version 2 at one moment", TRY(in_force({"us", "ru", "fr", "ch"})));
    const std::vector<std::string> former{(levant_.folder_of("us") / "charter.note").string()};
    for (const std::string id : {"de", "uk"}) {
      TRY_VOID(levant_.join(id, note, former));
      teller_.happens(id, fmt::format("starts its node: process {}", levant_.pid_of(id)));
      teller_.look(id, std::nullopt, node::StoryThing{"peer", id, "us"});
    }
    return {};
  }

  Status look_at_newcomer() {
    teller_.check("de has caught up with all five others",
                  TRY(levant_.await("de", "peers", [](const JsonValue& d) { return hears_all(d, 5); })));
    const auto reader = TRY(store::SqliteReader::open(levant_.folder_of("de").string(), store::system_files()));
    std::set<std::string> strange;
    std::uint64_t entries = 0;
    for (const store::LogInfo& info : TRY(reader->logs())) {
      const store::Head head = TRY(reader->head(info.id));
      const bool own = info.origin.starts_with("de.");
      const bool may = own || info.origin.ends_with("/members") || info.origin.ends_with("/with/de");
      if (!may) strange.insert(info.origin);
      if (!own) entries += head.size;
    }
    teller_.check(
        fmt::format("it holds {} entries of others: what all members may read, and what is written for it", entries),
        entries > 0);
    teller_.check("and nothing else: no log of two others, no log of an own record", strange.empty(),
                  fmt::format("it holds {}", fmt::join(strange, ", ")));
    return {};
  }

  Status remove() {
    std::erase_if(next_.authorities, [](const core::Authority& a) { return a.id == AuthorityId::trusted("uk"); });
    TRY(bring({"us", "ru", "fr"}, {"us", "ru", "fr", "ch", "de"}));
    teller_.check("version 3, without uk, is in force at us, ru, fr, ch and de",
                  TRY(in_force({"us", "ru", "fr", "ch", "de"})));
    const bool refused = TRY(levant_.await("uk", "peers", [](const JsonValue& d) {
      const auto rows = d.find("peers");
      bool all = rows.has_value() && rows->size() == 5;
      for (std::size_t i = 0; all && i < rows->size(); ++i) {
        all = text_of((*rows)[i], "trouble").find("names no peer") != std::string::npos;
      }
      return all;
    }));
    teller_.check("uk's node is refused by all five", refused);
    const auto before = held_of(TRY(levant_.read("uk", "peers")).root());
    TRY(levant_.act("us", "watch", DeclareClock{.fault = true, .text = "said after uk has left"}));
    TRY(levant_.act("us", "watch", DeclareClock{.fault = false, .text = "and taken back"}));
    teller_.happens("us", "says something to all members");
    const bool heard = TRY(levant_.await("de", "peers", [](const JsonValue& d) { return hears_all(d, 4); }));
    teller_.check("de reads it", heard);
    // Every node has been asked by uk again meanwhile: they are asked every three seconds at least.
    const bool asked = TRY(levant_.await("ru", "peers", [](const JsonValue& d) { return hears_all(d, 4); }));
    const auto after = held_of(TRY(levant_.read("uk", "peers")).root());
    teller_.check("uk has received nothing more, from us or through others", asked && before == after);
    return {};
  }

  Levant& levant_;
  Teller& teller_;
  core::Charter next_;
};

}  // namespace

Status tell_growth(Levant& levant, Teller& teller) { return Growth(levant, teller).tell(); }

}  // namespace tansiq::cli
