#include "node/openapi_text.h"

// The assembler copies the file into the read-only data: no generated source, no size limit of string literals.
__asm__(
    ".section .rodata\n"
    ".global tansiq_openapi_begin\n"
    "tansiq_openapi_begin:\n"
    ".incbin \"" TANSIQ_OPENAPI_FILE
    "\"\n"
    ".global tansiq_openapi_end\n"
    "tansiq_openapi_end:\n"
    ".byte 0\n"
    ".text\n");

extern "C" const char tansiq_openapi_begin[];
extern "C" const char tansiq_openapi_end[];

namespace tansiq::node {

std::string_view openapi_text() {
  return {tansiq_openapi_begin, static_cast<std::size_t>(tansiq_openapi_end - tansiq_openapi_begin)};
}

}  // namespace tansiq::node
