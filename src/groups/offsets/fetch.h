#pragma once

#include "groups/offsets/query.h"
#include "groups/store.h"
#include "groups/topic_directory.h"
#include "protocol/errc.h"

namespace millrace::groups::offsets {

using protocol::Errc;

// Answers from the committed view: what a commit has not been answered for is not shown. A group that does not exist
// has no offsets, which is no error. With `require_stable` an offset that an open transaction is about to change is
// UNSTABLE_OFFSET_COMMIT.
OffsetAnswer fetch(const Store& store, const OffsetQuery& query, const TopicDirectory& topics);
// The answer that is nothing but an error: of the group, and before version 2 of every partition.
OffsetAnswer fetch_error(const OffsetQuery& query, Errc error);

}  // namespace millrace::groups::offsets
