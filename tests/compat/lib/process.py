"""Other programs, run with a bound on their time, and what they said when they failed."""

import os
import shutil
import subprocess
from pathlib import Path

TOP = Path(__file__).resolve().parents[3]
CACHE = TOP / "build" / "compat"


class Failed(Exception):
    """A case did not hold; the text says what was expected and what came."""


class Missing(Exception):
    """A toolchain is not there or too old; the text names it and what is needed."""


class NotRun(Exception):
    """What the case needs was not named: it is not run, in CI neither."""


def run(args, *, timeout=300, stdin=None, stdout=subprocess.PIPE, env=None, cwd=None, check=True):
    """The finished process. Failed if it ends with another code than 0, or not in time (seconds)."""
    text = " ".join(str(a) for a in args)
    try:
        done = subprocess.run([str(a) for a in args], stdin=stdin, stdout=stdout, stderr=subprocess.PIPE,
                              timeout=timeout, env={**os.environ, **(env or {})}, cwd=cwd)
    except subprocess.TimeoutExpired as late:
        said = (late.stderr or b"").decode(errors="replace")[-1500:]
        raise Failed(f"{text}: no end within {timeout} s: {said}") from None
    if check and done.returncode != 0:
        said = (done.stderr or b"").decode(errors="replace")[-1500:]
        raise Failed(f"{text}: exit code {done.returncode}: {said}")
    return done


def need(program, version_args, least, parse):
    """Missing unless `program` is on the path and parse(its version text) >= least."""
    if shutil.which(program) is None:
        raise Missing(f"{program} is not installed (needed: {'.'.join(map(str, least))} or later)")
    done = subprocess.run([program, *version_args], capture_output=True, text=True)
    found = parse(done.stdout + done.stderr)
    if found is None or found < least:
        raise Missing(f"{program} is too old: {found}, needed {least}")
