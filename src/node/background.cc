#include "node/background.h"

#include <sched.h>
#include <sys/resource.h>

namespace tansiq::node {
namespace {

constexpr int kNice = 15;

}  // namespace

void step_back() {
  const sched_param none{};
  (void)::sched_setscheduler(0, SCHED_BATCH, &none);
  (void)::setpriority(PRIO_PROCESS, 0, kNice);
}

}  // namespace tansiq::node
