"""python3 -m tools.tidy [TOP]: prints every finding; exit code 1 if there is one."""

import sys
from pathlib import Path

from tools.tidy import layers, rules
from tools.tidy.source import Tree

PER_SOURCE = [rules.line_length, rules.function_length, rules.banned_calls, rules.static_mutable_state,
              rules.unordered_iteration, rules.leftovers]


def read_ratchet(path):
    """File -> lines it may have; a number here may only fall."""
    rows = [line.split() for line in path.read_text().split("\n") if line and not line.startswith("#")]
    return {name: int(lines) for lines, name in rows}


def findings(top):
    tree = Tree.read(top)
    ratchet = read_ratchet(top / "tools/tidy/ratchet.txt")
    order = layers.read_order((top / "tools/tidy/layers.txt").read_text())
    for source in tree.sources:
        yield from rules.file_length(source, ratchet)
        for rule in PER_SOURCE:
            yield from rule(source)
    yield from layers.check(tree, order)


def main():
    top = Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    found = list(findings(top))
    for finding in found:
        print(finding)
    print(f"tidy: {len(found)} findings" if found else "tidy: clean", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
