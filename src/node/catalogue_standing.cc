#include "node/catalogue_standing.h"

#include <fmt/format.h>

#include "base/logging.h"
#include "log/jcs.h"
#include "node/talk_alarm.h"
#include "talks/catalogue.h"

namespace tansiq::node {

CatalogueStanding catalogue_standing(const core::Charter& charter) {
  CatalogueStanding out;
  out.here = talks::Catalogue::built_in().hash();
  if (!charter.catalogue) {
    out.text = fmt::format("version {} of the charter names no catalogue of messages", charter.version);
    return out;
  }
  out.charter = charter.catalogue->sha256;
  out.agrees = *out.charter == out.here;
  out.text = out.agrees
                 ? fmt::format("messages are read by the catalogue of version {} of the charter", charter.version)
                 : fmt::format(
                       "version {} of the charter names the catalogue of messages {}, this program has {}: its "
                       "texts may say something else than the others read",
                       charter.version, out.charter->hex(), out.here.hex());
  return out;
}

std::string catalogue_json(const CatalogueStanding& standing) {
  std::string text;
  log::JcsWriter out(text);
  core::write_fields(out, standing);
  return text;
}

std::string catalogue_alarm(const CatalogueStanding& standing, const AuthorityId& self, std::int64_t version,
                            UtcMs now) {
  std::string text;
  log::JcsWriter out(text);
  out.begin_object().key("alarm").string("catalogue_differs");
  if (standing.charter) out.key("charter").string(standing.charter->hex());
  out.key("here").string(standing.here.hex()).key("self").string(self.str()).key("text").string(standing.text);
  out.key("time_ms").integer(now.ms).key("version").integer(version).end_object();
  return text;
}

void tell_catalogue(const core::Charter& charter, const AuthorityId& self, UtcMs now, TalkAlarm* alarm) {
  const CatalogueStanding standing = catalogue_standing(charter);
  if (standing.agrees) return;
  log_error("charter.catalogue", {{"message", standing.text}});
  if (alarm != nullptr) alarm->call(catalogue_alarm(standing, self, charter.version, now));
}

}  // namespace tansiq::node
