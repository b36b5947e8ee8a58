// The catalogue that the program carries: the files of catalogue/, as they stand.
#pragma once

#include <array>
#include <string_view>

#include "talks/language.h"

namespace tansiq::talks {

struct CatalogueFiles {
  std::string_view templates;                                 ///< templates.json
  std::array<std::string_view, kLanguages.size()> languages;  ///< ar.json, … by `index_of`
};

[[nodiscard]] CatalogueFiles catalogue_text();

}  // namespace tansiq::talks
