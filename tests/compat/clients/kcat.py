"""kcat (librdkafka, Debian's): the writer, and one of the readers."""

from lib.process import need, run

NAME = "kcat"


def prepare():
    need("kcat", ["-V"], (1, 7), lambda text: tuple(int(n) for n in text.split("Version ")[1].split(".")[:2]))


def produce(bootstrap, topic, path, codec):
    """Sends the records of a stanza file."""
    run(["kcat", "-P", "-b", bootstrap, "-t", topic, "-K", "\\x02", "-D", "\\x01", "-z", codec, "-l", path,
         "-X", "acks=all", "-X", "linger.ms=5", "-X", "queue.buffering.max.kbytes=1048576"])


def consume(bootstrap, topic, count, out):
    """Writes all `count` records of the topic to the file `out`."""
    with open(out, "wb") as f:
        run(["kcat", "-C", "-q", "-b", bootstrap, "-t", topic, "-o", "beginning", "-e", "-f", "%k\\x02%s\\x01"],
            stdout=f)


def consume_group(bootstrap, topic, group, out):
    """Joins a group, reads to the end of the topic and leaves."""
    with open(out, "wb") as f:
        run(["kcat", "-q", "-b", bootstrap, "-e", "-X", "auto.offset.reset=earliest", "-f", "%k\\x02%s\\x01",
             "-G", group, topic], stdout=f, timeout=120)


def metadata(bootstrap):
    return run(["kcat", "-L", "-b", bootstrap, "-m", "5"], timeout=20).stdout.decode()
