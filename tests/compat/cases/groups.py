"""Consumer groups of the classic protocol: kcat's and Java's; what is committed is not read again after a restart."""

from clients import java, kcat
from lib.process import Failed
from lib.server import Server

RECORDS = 1000


def run(ci):
    kcat.prepare()
    java.prepare()
    with Server(["num.partitions=3", "group.initial.rebalance.delay.ms=0"]) as server:
        source = server.folder / "lines"
        source.write_bytes(b"".join(b"%d\x02value %d\x01" % (n, n) for n in range(RECORDS)))
        kcat.produce(server.bootstrap, "grouped", source, "lz4")

        out = server.folder / "read"
        kcat.consume_group(server.bootstrap, "grouped", "by-kcat", out)
        expect(out, source, "kcat's group")
        java.consume(server.bootstrap, "grouped", RECORDS, out, group="by-java")
        expect(out, source, "Java's group")

        server.kill()
        server.start()
        kcat.consume_group(server.bootstrap, "grouped", "by-kcat", out)
        if out.read_bytes():
            raise Failed("kcat's group read records again that it had committed before kill -9")
        server.stop()
        if not (server.folder / "data" / ".kafka_cleanshutdown").exists():
            raise Failed("a clean stop did not leave Kafka's marker")
        server.start()
        kcat.consume_group(server.bootstrap, "grouped", "by-java", out)
        if out.read_bytes():
            raise Failed("records that Java's group had committed were read again by kcat after a clean restart")
    return f"{RECORDS} records by kcat's and Java's group, commits kept over kill -9 and a restart"


def expect(out, source, what):
    got, wanted = sorted(out.read_bytes().split(b"\x01")), sorted(source.read_bytes().split(b"\x01"))
    if got != wanted:
        raise Failed(f"{what} read {len(got) - 1} records, expected {len(wanted) - 1} equal ones")
