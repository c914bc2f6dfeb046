#include "client/admin/transactions.h"
#include "sdk/admin_impl.h"

namespace millrace::client {

Future<Items<TopicPartition, std::vector<ProducerState>>> Admin::describe_producers(
    std::vector<TopicPartition> partitions, DescribeProducersOptions options) {
  return run<Items<TopicPartition, std::vector<ProducerState>>>(impl_, options, admin::describe_producers,
                                                                std::move(partitions), options.broker);
}

Future<std::vector<ListedTransaction>> Admin::list_transactions(ListTransactionsOptions filters,
                                                                AdminOptions options) {
  return run<std::vector<ListedTransaction>>(impl_, options, admin::list_transactions, std::move(filters));
}

Future<Items<std::string, TransactionDescription>> Admin::describe_transactions(std::vector<std::string> ids,
                                                                                AdminOptions options) {
  return run<Items<std::string, TransactionDescription>>(impl_, options, admin::describe_transactions,
                                                                std::move(ids));
}

Future<void> Admin::abort_transaction(HangingTransaction hanging, AdminOptions options) {
  return run<void>(impl_, options, admin::abort_transaction, std::move(hanging));
}

Future<Items<std::string, FencedProducer>> Admin::fence_producers(std::vector<std::string> ids, AdminOptions options) {
  return run<Items<std::string, FencedProducer>>(impl_, options, admin::fence_producers, std::move(ids));
}

Future<void> Admin::force_terminate_transaction(std::string id, AdminOptions options) {
  return run<void>(impl_, options, admin::force_terminate_transaction, std::move(id));
}

}  // namespace millrace::client
