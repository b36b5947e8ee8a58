// `tansiq log audit`: decide everything again, and report where the record differs.
#pragma once

#include "cli/command.h"

namespace tansiq::cli {

void add_log_audit(Command& group);

}  // namespace tansiq::cli
