// The charter: who the authorities are, which zones exist, who decides in each, and by which rule.
//
// A charter is a signed note (reference: signed-note) whose text is one line of canonical JSON and a line feed; every
// authority that owns a zone signs it with a key that the charter itself names. Members of the text, all required
// unless marked:
//
//   {"authorities":[{"id","keys":[verifier key…],"name",
//                    "peer":{"cosigner":verifier key,"tls_keys":[SHA-256 in hex…],"url"} (optional)}…],
//    "catalogue":{"sha256"} (optional), "conformance":{"aircraft","ship","uas"} (optional; charter_terms.h),
//    "data_mode":"REAL"|"EXERCISE"|"TEST"|"SIMULATED", "disclosure":{…} (optional), "id", "name",
//    "relations":[{"edge":{"capability","domain","from","to"},"level"}…] (optional), "timing":{…} (optional),
//    "valid_from_ms", "valid_until_ms" (optional), "version",
//    "zones":[{"background":true (optional), "band" (optional, air only), "disclosure":"none"|"busy"|"coarse"|"full",
//              "domain":"air"|"sea", "id", "minima":{"horizontal_m","time_ms","vertical_cm"}, "name",
//              "outline" (unless background), "owner", "rule":"exclusive"|"aware"|"disputed",
//              "tenants":[authority…] (optional)}…]}
//
// `band` and `outline` are spelled as in volume_json.h. Unknown members are errors: a charter is never half understood.
//
//   const Charter charter = TRY(parse_charter(text));         // well formed, names unique and resolved
//   for (const Finding& f : lint(charter, signers)) print(f.where, f.message);   // fit to be signed and used?
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "core/charter_terms.h"
#include "core/disclosure_terms.h"
#include "core/names.h"
#include "core/relation_names.h"
#include "geo/volume.h"

namespace tansiq::core {

inline constexpr std::size_t kCharterBytesMax = 1U << 20;
inline constexpr std::size_t kCharterAuthoritiesMax = 256;
inline constexpr std::size_t kCharterZonesMax = 10'000;
inline constexpr std::size_t kAuthorityKeysMax = 8;
inline constexpr std::size_t kCharterRelationsMax = 10'000;
/// Largest separation minima that a charter may state.
inline constexpr std::int64_t kMinimaHorizontalMMax = 100'000;
inline constexpr std::int64_t kMinimaVerticalCmMax = 10'000'00;
inline constexpr DurationMs kMinimaTimeMsMax = 24LL * 3'600'000;

/// How other members reach an authority's node, and recognise it.
struct Peer {
  std::string cosigner;             ///< Verifier key (type 04) of its receipts on others' checkpoints.
  std::vector<log::Hash> tls_keys;  ///< SHA-256 of the SubjectPublicKeyInfo that its node shows, as client and server.
  std::string url;                  ///< `https://host:port`.
  static constexpr auto fields() {
    return field_list(field("cosigner", &Peer::cosigner), field("tls_keys", &Peer::tls_keys), field("url", &Peer::url));
  }
  friend bool operator==(const Peer&, const Peer&) = default;
};

/// One party: its own node, its own log, its own keys.
struct Authority {
  AuthorityId id;
  std::string name;               ///< For people.
  std::vector<std::string> keys;  ///< Verifier keys, `name+id+base64`; any of them may sign for it.
  std::optional<Peer> peer = {};  ///< Absent where its node speaks with no other.
  friend bool operator==(const Authority&, const Authority&) = default;
};

/// A part of the air or sea in which one authority's node decides.
struct Zone {
  ZoneId id;
  std::string name;
  AuthorityId owner;
  Domain domain = Domain::kAir;
  Rule rule = Rule::kExclusive;
  Disclosure disclosure = Disclosure::kCoarse;
  geo::Minima minima;
  bool background = false;                ///< Everything that no other zone covers. At most one.
  std::optional<geo::Outline> outline;    ///< Absent for the background zone, and only there.
  geo::LevelBand band;                    ///< Unbounded at sea and for the background zone.
  std::vector<AuthorityId> tenants = {};  ///< To whom the owner may lease it.
  friend bool operator==(const Zone&, const Zone&) = default;
};

struct Charter {
  std::string id;
  std::string name;
  std::int64_t version = 1;
  DataMode data_mode = DataMode::kTest;
  UtcMs valid_from;
  std::optional<UtcMs> valid_until;
  std::vector<Authority> authorities;
  std::vector<Zone> zones;
  std::vector<InitialRelation> relations = {};
  Timing timing = {};
  DisclosureTerms disclosure = {};                   ///< How much `busy` and `coarse` take away.
  std::optional<CatalogueTerms> catalogue = {};      ///< Absent: it is not agreed which.
  std::optional<ConformanceTerms> conformance = {};  ///< Absent: each node goes by what its program comes with.
  friend bool operator==(const Charter&, const Charter&) = default;

  /// Null when there is none of that id. Linear.
  [[nodiscard]] const Authority* find_authority(const AuthorityId& authority) const;
  [[nodiscard]] const Zone* find_zone(const ZoneId& zone) const;
};

/// Reads the text of a charter: one canonical line with or without its line feed. Checks form, limits, unique ids, that
/// every owner is an authority of the charter, that sea zones have no band, that there is at most one background zone.
/// Does not look at geometry or signatures (`lint` does). Fails with `kMalformed`, `kInvalid` or `kTooLarge`; `where`
/// is a path such as `zones[3].owner`.
[[nodiscard]] Result<Charter> parse_charter(std::string_view text);

/// The canonical text, with its line feed. `parse_charter(charter_text(c)) == c`.
[[nodiscard]] std::string charter_text(const Charter& charter);

/// A problem in a charter. `where` is a path as in `parse_charter`; may be empty.
struct Finding {
  std::string where;
  std::string message;
  friend bool operator==(const Finding&, const Finding&) = default;
};

/// Finds everything that makes a charter unfit for use: outlines that are no outlines, zones of different owners that
/// overlap (same domain, level bands with something in common; background excluded), authorities without keys or
/// with keys that are none, keys named twice, owners that have not signed, no zones, no authorities. `signers` are the
/// authorities whose signature on the text has been verified. Findings come in the order of the text.
/// Cost: O(zones²) comparisons of bounding boxes, exact predicates only where those meet.
[[nodiscard]] std::vector<Finding> lint(const Charter& charter, const std::set<AuthorityId>& signers);

/// A charter as it was received: the note, and who has verifiably signed it.
struct SignedCharter {
  Charter charter;
  std::string text;               ///< The signed text, canonical line + line feed.
  std::set<AuthorityId> signers;  ///< Authorities of the charter with at least one valid signature.
};

/// Opens a note that carries a charter. Signature lines of unknown keys are ignored; a line of a known key that does
/// not verify fails with `kInvalid`. Does not lint: a charter under way collects signatures one by one.
[[nodiscard]] Result<SignedCharter> open_charter(std::string_view note);

/// SHA-256 over the text with its line feed, lower-case hexadecimal: how entries name a charter.
[[nodiscard]] std::string charter_hash(std::string_view text);

}  // namespace tansiq::core
