// Lists the transactions of a cluster, and fences the producers of one transactional id if it is named.
#include <cstdio>
#include <string>

#include "millrace/admin.h"

namespace client = millrace::client;

namespace {

int fail(const client::Error& error) {
  std::fprintf(stderr, "%s\n", error.text().c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: %s BOOTSTRAP [ID-TO-FENCE]\n", argv[0]);
    return 2;
  }
  auto admin = client::Admin::create(client::AdminConfig().bootstrap_servers(argv[1]));
  if (!admin) return fail(admin.error());
  if (argc > 2) {
    const auto fenced = admin->fence_producers({argv[2]}).get();
    if (!fenced) return fail(fenced.error());
    const auto& one = fenced->front();
    if (!one.result) return fail(one.result.error());
    std::printf("%s is fenced below epoch %d\n", one.key.c_str(), one.result->producer_epoch);
  }
  const auto listed = admin->list_transactions().get();
  if (!listed) return fail(listed.error());
  for (const auto& transaction : *listed) {
    const auto described = admin->describe_transactions({transaction.transactional_id}).get();
    if (!described) return fail(described.error());
    const auto& found = described->front().result;
    if (!found) return fail(found.error());
    std::printf("%s: %s, producer %lld, on broker %d, %zu partitions\n", transaction.transactional_id.c_str(),
                found->state.c_str(), static_cast<long long>(found->producer_id), found->coordinator,
                found->partitions.size());
  }
  return 0;
}
