"""What a node uses that has partitions and clients but nothing to do: CPU and resident memory."""

import argparse
import os
import socket
import time
from pathlib import Path

from bench import load
from bench.nodes import Millrace, Running
from bench.start_up import resident_mib

PORT = 28692
SETTLE_S = 5


def cpu_s(pid):
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--partitions", type=int, default=1000)
    parser.add_argument("--connections", type=int, default=100)
    parser.add_argument("--seconds", type=int, default=30)
    arguments = parser.parse_args()
    with Running(Millrace(PORT)) as node:
        load.run("produce", bootstrap=f"127.0.0.1:{PORT}", topic="t", partitions=arguments.partitions, conns=4,
                 batch=2048, record=128, prime=1, seconds=1)
        clients = [socket.create_connection(("127.0.0.1", PORT)) for _ in range(arguments.connections)]
        time.sleep(SETTLE_S)
        before, begin = cpu_s(node.pid), time.monotonic()
        time.sleep(arguments.seconds)
        share = (cpu_s(node.pid) - before) / (time.monotonic() - begin)
        print(f"{arguments.partitions} partitions, {arguments.connections} idle connections: {share * 100:.2f} % of a "
              f"core over {arguments.seconds} s, {resident_mib(node.pid):.0f} MiB resident")
        for client in clients:
            client.close()


if __name__ == "__main__":
    main()
