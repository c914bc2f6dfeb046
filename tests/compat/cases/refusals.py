"""A start that cannot go well ends with one line that names what is wrong, and with a code that is not 0."""

import os
import socket
import subprocess
import tempfile
from pathlib import Path

from lib.process import Failed
from lib.server import BINARY, Server, free_port

END_SECONDS = 10


def run(ci):
    with tempfile.TemporaryDirectory() as folder:
        top = Path(folder)
        for name, value in [("num.partitions", "0"), ("log.segment.bytes", "abc"), ("node.id", "-3"),
                            ("auto.create.topics.enable", "perhaps"), ("compression.type", "rar")]:
            refused(["--data", top / "a", "--set", f"{name}={value}"], [name, value])
        refused(["--data", top / "a", "--set", "listener.security.protocol.map=PLAINTEXT:SSL,CONTROLLER:PLAINTEXT"],
                ["SSL"])
        refused(["--data", top / "a", "--config", top / "missing.properties"], ["missing.properties"])

        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            refused(["--data", top / "b", "--listen", f"127.0.0.1:{port}"], [str(port)])

        foreign = top / "foreign"
        foreign.mkdir()
        (foreign / "meta.properties").write_text("version=1\ncluster.id=AAAAAAAAAAAAAAAAAAAAAA\nnode.id=77\n")
        refused(["--data", foreign], ["node.id", "77"])

        file = top / "a-file"
        file.write_text("")
        refused(["--data", file / "data"], ["a-file"])

        unformatted = top / "server.properties"
        unformatted.write_text("process.roles=broker,controller\nnode.id=1\ncontroller.listener.names=CONTROLLER\n"
                               "listeners=PLAINTEXT://127.0.0.1:0,CONTROLLER://127.0.0.1:0\n"
                               f"controller.quorum.voters=1@127.0.0.1:9093\nlog.dirs={top / 'unformatted'}\n")
        refused(["--config", unformatted], ["format"])

    with Server() as server:
        refused(["--data", server.folder / "data"], [str(server.folder / "data")])
        server.stop()
    return "settings, ports and directories that cannot be used are named"


def refused(args, words):
    """Starts a server that must end by itself and name each of `words` in one line."""
    listen = [] if "--listen" in args or "--config" in args else ["--listen", f"127.0.0.1:{free_port()}"]
    command = [str(a) for a in [BINARY, "server", *args, *listen]]
    with tempfile.TemporaryDirectory() as folder:
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=END_SECONDS, cwd=folder,
                                  env={**os.environ})
        except subprocess.TimeoutExpired:
            raise Failed(f"{' '.join(command)} started, expected a refusal that names {words}") from None
    if done.returncode == 0:
        raise Failed(f"{' '.join(command)} ended with code 0, expected a refusal")
    if not any(all(word in line for word in words) for line in done.stderr.split("\n")):
        raise Failed(f"{' '.join(command)}: no line names {words}: {done.stderr[-800:]}")
