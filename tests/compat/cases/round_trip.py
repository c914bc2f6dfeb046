"""Debian's package index goes in by kcat with every codec and comes out whole by four clients, also after kill -9."""

from clients import confluent, franz, java, kcat
from lib import stanzas
from lib.process import Failed
from lib.server import Server

CODECS = ["none", "gzip", "snappy", "lz4", "zstd"]
READERS = [kcat, java, confluent, franz]


def run(ci):
    for client in READERS:
        client.prepare()
    with Server(["num.partitions=4"]) as server:
        source = server.folder / "stanzas"
        expected = stanzas.write(source)
        for codec in CODECS:
            kcat.produce(server.bootstrap, f"packages-{codec}", source, codec)
        read_all(server, expected, "before kill -9", READERS)
        server.kill()
        server.start()
        read_all(server, expected, "after kill -9", READERS)
        server.stop()
    return f"{expected[1]} records x {len(CODECS)} codecs x {len(READERS)} readers, before and after kill -9"


def read_all(server, expected, when, readers):
    for codec in CODECS:
        for client in readers:
            out = server.folder / "read"
            client.consume(server.bootstrap, f"packages-{codec}", expected[1], out)
            got = stanzas.read(out)
            if got != expected:
                raise Failed(f"{codec}, {when}, {client.NAME}: {got[1]} records with digest {got[0][:12]}, "
                             f"expected {expected[1]} with {expected[0][:12]}")
