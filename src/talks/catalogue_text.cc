#include "talks/catalogue_text.h"

#include <cstddef>

// The assembler copies the files into the read-only data: no generated source, no size limit of string literals.
#define TANSIQ_EMBED(name)                                                                              \
  __asm__(                                                                                              \
      ".section .rodata\n"                                                                              \
      ".global tansiq_catalogue_" #name                                                                 \
      "_begin\n"                                                                                        \
      "tansiq_catalogue_" #name                                                                         \
      "_begin:\n"                                                                                       \
      ".incbin \"" TANSIQ_CATALOGUE_FOLDER "/" #name                                                    \
      ".json\"\n"                                                                                       \
      ".global tansiq_catalogue_" #name                                                                 \
      "_end\n"                                                                                          \
      "tansiq_catalogue_" #name                                                                         \
      "_end:\n"                                                                                         \
      ".byte 0\n"                                                                                       \
      ".text\n");                                                                                       \
  extern "C" const char tansiq_catalogue_##name##_begin[];                                              \
  extern "C" const char tansiq_catalogue_##name##_end[];                                                \
  static std::string_view embedded_##name() {                                                           \
    return {tansiq_catalogue_##name##_begin,                                                            \
            static_cast<std::size_t>(tansiq_catalogue_##name##_end - tansiq_catalogue_##name##_begin)}; \
  }

TANSIQ_EMBED(templates)
TANSIQ_EMBED(ar)
TANSIQ_EMBED(en)
TANSIQ_EMBED(fr)
TANSIQ_EMBED(ru)

namespace tansiq::talks {

CatalogueFiles catalogue_text() {
  return {.templates = embedded_templates(), .languages = {embedded_ar(), embedded_en(), embedded_fr(), embedded_ru()}};
}

}  // namespace tansiq::talks
