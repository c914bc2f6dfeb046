"""Test suites of other people against a node of their own each: every case of suites/NAME/tests.pass must pass.

Sources come from the package registries by their ordinary clients (Go's modules, Rust's crates), are unpacked into the
build directory and are run as they are. A case that fails is run once more with the others that failed: clients' tests
of 100 ms flake on a busy machine. COMPAT_SUITES names the suites to run, with commas; without it all of them.
"""

import json
import os
import re
import shutil
import subprocess
import time
import urllib.request
from pathlib import Path

from lib.process import CACHE, TOP, Failed, Missing, need, run as run_program
from lib.server import Server, free_port

IN_CI = False
LISTS = TOP / "tests" / "compat" / "suites"
RUN_SECONDS = 1500
ONE_NODE = ["group.initial.rebalance.delay.ms=0"]


def version_of(text):
    match = re.search(r"(\d+)\.(\d+)", text)
    return (int(match[1]), int(match[2])) if match else None


def listed(name):
    return [line for line in (LISTS / name / "tests.pass").read_text().splitlines() if line]


def unpacked(name, source):
    """A copy of `source` that can be written to."""
    target = CACHE / "suites" / name
    if not target.exists():
        shutil.copytree(source, target, copy_function=shutil.copyfile)
        for folder, _, _ in os.walk(target):
            os.chmod(folder, 0o755)
    return target


def go_module(name, module):
    need("go", ["version"], (1, 24), version_of)
    done = run_program(["go", "mod", "download", "-json", module], check=False, timeout=300)
    answer = json.loads(done.stdout or b"{}")
    if "Dir" not in answer:
        raise Missing(f"{module} cannot be had: {answer.get('Error', done.stderr.decode(errors='replace')[-300:])}")
    return unpacked(name, answer["Dir"])


def go_tests(folder, binary, wanted, environment):
    """The names of the top-level tests that pass."""
    pattern = "^(" + "|".join(re.escape(name) for name in sorted({w.split("/")[0] for w in wanted})) + ")$"
    done = run_program([binary, "-test.v", "-test.run", pattern, "-test.timeout", f"{RUN_SECONDS - 60}s"], cwd=folder,
                       env=environment, check=False, timeout=RUN_SECONDS)
    return set(re.findall(r"^\s*--- PASS: (\S+)", done.stdout.decode(errors="replace"), re.M))


class Kgo:
    name = "kgo"
    version = "v1.22.2"
    server = {"settings": ONE_NODE}

    def prepare(self):
        self.folder = go_module(self.name, f"github.com/twmb/franz-go@{self.version}") / "pkg" / "kgo"
        self.binary = CACHE / "suites" / "kgo.test"
        run_program(["go", "test", "-c", "-o", self.binary, "."], cwd=self.folder, timeout=900)

    def passed(self, server, wanted):
        return go_tests(self.folder, self.binary, wanted, {
            "KGO_SEEDS": server.bootstrap, "KGO_TEST_RF": "1", "KGO_TEST_RECORDS": "20000",
            "KGO_TEST_MAX_TOPIC_PARTS": "4", "KGO_LOG_LEVEL": "none"})


class KafkaGo:
    name = "kafka-go"
    version = "v0.4.51"
    # The suite knows no other address. It changes ACLs, as whoever connects.
    server = {"settings": [*ONE_NODE, "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                           "super.users=User:ANONYMOUS"], "host": "localhost", "port": 9092}

    def prepare(self):
        self.folder = go_module(self.name, f"github.com/segmentio/kafka-go@{self.version}")
        self.binary = CACHE / "suites" / "kafka-go.test"
        run_program(["go", "test", "-mod=mod", "-c", "-o", self.binary, "."], cwd=self.folder, timeout=900)

    def passed(self, server, wanted):
        return go_tests(self.folder, self.binary, wanted, {"KAFKA_VERSION": "3.7.0", "KAFKA_SKIP_NETTEST": "1"})


class Rdkafka:
    name = "rdkafka"
    version = "0.39.0"
    server = {"settings": [*ONE_NODE, "num.partitions=3", "node.id=0"], "port": 9092}

    def prepare(self):
        need("cargo", ["--version"], (1, 70), version_of)
        project = CACHE / "suites" / "rdkafka-fetch"
        (project / "src").mkdir(parents=True, exist_ok=True)
        (project / "src" / "lib.rs").write_text("")
        (project / "Cargo.toml").write_text(f'[package]\nname = "fetch"\nversion = "0.0.0"\nedition = "2021"\n'
                                            f'[dependencies]\nrdkafka = "={self.version}"\n[workspace]\n')
        try:
            run_program(["cargo", "fetch"], cwd=project, timeout=600)
        except Failed as failed:
            raise Missing(f"rdkafka cannot be had: {failed}") from None
        home = Path(os.environ.get("CARGO_HOME", Path.home() / ".cargo"))
        source = next(home.glob(f"registry/src/*/rdkafka-{self.version}"), None)
        if source is None:
            raise Missing(f"rdkafka {self.version} is not where cargo keeps its sources")
        self.folder = unpacked(self.name, source)
        run_program(["cargo", "test", "--no-run"], cwd=self.folder, timeout=1200)

    def passed(self, server, wanted):
        found = set()
        for program in sorted({line.split()[0] for line in wanted}):
            done = run_program(["cargo", "test", "--test", program], cwd=self.folder, check=False, timeout=600,
                               env={"KAFKA_HOST": server.bootstrap, "KAFKA_VERSION": "4.1"})
            names = re.findall(r"^test (\S+) \.\.\. ok", done.stdout.decode(errors="replace"), re.M)
            found |= {f"{program} {name}" for name in names}
        return found


class Sarama:
    """Its clients speak through toxiproxy, which the suite lets cut connections: five proxies, all to the one node."""
    name = "sarama"
    version = "v1.61.1"
    proxy_version = "v2.5.0"
    first_port = 29091
    server = {"settings": [*ONE_NODE, "auto.create.topics.enable=false",
                           f"advertised.listeners=PLAINTEXT://127.0.0.1:{first_port}"]}

    def prepare(self):
        self.folder = go_module(self.name, f"github.com/IBM/sarama@{self.version}")
        asked = self.folder / "functional_test.go"  # for three replicas, where one node has one
        text = asked.read_text().replace("ReplicationFactor: 3,", "ReplicationFactor: 1,")
        asked.write_text(text.replace("Isr) != 3", "Isr) != 1"))
        self.binary = CACHE / "suites" / "sarama.test"
        run_program(["go", "test", "-tags", "functional", "-c", "-o", self.binary, "."], cwd=self.folder, timeout=900)
        run_program(["go", "install", f"github.com/Shopify/toxiproxy/v2/cmd/server@{self.proxy_version}"],
                    env={"GOBIN": str(CACHE / "suites" / "toxiproxy")}, timeout=900)

    def passed(self, server, wanted):
        port = free_port()
        proxy = subprocess.Popen([CACHE / "suites" / "toxiproxy" / "server", "-port", str(port)],
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            for number in range(5):
                self.add_proxy(f"http://127.0.0.1:{port}", number, server.bootstrap)
            return go_tests(self.folder, self.binary, wanted, {
                "TOXIPROXY_ADDR": f"http://127.0.0.1:{port}", "KAFKA_VERSION": "4.3.0"})
        finally:
            proxy.kill()
            proxy.wait()

    def add_proxy(self, address, number, upstream):
        body = json.dumps({"name": f"kafka{number + 1}", "listen": f"127.0.0.1:{self.first_port + number}",
                           "upstream": upstream, "enabled": True}).encode()
        for _ in range(50):
            try:
                urllib.request.urlopen(urllib.request.Request(f"{address}/proxies", body), timeout=5).close()
                return
            except OSError:
                time.sleep(0.1)
        raise Failed("toxiproxy does not start")


SUITES = [Kgo(), KafkaGo(), Rdkafka(), Sarama()]


def hold(suite):
    """One line about a suite."""
    wanted = listed(suite.name)
    with Server(**suite.server) as server:
        missing = set(wanted) - suite.passed(server, wanted)
        again = len(missing)
        if missing:
            missing -= suite.passed(server, sorted(missing))
        if missing:
            raise Failed(f"{suite.name} {suite.version}: do not pass any more: {' '.join(sorted(missing))}")
    return f"{suite.name} {suite.version}: {len(wanted)}" + (f", {again} of them when run again" if again else "")


def chosen():
    names = os.environ.get("COMPAT_SUITES", "")
    unknown = set(filter(None, names.split(","))) - {suite.name for suite in SUITES}
    if unknown:
        raise Failed(f"COMPAT_SUITES: there is no {' '.join(sorted(unknown))}")
    return [suite for suite in SUITES if not names or suite.name in names.split(",")]


def run(ci):
    lines, skipped, failed = [], [], []
    for suite in chosen():
        try:
            suite.prepare()
            lines.append(hold(suite))
        except Missing as missing:
            skipped.append(f"{suite.name} not run: {missing}")
        except Failed as reason:
            failed.append(str(reason))
    if failed:
        raise Failed("; ".join(failed + lines + skipped))
    if not lines:
        raise Missing("; ".join(skipped))
    return "; ".join(lines + skipped)
