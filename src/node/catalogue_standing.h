// Does this node read by the catalogue of numbered messages that its charter names? What is signed of a message is a
// number and a version: who reads by other texts than the others reads other words, and would not notice.
//
// A node that reads by another works on, because nothing is decided by texts, and says so loudly: in its log, in
// /readyz, /metrics and /v1/catalogue, and by the second channel of alarms (talk_alarm.h). A message of a version that
// its catalogue does not have is shown by number and values, marked as unknown, never by the text of another version
// (talk_words.h).
#pragma once

#include <optional>
#include <string>

#include "core/charter.h"

namespace tansiq::node {

class TalkAlarm;

struct CatalogueStanding {
  bool agrees = true;                     ///< Also where the charter names none.
  std::optional<log::Hash> charter = {};  ///< Which one the charter names.
  log::Hash here;                         ///< That of this program.
  std::string text;                       ///< For people, in one line.
  static constexpr auto fields() {
    return field_list(core::field("agrees", &CatalogueStanding::agrees),
                      core::field("charter", &CatalogueStanding::charter),
                      core::field("here", &CatalogueStanding::here), core::field("text", &CatalogueStanding::text));
  }
};

/// Of the catalogue in this program under a charter.
[[nodiscard]] CatalogueStanding catalogue_standing(const core::Charter& charter);
/// The document of /v1/catalogue.
[[nodiscard]] std::string catalogue_json(const CatalogueStanding& standing);
/// The alarm of the second channel, as JSON: `alarm` is "catalogue_differs".
[[nodiscard]] std::string catalogue_alarm(const CatalogueStanding& standing, const AuthorityId& self,
                                          std::int64_t version, UtcMs now);
/// Under a version that has come into force, or that a node starts under: says it where it is to be noticed if the two
/// differ. Nothing is held up by it. `alarm` may be null.
void tell_catalogue(const core::Charter& charter, const AuthorityId& self, UtcMs now, TalkAlarm* alarm);

}  // namespace tansiq::node
