"""Apache Kafka's own console tools (Java)."""

import re

from lib.process import CACHE, TOP, need, run

NAME = "java"
POM = TOP / "tests" / "compat" / "clients" / "java-pom.xml"
LIBS = CACHE / "java" / "libs"


def prepare():
    def java_version(text):
        match = re.search(r'version "(\d+)', text)
        return (int(match.group(1)),) if match else None

    need("java", ["-version"], (17,), java_version)
    done = LIBS.parent / "done"
    if done.exists() and done.read_text() == POM.read_text():
        return
    LIBS.mkdir(parents=True, exist_ok=True)
    run(["mvn", "-q", "-B", "-f", POM, "dependency:copy-dependencies", f"-DoutputDirectory={LIBS}",
         "-DincludeScope=runtime"], timeout=600)
    done.write_text(POM.read_text())


def tool(name, *args, stdout=None, timeout=180, **kwargs):
    extra = {} if stdout is None else {"stdout": stdout}
    return run(["java", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", f"{LIBS}/*",
                f"org.apache.kafka.tools.{name}", *args], timeout=timeout, **extra, **kwargs)


def consume(bootstrap, topic, count, out, group=None):
    args = ["--bootstrap-server", bootstrap, "--topic", topic, "--from-beginning", "--max-messages", str(count),
            "--timeout-ms", "60000", "--formatter-property", "print.key=true",
            "--formatter-property", "key.separator=\x02", "--formatter-property", "line.separator=\x01"]
    if group:
        args += ["--group", group]
    with open(out, "wb") as f:
        tool("consumer.ConsoleConsumer", *args, stdout=f)


def produce(bootstrap, topic, path):
    """Sends the lines of a file."""
    with open(path, "rb") as lines:
        tool("ConsoleProducer", "--bootstrap-server", bootstrap, "--topic", topic, stdin=lines)
