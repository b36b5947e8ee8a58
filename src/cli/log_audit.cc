#include "cli/log_audit.h"

namespace tansiq::cli {

void add_log_audit(Command&) {}

}  // namespace tansiq::cli
