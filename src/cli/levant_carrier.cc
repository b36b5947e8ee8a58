// Step 3 of levant-2015: the carrier sails. fr and ru are allies at sea, less what one of them withholds; and the space
// of her group moves with what her receivers hear.
#include <fmt/format.h>

#include <algorithm>

#include "base/units.h"
#include "cli/levant_documents.h"
#include "cli/levant_teller.h"
#include "cli/levant_traffic.h"
#include "cli/units_text.h"
#include "coordination/relation_bundles.h"
#include "log/jcs.h"
#include "picture/group_json.h"

namespace tansiq::cli {
namespace {

using namespace coordination;

/// What another holds of our intent, by its newest version.
std::optional<JsonValue> held_content(const JsonValue& document, std::string_view source) {
  std::optional<JsonValue> newest;
  const auto rows = document.find("held");
  for (std::size_t i = 0; rows && i < rows->size(); ++i) {
    const auto content = (*rows)[i].find("content");
    if (!content || text_of(*content, "source") != source) continue;
    if (!newest || number_of(*content, "as_of_ms") > number_of(*newest, "as_of_ms")) newest = content;
  }
  return newest;
}

class CarrierStep {
 public:
  CarrierStep(Levant& levant, Teller& teller) : levant_(levant), teller_(teller) {}

  Status tell() {
    TRY_VOID(allied_at_sea());
    TRY_VOID(declare());
    TRY_VOID(shown_to_ru());
    return turn();
  }

 private:
  Status allied_at_sea() {
    teller_.chapter(3);
    const auto ru = AuthorityId::trusted("ru");
    const auto fr = AuthorityId::trusted("fr");
    const Bundles bundles = standard_bundles();
    auto items = TRY(expand(*bundles.find("ally"), ru, fr,
                            {.domain = core::RelationDomain::kSea,
                             .direction = Direction::kBoth,
                             .withheld = {{core::RelationDomain::kSea, core::Capability::kTracks}}}));
    std::erase_if(items, [](const EdgeLevel& item) { return item.level == 0; });
    const Answer proposed =
        TRY(levant_.act("ru", "chief", ProposeRelation{"ally", items, fr, "for the carrier group"}, "deputy"));
    teller_.happens("ru", fmt::format("proposes `ally` at sea to fr, less tracks: {} relations", items.size()));
    const core::Edge disclosure = edge("fr", "ru", core::RelationDomain::kSea, core::Capability::kDisclosure);
    teller_.check("one key opens nothing",
                  level_in_force(TRY(levant_.read("ru", "relations")).root(), disclosure) == 0);
    const std::string hash = text_of(proposed.root(), "hash");
    const bool read = TRY(proposal_read(levant_, "fr", hash));
    teller_.check("fr has read the proposal, item by item", read);
    TRY(levant_.act("fr", "chief", AcceptRelation{TRY(EntryHash::from_hex(hash))}, "deputy"));
    teller_.happens("fr", "agrees to exactly that");
    teller_.check("both keys: what each does at sea is shown to the other, live",
                  TRY(in_force(levant_, "ru", disclosure, 4)));
    teller_.check("and what was withheld was not granted: tracks stay at 0",
                  level_in_force(TRY(levant_.read("ru", "relations")).root(),
                                 edge("fr", "ru", core::RelationDomain::kSea, core::Capability::kTracks)) == 0);
    return {};
  }

  Status declare() {
    const UtcMs flying = levant_.now() + 600'000;
    const geo::LevelBand low = {0, cm_from_flight_level(150), geo::VerticalReference::kFlightLevel};
    const picture::Group group{
        .id = "tf-473",
        .name = "TF473",
        .guide = {surveillance::IdKind::kMmsi, kCarrierMmsi},
        .members = {{surveillance::IdKind::kMmsi, kEscortMmsi}},
        .shapes = {
            {.domain = core::Domain::kSea, .ahead_m = 9'000, .astern_m = 5'000, .port_m = 5'000, .starboard_m = 5'000},
            {.domain = core::Domain::kAir,
             .ahead_m = 18'000,
             .astern_m = 18'000,
             .port_m = 18'000,
             .starboard_m = 18'000,
             .band = low,
             .windows = {{flying, flying + 3'600'000}}}}};
    std::string body;
    log::JcsWriter out(body);
    picture::write_group(out, group);
    NodeClient* const watch = TRY(levant_.office("fr").at("watch"));
    TRY(watch->send(net::Method::kPut, "/v1/groups/tf-473", body));
    teller_.happens("fr", fmt::format("declares its carrier group: a box of sea about the ship that its AIS receiver "
                                      "hears as MMSI {},",
                                      kCarrierMmsi));
    teller_.note(fmt::format("and the air over her while the deck is working, {} to {}",
                             clock_text(flying).substr(0, 5), clock_text(flying + 3'600'000).substr(0, 5)));
    if (const auto at = levant_.sky().where("CARRIER")) {
      teller_.look("TF473", SkyPoint{at->position.lat_e7 / 1e7, at->position.lng_e7 / 1e7},
                   node::StoryThing{"group", "tf-473", "fr"});
    }
    std::string why;
    const bool filed = TRY(levant_.await_at("fr", "/v1/groups", [&](const JsonValue& d) {
      const auto row = row_of(d, "groups", [](const JsonValue& one) { return text_of(one, "id") == "tf-473"; });
      if (!row) return false;
      // The node names the intents; where one is not filed it says why.
      const auto filed_in = [&](std::string_view domain) {
        const auto one = row_of(*row, "filed", [&](const JsonValue& of) { return text_of(of, "domain") == domain; });
        if (!one) return std::string();
        if (const std::string text = text_of(*one, "why"); !text.empty()) why = text;
        return text_of(*one, "intent");
      };
      sea_ = filed_in("sea");
      air_ = filed_in("air");
      return !sea_.empty() && !air_.empty();
    }));
    teller_.check("her node files where she will be, hour by hour, as intents of fr: at sea and in the air", filed,
                  why);
    return {};
  }

  Status shown_to_ru() {
    const bool shown = TRY(levant_.await("ru", "disclosure", [&](const JsonValue& d) {
      const auto content = held_content(d, sea_source());
      if (!content) return false;
      as_of_ms_ = number_of(*content, "as_of_ms");
      return text_of(*content, "level") == "live";
    }));
    teller_.check("ru sees the sea that she needs, as agreed", shown);
    const Answer held = TRY(levant_.read("ru", "disclosure"));
    teller_.check("and nothing of the air over her: there nothing was agreed",
                  held.text.find(fmt::format("intent {}", air_)) == std::string::npos);
    return {};
  }

  Status turn() {
    const auto at = levant_.sky().where("CARRIER");
    const auto beside = levant_.sky().where("ESCORT");
    if (!at || !beside) return fail(ErrorCode::kInternal, "the carrier is not in the sky of the story");
    const UtcMs now = levant_.now();
    constexpr double kIntoTheWindDeg = 280;
    TRY_VOID(levant_.sky().put(on_course("CARRIER", kCarrierMmsi, *at, now, kIntoTheWindDeg)));
    TRY_VOID(levant_.sky().put(on_course("ESCORT", kEscortMmsi, *beside, now, kIntoTheWindDeg)));
    teller_.happens("–", "the ships turn into the wind; nobody types anything");
    const bool moved = TRY(levant_.await_at("fr", fmt::format("/v1/intents/{}", sea_), [](const JsonValue& d) {
      const auto intent = d.find("intent");
      return number_of(intent ? *intent : d, "version") >= 2;
    }));
    teller_.check("the space that is filed has turned with them", moved);
    const bool seen = TRY(levant_.await("ru", "disclosure", [&](const JsonValue& d) {
      const auto content = held_content(d, sea_source());
      return content && number_of(*content, "as_of_ms") > as_of_ms_;
    }));
    teller_.check("and ru sees the new one", seen);
    return {};
  }

  [[nodiscard]] std::string sea_source() const { return fmt::format("intent {}", sea_); }

  Levant& levant_;
  Teller& teller_;
  std::string sea_;  ///< The intents that stand for the group.
  std::string air_;
  std::int64_t as_of_ms_ = 0;
};

}  // namespace

Status tell_carrier(Levant& levant, Teller& teller) { return CarrierStep(levant, teller).tell(); }

}  // namespace tansiq::cli
