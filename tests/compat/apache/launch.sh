#!/bin/bash
# Starts one node for Apache Kafka's own integration tests: launch.sh server.properties CLUSTER_ID METADATA_VERSION.
# Formats the node's directories unless they are formatted, then becomes the node; SIGTERM stops it cleanly.
# Internal topics get one replica where a test leaves them Kafka's three, which its one broker would refuse.
set -eu
millrace=${MILLRACE:-$(dirname "$0")/../../../build/release/bin/millrace}
for setting in offsets.topic.replication.factor transaction.state.log.replication.factor; do
  grep -q "^$setting=" "$1" || echo "$setting=1" >> "$1"
done
"$millrace" storage format --ignore-formatted -t "$2" -c "$1" -r "$3" >&2
exec "$millrace" server --config "$1"
