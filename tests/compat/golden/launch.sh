#!/bin/bash
# Becomes a node on a directory that is formatted and filled: launch.sh server.properties. SIGTERM stops it cleanly.
set -eu
millrace=${MILLRACE:-$(dirname "$0")/../../../build/release/bin/millrace}
exec "$millrace" server --config "$1"
