#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/uuid.h"
#include "metadata/image.h"
#include "ports/net.h"

namespace millrace::controller {

// What a controller records by itself when it becomes active.

// The first metadata of a cluster, as one transaction: the features and credentials that formatting left in
// bootstrap.checkpoint (`bootstrap`; empty: the features of a new cluster), and the settings that these need. The error
// says what is wrong with the file.
Result<std::vector<Buffer>, std::string> bootstrap_records(Bytes bootstrap);

// That this controller runs, where it listens, and what it can work with.
Buffer controller_record(NodeId id, const Uuid& incarnation, const std::string& listener,
                         const ports::Endpoint& endpoint);

}  // namespace millrace::controller
