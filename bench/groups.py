"""Members of classic groups that all join at once, each on a connection of its own, until every group is stable."""

import heapq
import itertools
import selectors
import socket
import struct
import time

from bench.restart import request, text

FIND_COORDINATOR, JOIN, SYNC, HEARTBEAT = 10, 11, 14, 12
MEMBER_ID_REQUIRED, REBALANCE_IN_PROGRESS, COORDINATOR_LOADING, NOT_COORDINATOR, NOT_AVAILABLE = 79, 27, 14, 16, 15
SESSION_MS, REBALANCE_MS = 30_000, 60_000
HEARTBEAT_S = 0.1  # how long a member may not know of a rebalance: short, so that the node is measured
RETRY_S = 0.05


def prepare(peer):
    """Until the coordinator is there."""
    while struct.unpack_from(">h", request(peer, FIND_COORDINATOR, 1, text("scale") + b"\0"), 8)[0] != 0:
        time.sleep(0.05)


class Member:
    """One member's life: join, with a second request for the id it is given, sync, then heartbeats; a rebalance makes
    it join again."""

    def __init__(self, group, size):
        self.group, self.size = group, size
        self.id, self.generation, self.leads = "", -1, False
        self.stable = -1  # the generation in which it has its part of a whole group
        self.whole = False
        self.received = b""
        self.at = 0  # when it acts next, if it waits
        self.state = JOIN

    def connect(self, port):
        """Until the node has answered once: a connection that only waits in a full backlog would be found out by the
        first JoinGroup, whose segments are then lost and sent again for up to a minute."""
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        prepare(self.socket)

    def send(self, api, version, body):
        self.state = api
        self.at = None
        frame = struct.pack(">hhih", api, version, 1, 1) + b"b" + body
        self.socket.sendall(struct.pack(">i", len(frame)) + frame)

    def act(self):
        name = text(self.group)
        if self.state == JOIN:
            metadata = struct.pack(">hi", 0, 0) + struct.pack(">i", -1)
            self.send(JOIN, 5, name + struct.pack(">ii", SESSION_MS, REBALANCE_MS) + text(self.id) +
                      struct.pack(">h", -1) + text("consumer") + struct.pack(">i", 1) + text("range") +
                      struct.pack(">i", len(metadata)) + metadata)
        elif self.state == SYNC:
            parts = b"".join(text(member) + struct.pack(">i", 4) + b"part" for member in self.others)
            self.send(SYNC, 3, name + struct.pack(">i", self.generation) + text(self.id) + struct.pack(">h", -1) +
                      struct.pack(">i", len(self.others)) + parts)
        else:
            self.send(HEARTBEAT, 3, name + struct.pack(">i", self.generation) + text(self.id) + struct.pack(">h", -1))

    def take(self, answer, now):
        """One answer: what is next, and when."""
        error = struct.unpack_from(">h", answer, 8)[0]
        if error in (COORDINATOR_LOADING, NOT_COORDINATOR, NOT_AVAILABLE):
            self.at = now + RETRY_S
            return
        self.at = now
        if error == MEMBER_ID_REQUIRED:
            self.id = self.joined(answer)[3]
        elif error == REBALANCE_IN_PROGRESS:
            self.state = JOIN
        elif error != 0:
            raise SystemExit(f"{self.group}: error {error} for API {self.state}")
        elif self.state == JOIN:
            self.generation, _, leader, self.id, self.others = self.joined(answer)
            self.leads = leader == self.id
            self.state = SYNC
        elif self.state == SYNC:
            self.stable = self.generation
            self.whole = len(self.others) == self.size
            self.state, self.at = HEARTBEAT, now + HEARTBEAT_S
        else:
            self.at = now + HEARTBEAT_S

    @staticmethod
    def joined(answer):
        """generation, protocol, leader, own id, ids of the members (for the leader)."""
        generation = struct.unpack_from(">i", answer, 10)[0]
        at, texts = 14, []
        for _ in range(3):
            size = struct.unpack_from(">h", answer, at)[0]
            texts.append(answer[at + 2:at + 2 + max(0, size)].decode())
            at += 2 + max(0, size)
        members = []
        count = struct.unpack_from(">i", answer, at)[0]
        at += 4
        for _ in range(count):
            size = struct.unpack_from(">h", answer, at)[0]
            members.append(answer[at + 2:at + 2 + size].decode())
            at += 2 + size
            at += 2 + max(0, struct.unpack_from(">h", answer, at)[0])
            at += 4 + struct.unpack_from(">i", answer, at)[0]
        return generation, texts[0], texts[1], texts[2], members

    def read(self, now):
        """Takes what has arrived; whether that was an answer."""
        self.received += self.socket.recv(65536)
        if len(self.received) < 4:
            return False
        size = struct.unpack_from(">i", self.received)[0]
        if len(self.received) < 4 + size:
            return False
        # As `request` gives it: correlation id, throttle time (not in every version), error.
        answer, self.received = self.received[4:4 + size], self.received[4 + size:]
        self.take(answer, now)
        return True


def is_stable(group):
    """Every member has its part, of one generation, which holds all of them."""
    return len({member.stable for member in group}) == 1 and any(m.leads and m.whole for m in group) and all(
        member.state == HEARTBEAT for member in group)


def connect_all(port, count, members):
    """The members of `count` groups, each connected."""
    size = members // count
    groups = [[Member(f"scale-{i}", size) for _ in range(size)] for i in range(count)]
    for group in groups:
        for member in group:
            member.connect(port)
    return groups


def join_all(groups, patience_s):
    """Returns when every group is stable; the connections are closed then."""
    selector = selectors.DefaultSelector()
    for group in groups:
        for member in group:
            selector.register(member.socket, selectors.EVENT_READ, (member, group))
    for group in groups:
        for member in group:
            member.act()
    waiting = {id(group) for group in groups}
    due = []  # a heap: when members act next that wait, for heartbeats and retries, and each a number of its own
    numbers = itertools.count()
    end = time.monotonic() + patience_s
    while waiting:
        now = time.monotonic()
        if now > end:
            raise SystemExit(f"{len(waiting)} groups are not stable after {patience_s} s")
        for key, _ in selector.select(0.01):
            member, group = key.data
            if not member.read(now):
                continue
            if member.at <= now:
                member.act()
                continue
            heapq.heappush(due, (member.at, next(numbers), member))
            if member.state == HEARTBEAT and id(group) in waiting and is_stable(group):
                waiting.remove(id(group))
        while due and due[0][0] <= now:
            heapq.heappop(due)[2].act()
    for group in groups:
        for member in group:
            member.socket.close()
