"""Settings that change while a node runs: its file read again at SIGHUP, and listeners that come and go."""

import signal
import socket
import time

from lib.process import Failed, run as run_program
from lib.server import BINARY, Server, free_port

PATIENCE_SECONDS = 10
FILE = """process.roles=broker,controller
node.id=1
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,EXTRA:PLAINTEXT
controller.quorum.voters=1@127.0.0.1:{controller}
offsets.topic.replication.factor=1
log.dirs={data}
"""


class FileServer(Server):
    def __init__(self):
        super().__init__(environment={"CLUSTER_ID": "0aPbL9pyTnmdWtPAF2VFdA"})
        self.base = FILE.format(port=self.port, controller=self.port + 1, data=self.folder / "data")
        self.write()

    def write(self, more=""):
        (self.folder / "server.properties").write_text(self.base + more)

    def command(self):
        return [str(BINARY), "server", "--config", str(self.folder / "server.properties")]

    def read_again(self, line):
        """SIGHUP, until the log has the line."""
        before = self.log.count(line)
        self.process.send_signal(signal.SIGHUP)
        until(lambda: self.log.count(line) > before, f"'{line}' in the log")


def until(holds, what):
    end = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        if time.monotonic() > end:
            raise Failed(f"{what}: not after {PATIENCE_SECONDS} s")
        time.sleep(0.01)


def accepts(port):
    with socket.socket() as peer:
        return peer.connect_ex(("127.0.0.1", port)) == 0


def in_force(server, name):
    done = run_program([BINARY, "config", "describe", "broker/1", "-b", server.bootstrap, "--all", "--format", "csv"])
    for line in done.stdout.decode().splitlines():
        if name in line:
            return line
    raise Failed(f"{name} is not among the settings")


def set_on_broker(server, *assignments):
    run_program([BINARY, "config", "set", "broker/1", *assignments, "-b", server.bootstrap])


def reload_file(server):
    server.write("log.retention.ms=123456\nnum.partitions=7\n")
    server.read_again("are as in the file from now on: log.retention.ms")
    if "at the next start only: num.partitions" not in server.log:
        raise Failed("no warning names num.partitions")
    if "123456" not in in_force(server, "log.retention.ms"):
        raise Failed("the new log.retention.ms is not in force")
    server.write("log.retention.ms=none\n")
    server.read_again("SIGHUP: nothing changes:")
    if "123456" not in in_force(server, "log.retention.ms"):
        raise Failed("an invalid file changed log.retention.ms")
    server.write()


def move_listeners(server):
    extra = free_port()
    base = f"PLAINTEXT://127.0.0.1:{server.port},CONTROLLER://127.0.0.1:{server.port + 1}"
    set_on_broker(server, f"listeners={base},EXTRA://127.0.0.1:{extra}")
    until(lambda: accepts(extra), "a listener that was added")
    with socket.create_connection(("127.0.0.1", extra), timeout=PATIENCE_SECONDS) as peer:
        set_on_broker(server, f"listeners={base}")
        peer.settimeout(PATIENCE_SECONDS)
        if peer.recv(1) != b"":
            raise Failed("a connection of a removed listener got something")
    until(lambda: not accepts(extra), "a listener that was removed")
    set_on_broker(server, f"listeners={base},EXTRA://127.0.0.1:{extra}")
    server.stop()
    server.start()
    until(lambda: accepts(extra), "an added listener after a restart")


def run(ci):
    with FileServer() as server:
        reload_file(server)
        move_listeners(server)
    return "SIGHUP takes what can change, names the rest, refuses a bad file; listeners come, go and stay"
