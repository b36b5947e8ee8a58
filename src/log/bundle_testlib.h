// Shared by the tests of evidence bundles: two authorities, `fr` and `us`, each with a log for members that the other
// has cosigned and anchored; a charter that names their keys; an attachment. All from fixed seeds, so that the bytes
// are always the same.
#pragma once

#include <string>
#include <vector>

#include "log/bundle.h"
#include "log/bundle_verify.h"
#include "log/memory_log.h"

namespace tansiq::log::testing {

/// Nodes of the tree over these entries, computed the slow way.
[[nodiscard]] SubtreeReader nodes_of(const std::vector<std::string>& lines);

/// An authority's log under way.
class BundleLogMaker {
 public:
  BundleLogMaker(const std::string& authority, std::uint8_t seed);

  std::string& add(std::string_view type, std::int64_t time_ms, std::string_view body = "{}");
  [[nodiscard]] Hash root(std::uint64_t size) const;
  /// The signed checkpoint of the first `size` entries, with the cosignatures of `cosigners` at that time.
  [[nodiscard]] std::string note(std::uint64_t size, const std::vector<const SignerKey*>& cosigners = {},
                                 std::uint64_t seconds = 0) const;
  [[nodiscard]] std::string checkpoint_line(const std::string& note, std::uint64_t size,
                                            std::optional<std::uint64_t> before) const;
  [[nodiscard]] std::string tree_line(std::uint64_t size, std::uint64_t to) const;
  [[nodiscard]] std::string entry_line(std::uint64_t index, std::uint64_t size) const;

  std::string authority;
  std::string origin;  ///< `fr.example/members`
  SignerKey main;      ///< Of `fr.example/main`.
  SignerKey signer;    ///< The same key for this log.
  SignerKey cosigner;  ///< `fr.example/cosigner`
  std::vector<std::string> lines;
};

/// `fr.example/main`, or another name.
[[nodiscard]] SignerKey charter_key(const std::string& authority, std::uint8_t seed, const std::string& name = {});

/// A member as a charter names it; owns one zone.
struct CharterMember {
  std::string id;
  std::vector<std::string> keys;
  std::string cosigner{};  ///< Empty: it has no node.
};
/// The same with the key that it has.
struct CharterParty : CharterMember {
  CharterParty(const std::string& authority, std::uint8_t seed);
  SignerKey key;
};

/// The text of a charter, as far as an auditor looks at it.
struct CharterMaker {
  CharterMaker(std::vector<CharterMember> parties, std::int64_t version);
  [[nodiscard]] std::string note(const std::vector<const SignerKey*>& signers) const;

  std::string id = "levant";
  std::vector<CharterMember> parties;
  std::int64_t version;
  std::int64_t from_ms;
  std::string domain = "air";
  std::string timing;  ///< JSON; empty: not stated.
};

struct BundleWorld {
  BundleWorld();
  BundleLogMaker fr{"fr", 1};
  BundleLogMaker us{"us", 2};
  std::string charter;     ///< The note, signed by both.
  std::string attachment;  ///< Named by an entry of `fr`.
  std::vector<BundlePart> parts;
  [[nodiscard]] BundlePart& part(BundleKind kind, std::string_view name);
};

/// The bundle as a file's bytes, and back.
[[nodiscard]] std::string bundle_bytes(const std::vector<BundlePart>& parts);
[[nodiscard]] BundleReport verify_bytes(std::string_view bytes, const VerifyBundleOptions& options = {});
/// Gives the bytes in pieces of at most `piece`. `bytes` must outlive it.
[[nodiscard]] BundleFileReader::Read reading(std::string_view bytes, std::size_t piece = 1'000);

}  // namespace tansiq::log::testing
