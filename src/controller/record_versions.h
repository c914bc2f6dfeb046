#pragma once

#include "metadata/image.h"
#include "metadata/record_versions.h"

namespace millrace::controller {

using metadata::RecordVersions;

// Whether replicas that left the ISR stay eligible as leaders (KIP-966).
inline bool keeps_eligible_replicas(const metadata::Image& image) {
  return image.feature("eligible.leader.replicas.version") >= 1;
}

}  // namespace millrace::controller
