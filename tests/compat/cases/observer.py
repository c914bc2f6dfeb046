"""The real Kafka as a broker of millrace's metadata quorum: it copies the metadata log from the controller's listener,
and with a snapshot there that first; both are byte for byte what millrace has. MILLRACE_PEER names a program that
becomes a Kafka 4.3.1 node when it is given a properties file; without it the case is not run."""

import json
import os
import signal
import subprocess
import time

from lib.process import Failed, NotRun, run as run_command
from lib.server import BINARY, Server, free_port

CLUSTER = "aGVyZS1hbmQtYmFjay1hIA"
LOG = "__cluster_metadata-0"
OBSERVER = 2
SECONDS = 60
TOPICS = 20
FORMATTED = "00000000000000000000-0000000000.checkpoint"  # what formatting leaves


class Quorum(Server):
    """A combined node whose controller's listener is known."""

    def __init__(self):
        super().__init__()
        self.controllers = f"127.0.0.1:{self.port + 1}"
        self.data = self.folder / "data"
        self.file = self.folder / "server.properties"
        self.file.write_text("\n".join([
            "process.roles=broker,controller", "node.id=1", "controller.listener.names=CONTROLLER",
            f"listeners=PLAINTEXT://{self.bootstrap},CONTROLLER://{self.controllers}",
            "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            f"controller.quorum.bootstrap.servers={self.controllers}", f"log.dirs={self.data}", *self.settings, ""]))
        run_command([BINARY, "storage", "format", "-t", CLUSTER, "-c", self.file, "--standalone"])

    def command(self):
        return [str(BINARY), "server", "--config", str(self.file)]

    def create_topics(self, name):
        topics = [f"{name}{i}" for i in range(TOPICS)]
        run_command([BINARY, "topic", "create", *topics, "-p", "10", "-b", self.bootstrap])

    def observer_lag(self):
        """How far the observer is behind; None if the leader knows of none."""
        said = run_command([BINARY, "cluster", "quorum", "--format", "json", "-b", self.bootstrap]).stdout
        for replica in json.loads(said)["replicas"]:
            if replica["node"] == OBSERVER and replica["role"] == "observer":
                return replica["lag"]
        return None


class Observer:
    """A Kafka node that is only a broker, in a fresh directory."""

    def __init__(self, peer, quorum, name):
        self.quorum = quorum
        self.data = quorum.folder / name
        self.output = quorum.folder / f"{name}.log"
        port = free_port()
        file = quorum.folder / f"{name}.properties"
        file.write_text("\n".join([
            "process.roles=broker", f"node.id={OBSERVER}", "controller.listener.names=CONTROLLER",
            f"listeners=PLAINTEXT://127.0.0.1:{port}",
            "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            f"controller.quorum.bootstrap.servers={quorum.controllers}", f"log.dirs={self.data}", ""]))
        run_command([BINARY, "storage", "format", "-t", CLUSTER, "-c", file])
        with open(self.output, "wb") as output:
            self.process = subprocess.Popen([peer, str(file)], stdout=output, stderr=output, start_new_session=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def await_copy(self, of):
        """Until it has everything, as the leader sees it."""
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            if self.process.poll() is not None:
                break
            if self.quorum.observer_lag() == 0:
                return
            time.sleep(0.2)
        said = self.output.read_text(errors="replace")
        raise Failed(f"{of}: Kafka has not caught up; the lag is {self.quorum.observer_lag()}: {said[-2000:]}")

    def expect_same(self, names, what):
        for name in names:
            ours, theirs = (data / LOG / name for data in (self.quorum.data, self.data))
            if not theirs.exists():
                raise Failed(f"{what}: Kafka has no {name}, but {sorted(p.name for p in theirs.parent.iterdir())}")
            # Either may have appended since.
            one, other = ours.read_bytes(), theirs.read_bytes()
            least = min(len(one), len(other))
            if least == 0 or one[:least] != other[:least]:
                raise Failed(f"{what}: {name} is not the same: {len(one)} bytes here, {len(other)} there")


def run(_ci):
    peer = os.environ.get("MILLRACE_PEER")
    if not peer:
        raise NotRun("MILLRACE_PEER does not name a program that starts a Kafka node")
    with Quorum() as quorum:
        quorum.create_topics("before")
        with Observer(peer, quorum, "first") as observer:
            observer.await_copy("the log")
            quorum.create_topics("while")
            observer.await_copy("what came meanwhile")
            observer.expect_same(["00000000000000000000.log"], "the log")
        quorum.stop()
        with open(quorum.file, "a", encoding="utf-8") as file:
            file.write("metadata.log.max.record.bytes.between.snapshots=1000\n")
        quorum.start()
        quorum.create_topics("after")
        with Observer(peer, quorum, "second") as observer:
            observer.await_copy("a snapshot and the log behind it")
            copied = sorted(p.name for p in (observer.data / LOG).glob("*.checkpoint") if p.name != FORMATTED)
            if not copied:
                raise Failed("Kafka has copied no snapshot")
            observer.expect_same(copied, "the snapshot")
    return f"Kafka copied the log, what came meanwhile, and the snapshot {copied[-1]}"
