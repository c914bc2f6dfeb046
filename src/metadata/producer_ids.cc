#include "metadata/draft.h"

namespace millrace::metadata {

// Blocks are handed out upwards only: an id given twice would mix two producers.
Outcome replay(Draft& draft, const protocol::ProducerIdsRecord& record) {
  if (record.next_producer_id < draft.state.next_producer_id) {
    return "producer ids would fall from " + std::to_string(draft.state.next_producer_id) + " to " +
           std::to_string(record.next_producer_id);
  }
  draft.state.next_producer_id = record.next_producer_id;
  return {};
}

}  // namespace millrace::metadata
