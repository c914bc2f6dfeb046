"""One function per rule: Source -> findings. What is banned and what to use instead stands in the tables."""

import re
from collections import namedtuple

from tools.tidy.source import Finding

MAX_LINE = 120
MAX_FUNCTION = 70
SOFT_FILE = 400
HARD_FILE = 1000

# Folders that may touch the operating system, and those that tests of it live in.
SHELL = {"runtime", "sdk"}

Ban = namedtuple("Ban", "pattern what instead")

# In the core: everything of src/ but the shell. What decides must replay from a seed.
CORE_BANS = [
    Ban(r"std::chrono::\w*_clock|\bclock_gettime\b|\bgettimeofday\b|(?<![\w:.>])time\s*\(\s*(?:NULL|nullptr|0)",
        "a clock", "ports::Clock"),
    Ban(r"\bstd::(?:jthread|thread|async|this_thread)\b|\bpthread_\w+", "a thread", "ports::Jobs or ports::Mailbox"),
    Ban(r"\bstd::(?:mutex|shared_mutex|recursive_mutex|condition_variable|lock_guard|unique_lock|scoped_lock)\b",
        "a lock", "one owner shard and ports::Mailbox"),
    Ban(r"(?<![\w:.>])s?rand\s*\(|\bstd::(?:random_device|mt19937(?:_64)?|default_random_engine)\b",
        "unseeded randomness", "ports::Random or base/prng.h"),
    Ban(r"(?:^|[^\w:.>])::(?:socket|accept4?|recv|send|sendmsg|open|read|write|fsync|fdatasync|pread|pwrite)\s*\(",
        "a system call", "ports::Network or ports::Files"),
    Ban(r"\bstd::(?:ifstream|ofstream|fstream|filesystem)\b", "file access", "ports::Files or ports::BlockingFiles"),
    Ban(r"\bgetenv\b", "the environment", "a setting"),
    Ban(r"\bstd::hash\b", "std::hash, which differs between builds", "a stable hash of the bytes"),
    Ban(r"\bthread_local\b", "thread_local state", "a member of what the shard owns"),
    Ban(r"\bstd::(?:function)\b", "std::function, which copies its captures", "base/callback.h"),
    Ban(r"\bco_(?:await|return|yield)\b", "a coroutine", "plain calls and base/callback.h"),
]

OS_HEADERS = re.compile(
    r'#include\s*<(?:sys/|netinet/|arpa/|linux/|unistd\.h|fcntl\.h|poll\.h|signal\.h|pthread\.h|liburing|netdb\.h|'
    r'thread>|mutex>|shared_mutex>|condition_variable>|chrono>|filesystem>|fstream>|random>|future>)')

# Everywhere, tests included. The words are put together so that this table does not report itself.
MARKERS = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK|not (?:yet )?imple" r"mented)\b")
MACHINE_PATHS = re.compile(r"(?:^|[^\w.])/(?:wo" r"rk|ro" r"ot|ho" r"me)/\w")


def line_length(source):
    if source.path.suffix not in {".cc", ".h", ".py"}:
        return
    for number, line in enumerate(source.lines, 1):
        if len(line) > MAX_LINE:
            yield Finding(source.path, number, "line-length", f"{len(line)} columns; break it at {MAX_LINE}")


def file_length(source, ratchet):
    if source.path.suffix not in {".cc", ".h", ".py"}:
        return
    length = len(source.lines) - 1
    allowed = max(SOFT_FILE, ratchet.get(str(source.path), 0))
    if length > min(allowed, HARD_FILE):
        yield Finding(source.path, length, "file-length", f"{length} lines; split it by role below {SOFT_FILE}")


_FUNCTION_START = re.compile(r"^(?:[A-Za-z_~\[].*|)\)(?:\s*(?:const|noexcept|override|final|&|->.*|:.*))*\s*\{$")


def function_length(source):
    """Functions of namespace scope: from a line that begins at the margin to the closing brace at the margin."""
    if not source.is_cpp:
        return
    start = None
    for number, line in enumerate(source.code, 1):
        if start is None and line and line[0] not in " }#/" and not line.startswith(("namespace", "struct", "class")):
            start = number
        if line.rstrip().endswith(";") and not line.startswith(" ") and start == number:
            start = None
        if line.rstrip() in {"}", "};"} and start is not None:
            head = " ".join(part.strip() for part in source.code[start - 1:start + 5])
            is_table = "(" not in head.split("{")[0]
            if number - start + 1 > MAX_FUNCTION and not is_table:
                yield Finding(source.path, start, "function-length",
                              f"{number - start + 1} lines; give its steps names below {MAX_FUNCTION}")
            start = None


def in_core(source):
    return source.is_cpp and source.module is not None and source.module not in SHELL


def banned_calls(source):
    if not in_core(source) or source.is_test:
        return
    for number, line in enumerate(source.code, 1):
        for ban in CORE_BANS:
            if re.search(ban.pattern, line):
                yield Finding(source.path, number, "banned", f"{ban.what} in the core; use {ban.instead}")
        if OS_HEADERS.search(line):
            yield Finding(source.path, number, "banned", "a header of the system; only runtime includes those")


_STATIC = re.compile(r"^\s*(?:inline\s+)?static\s+(?!const\b|constexpr\b|consteval\b|inline\b|_assert)[^()]*(?:=|;|\{)")
_GLOBAL = re.compile(r"^(?:std::\w+(?:<.*>)?|int|bool|double|auto|unsigned|std::u?int\d+_t)\s+g?_?\w+\s*(?:=|;|\{)")


def static_mutable_state(source):
    if not source.is_cpp or source.module is None or source.is_test:
        return
    for number, line in enumerate(source.code, 1):
        if _STATIC.match(line) or _GLOBAL.match(line):
            yield Finding(source.path, number, "static-state", "mutable static state; make it a member of its owner")


def unordered_iteration(source):
    if not in_core(source):
        return
    declared = source.code + source.companion.split("\n")
    names = set(re.findall(r"std::unordered_\w+<[^;]*>\s+(\w+)\s*[;{=]", "\n".join(declared)))
    for number, line in enumerate(source.code, 1):
        match = re.search(r"for\s*\([^;)]*:\s*\*?(?:\w+(?:\.|->))*(\w+)\s*\)", line)
        if match and match.group(1) in names:
            yield Finding(source.path, number, "unordered", "iteration in the order of hashes; use std::map or sort")
        if re.search(r"std::(?:map|set|multimap|multiset)<\s*(?:const\s+)?[\w:]+\s*\*", line):
            yield Finding(source.path, number, "pointer-key", "an order of addresses; order by an id")


def leftovers(source):
    if source.path.name == "LICENSE":
        return
    for number, line in enumerate(source.lines, 1):
        if MARKERS.search(line):
            yield Finding(source.path, number, "leftover", "a marker of unfinished work; finish it or open an issue")
        if MACHINE_PATHS.search(line):
            yield Finding(source.path, number, "machine-path", "a path of one machine; make it relative or a parameter")
