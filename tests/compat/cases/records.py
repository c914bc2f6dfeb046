"""`millrace produce`, `consume` and `cat`: what is written in a layout is read back in it, byte for byte."""

import json
import random
import struct
import subprocess

from lib.process import Failed
from lib.server import BINARY, Server

LAYOUT = "%K{big32}%k%V{big32}%v%H{big16}%h{%K{big32}%k%V{big32}%v}"
RECORDS = 500


def run(ci):
    source = records()
    with Server() as server:
        (server.folder / "in").write_bytes(source)
        call(server, ["produce", "a", "-p", "0", "-f", LAYOUT, "--file", server.folder / "in", "-z", "zstd"])
        expect(call(server, ["cat", "a", "-f", LAYOUT]), source, "the same layout")
        (server.folder / "json").write_bytes(call(server, ["consume", "a", "-o", ":end", "-f", "json"]))
        call(server, ["produce", "b", "-p", "0", "-f", "json", "--file", server.folder / "json", "--batch", "2000"])
        expect(call(server, ["cat", "b", "-f", LAYOUT]), source, "by way of JSON")
        ranges(server)
        expect(call(server, ["produce", "lines", "-f", "%q"], code=2), b"", "a letter that means nothing")
        expect(call(server, ["produce", "lines", "-f", "%V{big32}%v"], b"x", code=1), b"", "an input that ends early")
        benches(server)
    return f"{RECORDS} records of random bytes"


def records():
    chance = random.Random(5)
    text = b""
    for i in range(RECORDS):
        for field in (chance.randbytes(i % 9), chance.randbytes(i % 200)):
            text += struct.pack(">I", len(field)) + field
        text += struct.pack(">H", i % 3)
        for field in [chance.randbytes(i % 5) for _ in range(2 * (i % 3))]:
            text += struct.pack(">I", len(field)) + field
    return text


def ranges(server):
    written = call(server, ["produce", "lines", "-p", "0", "-f", "%k=%v\n", "-H", "a=b", "-o", "%p/%o\n"],
                   b"a=0\nb=1\nc=2\nd=3\n")
    expect(written, b"0/0\n0/1\n0/2\n0/3\n", "where the records were written")
    for options, wanted in ((["-o", "1:3"], b"1\n2\n"), (["-o", "-1:end"], b"3\n"), (["-o", "+3:end"], b"3\n"),
                            (["--last", "2"], b"2\n3\n"), (["-o", "@-1h:end", "-n", "1"], b"0\n"),
                            (["-o", "@-1h:-30m"], b""), (["-n", "3"], b"0\n1\n2\n"),
                            (["-f", "%o %k %H %h{%k:%v}\n", "--last", "1"], b"3 d 1 a:b\n")):
        expect(call(server, ["cat", "lines", *options]), wanted, f"cat {options}")
    expect(call(server, ["consume", "lines", "-g", "readers", "-n", "2", "-f", "%v\n"]), b"0\n1\n", "a group")
    expect(call(server, ["consume", "lines", "-g", "readers", "-n", "2", "-f", "%v\n"]), b"2\n3\n", "the group again")


def benches(server):
    pid = ["--pid", server.process.pid]
    for arguments in (["produce", "lines", "--num", "200", *pid], ["consume", "lines", "--num", "200", *pid],
                      ["e2e", "lines", "--num", "200", "--rate", "2000", *pid]):
        result = json.loads(call(server, ["bench", *arguments, "--format", "json"]))["result"]
        expect((result["records"] >= 200, result["failed"]), (True, 0), f"bench {arguments}: {result}")


def call(server, arguments, text=b"", code=0):
    done = subprocess.run([str(a) for a in (BINARY, *arguments, "--bootstrap-server", server.bootstrap)], input=text,
                          capture_output=True, timeout=20)
    if done.returncode != code:
        raise Failed(f"{arguments}: exit code {done.returncode} instead of {code}: {done.stderr.decode()}")
    return done.stdout


def expect(got, wanted, what):
    if got != wanted:
        raise Failed(f"{what}: expected {wanted[:200]}, got {got[:200]}")
