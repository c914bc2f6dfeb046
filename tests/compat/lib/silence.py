"""A way to a broker on which requests of one API vanish: the connection stays, and no answer comes."""

import socket
import struct
import threading

from lib.server import free_port


def receive(peer, count):
    """So many bytes, or none at the end of the stream."""
    data = b""
    while len(data) < count:
        part = peer.recv(count - len(data))
        if not part:
            return b""
        data += part
    return data


class Silence:
    """Listens at `port`, forwards to `to` (a port), and forgets requests with this API key; for `with`."""

    def __init__(self, api_key):
        self.api_key = api_key
        self.port = free_port()
        self.to = None

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listener.close()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self.to))
            threading.Thread(target=self.requests, args=(client, server), daemon=True).start()
            threading.Thread(target=self.answers, args=(server, client), daemon=True).start()

    def requests(self, client, server):
        try:
            while head := receive(client, 4):
                frame = receive(client, struct.unpack(">i", head)[0])
                if struct.unpack_from(">h", frame)[0] != self.api_key:
                    server.sendall(head + frame)
        except OSError:
            pass
        server.close()

    @staticmethod
    def answers(server, client):
        try:
            while data := server.recv(65536):
                client.sendall(data)
        except OSError:
            pass
        client.close()
