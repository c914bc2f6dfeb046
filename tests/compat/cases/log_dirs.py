"""Several log directories: one that cannot be used at a start costs its own partitions and no others."""

import json
import urllib.request

from clients import kcat
from lib.process import Failed, run as run_command
from lib.server import BINARY, Server, free_port

TOPIC = "spread"
PARTITIONS = 6
RECORDS = 60


def run(ci):
    kcat.prepare()
    with SeveralDirs() as server:
        server.script("kafka-topics", "--create", "--topic", TOPIC, "--partitions", str(PARTITIONS))
        path = server.folder / "input"
        path.write_text("".join(f"k{i}\x02v{i}\x01" for i in range(RECORDS)))
        kcat.produce(server.bootstrap, TOPIC, path, "none")
        homes = {partition: server.home(partition) for partition in range(PARTITIONS)}
        if len(set(homes.values())) != 3:
            raise Failed(f"the partitions are not spread over three directories: {homes}")
        whole = read(server, range(PARTITIONS))
        server.stop()

        lost = [partition for partition, home in homes.items() if home == "c"]
        kept = [partition for partition in homes if partition not in lost]
        meta = server.folder / "c" / "meta.properties"
        right = meta.read_text()
        meta.write_text("not a log directory any more\n")
        server.start()
        expect(server.leaders(), {p: 1 if p in kept else -1 for p in homes}, "leaders while a directory is offline")
        expect(read(server, kept), {place: record for place, record in whole.items() if place[0] in kept}, "records")
        expect(server.metric("kafka_log_logmanager_offlinelogdirectorycount"), 1.0, "directories offline")
        if "c/meta.properties" not in server.log or "offline" not in server.log:
            raise Failed("no line of the log names the directory that is offline")
        server.stop()

        meta.write_text(right)
        server.start()
        expect(server.leaders(), {p: 1 for p in homes}, "leaders when it is back")
        expect(read(server, range(PARTITIONS)), whole, "records when it is back")
        server.stop()
    return f"{len(lost)} of {PARTITIONS} partitions were away while their directory was, and came back whole"


class SeveralDirs(Server):
    """A node with log directories a (with the metadata log), b and c."""

    def __init__(self):
        super().__init__()
        self.http = free_port()
        self.file = self.folder / "server.properties"
        dirs = ",".join(str(self.folder / name) for name in "abc")
        self.file.write_text("\n".join([
            "process.roles=broker,controller", "node.id=1", "controller.listener.names=CONTROLLER",
            f"listeners=PLAINTEXT://{self.bootstrap},CONTROLLER://127.0.0.1:{self.port + 1}",
            "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            f"controller.quorum.voters=1@127.0.0.1:{self.port + 1}", f"log.dirs={dirs}",
            f"millrace.http.listener=127.0.0.1:{self.http}", ""]))
        run_command([BINARY, "storage", "format", "-t", "c2V2ZXJhbC1kaXJzLWEtYg", "-c", self.file])

    def command(self):
        return [str(BINARY), "server", "--config", str(self.file)]

    def script(self, name, *arguments):
        return run_command([BINARY, name, "--bootstrap-server", self.bootstrap, *arguments], timeout=60).stdout.decode()

    def home(self, partition):
        found = [name for name in "abc" if (self.folder / name / f"{TOPIC}-{partition}").is_dir()]
        if len(found) != 1:
            raise Failed(f"{TOPIC}-{partition} is in {found}")
        return found[0]

    def leaders(self):
        done = run_command(["kcat", "-L", "-J", "-b", self.bootstrap, "-t", TOPIC], timeout=20)
        return {p["partition"]: p["leader"] for p in json.loads(done.stdout)["topics"][0]["partitions"]}

    def metric(self, name):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.http}/metrics", timeout=10) as answer:
            for line in answer.read().decode().splitlines():
                if line.startswith(name + " "):
                    return float(line.split()[1])
        raise Failed(f"/metrics has no {name}")


def read(server, partitions):
    """{(partition, offset): text}"""
    records = {}
    for partition in partitions:
        done = run_command(["kcat", "-C", "-q", "-b", server.bootstrap, "-t", TOPIC, "-p", str(partition), "-o",
                            "beginning", "-e", "-f", "%o %k %s\\n"], timeout=60)
        for line in done.stdout.decode().splitlines():
            offset, text = line.split(" ", 1)
            records[partition, int(offset)] = text
    return records


def expect(found, wanted, what):
    if found != wanted:
        raise Failed(f"{what}: {found} instead of {wanted}")
