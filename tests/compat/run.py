"""Other people's clients against a running millrace: `./dev compat [NAME|ci|all]`.

A case is a module in cases/ with run(ci): it returns a line about what held, raises Failed with what did not, Missing
when a toolchain is not there, or NotRun when what it works on was not named. `ci` runs every case that is not marked
IN_CI = False, those that say so with less input; there a missing toolchain fails, elsewhere it counts as not run.
"""

import importlib
import sys
import time
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from lib.process import Failed, Missing, NotRun  # noqa: E402

NAMES = (
    "refusals", "start_up", "garbage", "examples", "groups", "kafka_scripts", "script_options", "commands", "records",
    "operators", "reload", "crash_loop", "full_disk", "log_dirs", "rot", "round_trip", "golden", "there_and_back",
    "observer", "client_security", "modern_groups", "three_nodes", "old_brokers", "clients", "suites",
)
CASES = {name: importlib.import_module(f"cases.{name}") for name in NAMES}


def outcome(case, ci):
    """(word, line) of one case."""
    try:
        return "passed", case.run(ci)
    except NotRun as absent:
        return "not run", str(absent)
    except Missing as missing:
        return ("FAILED" if ci else "not run"), str(missing)
    except Failed as failed:
        return "FAILED", str(failed)
    except Exception:  # a fault of the case itself must not hide the other cases
        return "FAILED", traceback.format_exc()


def main():
    wanted = sys.argv[1] if len(sys.argv) > 1 else "ci"
    if wanted not in {"ci", "all", *CASES}:
        print(f"compat: no case '{wanted}'; there are: ci all {' '.join(CASES)}", file=sys.stderr)
        return 2
    failed = 0
    for name, case in CASES.items():
        if wanted not in {"ci", "all", name} or (wanted == "ci" and not getattr(case, "IN_CI", True)):
            continue
        begin = time.monotonic()
        word, line = outcome(case, wanted == "ci")
        failed += word == "FAILED"
        print(f"compat {name}: {word} in {time.monotonic() - begin:.0f} s: {line}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
