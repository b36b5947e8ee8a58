#include "cli/relation_words.h"

#include <fmt/format.h>

#include "cli/context.h"

namespace tansiq::cli {

using namespace coordination;

Result<RelationKind> kind_from(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) {
    return fail(ErrorCode::kUnsupported, fmt::format("\"{}\" is no DOMAIN/CAPABILITY, as air/request", text));
  }
  RelationKind kind;
  kind.domain = TRY(core::parse_enum<RelationDomain>(text.substr(0, slash)));
  kind.capability = TRY(core::parse_enum<Capability>(text.substr(slash + 1)));
  return kind;
}

Result<BundleGrant> grant_from(std::string_view text, Way way) {
  const std::size_t equals = text.find('=');
  BundleGrant grant;
  grant.kind = TRY(kind_from(text.substr(0, equals)));
  grant.level = core::level_max(grant.kind.domain, grant.kind.capability);
  if (grant.level == 0) {
    return fail(ErrorCode::kUnsupported, fmt::format("domain {} has no capability {}", core::to_text(grant.kind.domain),
                                                     core::to_text(grant.kind.capability)));
  }
  if (equals == std::string_view::npos) {
    if (way == Way::kDown) grant.level = 0;
    return grant;
  }
  const std::string_view digits = text.substr(equals + 1);
  if (digits.size() != 1 || digits.front() < '0' || digits.front() > '0' + grant.level) {
    return fail(ErrorCode::kUnsupported,
                fmt::format("level \"{}\" of {}: 0 to {} exist", digits, text.substr(0, equals), grant.level));
  }
  grant.level = digits.front() - '0';
  return grant;
}

Result<std::vector<EdgeLevel>> edges_from(const RelationWords& words, const AuthorityId& self, const AuthorityId& peer,
                                          Way way) {
  if (words.bundle.empty() == words.items.empty()) {
    return fail(ErrorCode::kUnsupported, "give --bundle NAME, or items such as air/request=1");
  }
  if (words.bundle.empty() && (words.domain || words.bundles_file || !words.less.empty())) {
    return fail(ErrorCode::kUnsupported, "--domain, --less and --bundles are of a bundle: items say what they mean");
  }
  BundleScope scope;
  if (words.domain) scope.domain = TRY(core::parse_enum<RelationDomain>(*words.domain));
  scope.direction = TRY(core::parse_enum<Direction>(words.direction));
  for (const std::string& less : words.less) scope.withheld.push_back(TRY(kind_from(less)));
  if (!words.bundle.empty()) {
    Bundles bundles = standard_bundles();
    if (words.bundles_file) {
      const std::string text = TRY(read_text(*words.bundles_file, kBundlesBytesMax));
      bundles = TRY(parse_bundles(text));
    }
    const Bundle* bundle = bundles.find(words.bundle);
    if (bundle == nullptr) {
      std::vector<std::string> names;
      for (const Bundle& one : bundles.all) names.push_back(one.name);
      return fail(ErrorCode::kUnsupported,
                  fmt::format("there is no bundle \"{}\"; there are {}", words.bundle, fmt::join(names, ", ")));
    }
    return expand(*bundle, self, peer, scope);
  }
  std::vector<EdgeLevel> edges;
  for (const std::string& item : words.items) {
    const BundleGrant grant = TRY(grant_from(item, way));
    if (scope.direction != Direction::kTheyGrant) {
      edges.push_back({{grant.kind.capability, grant.kind.domain, self, peer}, grant.level});
    }
    if (scope.direction != Direction::kWeGrant) {
      edges.push_back({{grant.kind.capability, grant.kind.domain, peer, self}, grant.level});
    }
  }
  return edges;
}

}  // namespace tansiq::cli
