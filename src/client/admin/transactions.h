#pragma once

#include <string>
#include <vector>

#include "client/admin/core.h"
#include "millrace/admin/transactions.h"

// Producers and their transactions (KIP-664, KIP-618); what each does stands at Admin.
namespace millrace::client::admin {

void describe_producers(AdminCore& core, std::vector<TopicPartition> partitions, std::optional<std::int32_t> broker,
                        Millis timeout,
                        Done<Items<TopicPartition, std::vector<ProducerState>>> done);
void list_transactions(AdminCore& core, ListTransactionsOptions filters, Millis timeout,
                       Done<std::vector<ListedTransaction>> done);
void describe_transactions(AdminCore& core, std::vector<std::string> ids, Millis timeout,
                           Done<Items<std::string, TransactionDescription>> done);
void abort_transaction(AdminCore& core, HangingTransaction hanging, Millis timeout, Done<void> done);
void fence_producers(AdminCore& core, std::vector<std::string> ids, Millis timeout,
                     Done<Items<std::string, FencedProducer>> done);
void force_terminate_transaction(AdminCore& core, std::string id, Millis timeout, Done<void> done);

}  // namespace millrace::client::admin
