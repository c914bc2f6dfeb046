"""One run of the load generator (bench/kload) against a node, as a dictionary of what it measured."""

import json
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROGRAM = HERE.parent / "build" / "bench" / "kload"


def build():
    sources = sorted((HERE / "kload").glob("*.cc"))
    newest = max(file.stat().st_mtime for file in (HERE / "kload").iterdir())
    if PROGRAM.exists() and PROGRAM.stat().st_mtime >= newest:
        return
    PROGRAM.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["g++", "-O2", "-march=native", "-std=c++20", "-pthread", "-DKLOAD_CODECS", "-I", HERE, *sources,
                    "-o", PROGRAM, "-llz4", "-lzstd"], check=True)


def run(mode, errors_allowed=False, **options):
    """Ends the program if a request was refused or a record missed, unless that is for the caller to look at."""
    build()
    words = [word for name, value in options.items() for word in ("--" + name.replace("_", "-"), str(value))]
    done = subprocess.run([PROGRAM, mode, *words], capture_output=True, text=True, timeout=300)
    if not done.stdout or (done.returncode != 0 and not errors_allowed):
        raise SystemExit(f"kload {mode} {' '.join(words)}: {done.stdout}{done.stderr}")
    return json.loads(done.stdout)
