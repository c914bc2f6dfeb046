#include "broker/handlers/mutation_quota.h"

#include <memory>
#include <utility>

namespace millrace::broker {
namespace {

struct Taking {
  RequestPtr request;
  Broker* broker;
  std::vector<double> costs;
  bool strict;
  Callback<void(std::size_t)> done;
  std::size_t granted = 0;
  bool waiting = false;
  bool looping = false;
  bool refused = false;
};

// One topic after the other; a loop where the answers come at once.
void go_on(const std::shared_ptr<Taking>& taking) {
  if (taking->looping) return;
  taking->looping = true;
  while (!taking->waiting && !taking->refused && taking->granted < taking->costs.size()) {
    taking->waiting = true;
    taking->broker->quotas().take_permits(
        *taking->request, taking->costs[taking->granted], taking->strict, [taking](Millis pause) {
          taking->waiting = false;
          if (pause > Millis(0)) taking->request->want_pause(pause);
          // What is refused now is refused for the topics behind it too: the quota is used up.
          taking->refused = taking->strict && pause > Millis(0);
          if (!taking->refused) ++taking->granted;
          go_on(taking);
        });
  }
  taking->looping = false;
  if (!taking->waiting && taking->done) std::exchange(taking->done, nullptr)(taking->granted);
}

}  // namespace

void take_permits(const RequestPtr& request, Broker& broker, std::vector<double> costs, bool strict,
                  Callback<void(std::size_t granted)> done) {
  if (!broker.quotas().active()) return done(costs.size());
  auto taking = std::make_shared<Taking>();
  taking->request = request;
  taking->broker = &broker;
  taking->costs = std::move(costs);
  taking->strict = strict;
  taking->done = std::move(done);
  go_on(taking);
}

}  // namespace millrace::broker
