"""The real Apache Kafka as a peer to measure beside: its jars from Maven Central, one combined node, fresh."""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
LIBS = HERE.parent / "build" / "bench" / "kafka"


def install():
    """Copies the jars once."""
    done = LIBS.parent / "kafka-done"
    pom = HERE / "peer-pom.xml"
    if done.exists() and done.read_text() == pom.read_text():
        return
    LIBS.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mvn", "-q", "-B", "-f", pom, "dependency:copy-dependencies", f"-DoutputDirectory={LIBS}",
                    "-DincludeScope=runtime"], check=True, timeout=600)
    done.write_text(pom.read_text())


def java(*args):
    return ["java", "-Xms256m", "-Xmx1g", "-XX:+UseG1GC", "-cp", f"{LIBS}/*", *map(str, args)]


class Kafka:
    """A formatted directory and the command that starts a node on it."""

    def __init__(self, port, settings=()):
        install()
        self.port = port
        self.folder = Path(tempfile.mkdtemp(prefix="kafka-peer-"))
        self.properties = self.folder / "server.properties"
        self.properties.write_text(
            "process.roles=broker,controller\nnode.id=1\n"
            f"controller.quorum.voters=1@127.0.0.1:{port + 1}\n"
            f"listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{port + 1}\n"
            "controller.listener.names=CONTROLLER\n"
            "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT\n"
            f"log.dirs={self.folder / 'data'}\noffsets.topic.replication.factor=1\n"
            + "".join(line + "\n" for line in settings))
        identity = subprocess.run(java("kafka.tools.StorageTool", "random-uuid"), capture_output=True, text=True)
        cluster = re.findall(r"^[\w-]{22}$", identity.stdout, re.MULTILINE)[-1]
        subprocess.run(java("kafka.tools.StorageTool", "format", "-t", cluster, "-c", self.properties),
                       check=True, capture_output=True)

    def command(self):
        return java("kafka.Kafka", self.properties)

    def environment(self):
        return {**os.environ}

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)
