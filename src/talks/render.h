// A message as somebody reads it: the template's text in his language, with the parameters said as his language says
// them.
//
// Times are UTC with Z, and exact; positions in degrees and minutes with two decimals (18 m), the same in every
// language; heights in feet and metres; distances in nautical miles and kilometres, below a mile in metres; speeds in
// knots. Digits are 0 to 9. The text is a reading aid: what was signed are the parameters. docs/languages.md says why.
#pragma once

#include <string>
#include <vector>

#include "talks/catalogue.h"
#include "talks/language.h"
#include "talks/parameters.h"

namespace tansiq::talks {

/// `of` is one of the catalogue's templates, `parameters` were read for it. One line, without anything that works
/// unseen but balanced isolates round each inserted value. Under a millisecond as a rule.
[[nodiscard]] std::string render(const Catalogue& catalogue, const Template& of,
                                 const std::vector<Parameter>& parameters, Language language);

/// One value alone, as it stands in a text, without the isolates round it; not for counts, which are words of a
/// sentence.
[[nodiscard]] std::string render_value(const Catalogue& catalogue, const Parameter& parameter, Language language);

}  // namespace tansiq::talks
