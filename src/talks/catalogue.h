// The catalogue of numbered messages in four languages.
//
//   const Catalogue& catalogue = Catalogue::built_in();
//   const Template* mayday = catalogue.find(401, 1);
//   const auto parameters = TRY(read_parameters(mayday->parameters, json));
//   put(render(catalogue, *mayday, parameters, Language::kArabic));
//
// What is signed is the template's number and version and the parameters; each side reads it in its own language. The
// catalogue's hash tells whether two sides read the same texts; it stands in the charter (core/charter_terms.h). A
// template of another meaning or with other parameters is a new version; old versions stay, because records
// refer to them. A better wording keeps the version, and changes the hash.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "log/sha256.h"
#include "talks/catalogue_text.h"
#include "talks/language.h"
#include "talks/parameters.h"

namespace tansiq::talks {

inline constexpr std::int64_t kTemplateNumberMin = 101;
inline constexpr std::int64_t kTemplateNumberMax = 999;
inline constexpr std::int64_t kTemplateVersionMax = 1'000;
inline constexpr std::size_t kTemplatesMax = 2'000;
inline constexpr std::size_t kTemplateParametersMax = 12;

struct Template {
  std::int64_t number = 0;
  std::int64_t version = 0;
  bool floor = false;                     ///< May be said whatever is frozen: distress, STOP, attribution, line check.
  std::vector<ParameterSpec> parameters;  ///< By name.

  /// 1 flight safety, 2 corridors, 3 deviation, 4 distress and rescue, 5 attribution, 6 line check, 7 relations, 8
  /// ships, 9 daily plan.
  [[nodiscard]] std::int64_t group() const { return number / 100; }
};

/// What a template says in one language.
struct TemplateText {
  std::string title;  ///< For lists; no parameters.
  std::string text;   ///< In ICU's message format (pattern.h).
};

/// A template of a message, with its parameters: what `render` takes.
struct Filled {
  const Template* of = nullptr;
  std::vector<Parameter> parameters;
};

/// A parameter as the part `template` of a message holds it (docs/talks.md).
struct NamedValue {
  std::string_view name;
  std::string_view json;
};

/// Immutable once loaded; may be shared by threads.
class Catalogue {
 public:
  /// Reads and checks everything: each template has a text in each language, each text says every parameter and has the
  /// plurals of its language. Fails with `kMalformed` or `kInvalid`; `where` is the file and the place in it.
  [[nodiscard]] static Result<Catalogue> load(const CatalogueFiles& files);
  /// The one in the program.
  [[nodiscard]] static const Catalogue& built_in();

  /// Ordered by number, then version.
  [[nodiscard]] std::span<const Template> templates() const { return templates_; }
  /// Null when there is none.
  [[nodiscard]] const Template* find(std::int64_t number, std::int64_t version) const;
  /// The newest version of a number, for writing; null when there is none.
  [[nodiscard]] const Template* newest(std::int64_t number) const;
  /// `of` is one of `templates()`.
  [[nodiscard]] const TemplateText& text(const Template& of, Language language) const;
  /// What a group is called in a language.
  [[nodiscard]] std::string_view group_title(std::int64_t group, Language language) const;
  /// A text for a kind of value, as `level.fl`; one of those that render.cc uses.
  [[nodiscard]] const std::string& phrase(std::string_view name, Language language) const;

  /// SHA-256 over one object: each file in canonical JSON under its name. Layout and order of members
  /// do not count, everything else does.
  [[nodiscard]] const log::Hash& hash() const { return hash_; }

  /// Reads what a message carries: finds the template and checks its parameters. Fails with `kNotFound` (`where`
  /// empty), or as `read_parameters`.
  [[nodiscard]] Result<Filled> check(std::int64_t number, std::int64_t version, const log::JcsValue& parameters) const;
  /// The same for parameters that come one by one, ascending by name, each as canonical JSON of its own. `id` is the
  /// number in digits.
  [[nodiscard]] Result<Filled> check(std::string_view id, std::int64_t version,
                                     std::span<const NamedValue> parameters) const;

 private:
  struct OneLanguage {
    std::map<std::string, std::string, std::less<>> phrases;
    std::vector<TemplateText> texts;  // beside `templates_`
  };

  [[nodiscard]] static Result<std::vector<Template>> read_templates(std::string_view json, std::string& canonical);
  [[nodiscard]] Result<OneLanguage> read_language(std::string_view json, Language language,
                                                  std::string& canonical) const;

  std::vector<Template> templates_;
  std::array<OneLanguage, kLanguages.size()> languages_;
  log::Hash hash_;
};

}  // namespace tansiq::talks
