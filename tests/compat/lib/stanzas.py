"""Real input: Debian's package index, as records keyed by package name."""

import hashlib

from lib.process import Failed, run

LEAST_STANZAS = 60_000
KEY_END = b"\x02"     # between key and value
RECORD_END = b"\x01"  # behind each record


def write(path):
    """Writes the index to `path`, a record per stanza; returns the digest and the number of records."""
    run(["sh", "-c", "apt-cache dumpavail > " + str(path) + ".raw"])
    with open(f"{path}.raw", "rb") as raw:
        stanzas = [s.strip(b"\n") for s in raw.read().split(b"\n\n")]
    records = []
    for stanza in filter(None, stanzas):
        name = stanza.split(b"\n", 1)[0].removeprefix(b"Package: ")
        records.append(name + KEY_END + stanza)
    if len(records) <= LEAST_STANZAS:
        raise Failed(f"the package index has {len(records)} stanzas, expected more than {LEAST_STANZAS}: "
                     "run apt-get update")
    with open(path, "wb") as out:
        out.write(RECORD_END.join(records) + RECORD_END)
    return digest(records), len(records)


def read(path):
    """The digest and the number of the records in a file that a client wrote."""
    with open(path, "rb") as f:
        records = f.read().split(RECORD_END)
    if records and not records[-1].strip():
        records.pop()
    return digest(records), len(records)


def digest(records):
    """Of the sorted records: order between partitions does not matter, every byte does."""
    total = hashlib.sha256()
    for record in sorted(records):
        total.update(len(record).to_bytes(8, "big"))
        total.update(record)
    return total.hexdigest()
