"""The client's commands against the real Kafka over TLS and SASL: each mechanism, renewed sessions, and what is said
to those who are refused. MILLRACE_PEER names a program that becomes a Kafka 4.3.1 node when it is given a properties
file; without it the case is not run."""

import os
import subprocess

from lib.process import Failed, NotRun, run as run_command
from lib.server import BINARY, Server, free_port

TOPIC = "guarded"
SESSION_MS = 1500  # sessions are renewed before so long
RENEWALS_S = 4
PLAIN_LOGIN = 'org.apache.kafka.common.security.plain.PlainLoginModule required'
SCRAM_LOGIN = 'org.apache.kafka.common.security.scram.ScramLoginModule required'
OAUTH_LOGIN = 'org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required'
USER = ["-X", "sasl.username=alice", "-X", "sasl.password=alice-secret"]


def openssl(folder, *arguments):
    run_command(["openssl", *arguments], cwd=folder)


def make_certificates(folder):
    """An authority; a broker's certificate for localhost, as Kafka's PEM store; a client's."""
    openssl(folder, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days",
            "2", "-subj", "/CN=ca")
    for name, shown in (("broker", "DNS:localhost"), ("client", "DNS:client")):
        (folder / "names").write_text(f"subjectAltName={shown}\n")
        openssl(folder, "req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr",
                "-subj", f"/CN={name}")
        openssl(folder, "x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
                "-out", f"{name}.pem", "-days", "2", "-extfile", "names")
        both = (folder / f"{name}.key").read_text() + (folder / f"{name}.pem").read_text()
        (folder / f"{name}-store.pem").write_text(both)
    openssl(folder, "pkcs12", "-export", "-in", "client.pem", "-inkey", "client.key", "-out", "client.p12", "-passout",
            "pass:pw")
    openssl(folder, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "other.key", "-out", "other.pem",
            "-days", "2", "-subj", "/CN=other")


class Guarded(Server):
    """A Kafka node with a listener of each security.protocol."""

    stop_codes = {0, 143}
    start_seconds = 90
    PROTOCOLS = ("SSL", "SASL_PLAINTEXT", "SASL_SSL")

    def __init__(self, peer):
        super().__init__()
        self.peer = peer
        make_certificates(self.folder)
        self.ports = {"PLAINTEXT": self.port, **{name: free_port() for name in self.PROTOCOLS}}
        listeners = ",".join(f"{name}://localhost:{port}" for name, port in self.ports.items())
        mechanisms = "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER"
        lines = [
            "process.roles=broker,controller", "node.id=1", "controller.listener.names=CONTROLLER",
            f"listeners={listeners},CONTROLLER://localhost:{self.port + 1}",
            "listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL,"
            "SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL",
            f"controller.quorum.voters=1@localhost:{self.port + 1}", f"log.dirs={self.folder / 'data'}",
            "offsets.topic.replication.factor=1", "offsets.topic.num.partitions=2",
            "ssl.keystore.type=PEM", f"ssl.keystore.location={self.folder / 'broker-store.pem'}",
            "ssl.truststore.type=PEM", f"ssl.truststore.location={self.folder / 'ca.pem'}",
            "listener.name.ssl.ssl.client.auth=required", f"sasl.enabled.mechanisms={mechanisms}",
            f"connections.max.reauth.ms={SESSION_MS}",
        ]
        for name in ("sasl_plaintext", "sasl_ssl"):
            lines += [
                f'listener.name.{name}.plain.sasl.jaas.config={PLAIN_LOGIN} user_alice="alice-secret";',
                f"listener.name.{name}.scram-sha-256.sasl.jaas.config={SCRAM_LOGIN};",
                f"listener.name.{name}.scram-sha-512.sasl.jaas.config={SCRAM_LOGIN};",
                f'listener.name.{name}.oauthbearer.sasl.jaas.config={OAUTH_LOGIN} '
                'unsecuredLoginStringClaim_sub="broker";',
            ]
        self.file = self.folder / "server.properties"
        self.file.write_text("\n".join(lines) + "\n")
        # Formatting asks for the directory and the controller only.
        plain = self.folder / "format.properties"
        plain.write_text("\n".join(line for line in lines[:7] if "listener" not in line) + "\n" + "\n".join([
            f"listeners=PLAINTEXT://localhost:{self.port},CONTROLLER://localhost:{self.port + 1}",
            "controller.listener.names=CONTROLLER",
            "listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT"]) + "\n")
        run_command([BINARY, "kafka-storage", "format", "-t", "Z3VhcmRlZC1rYWZrYS1ub2Q", "-c", plain,
                     "--add-scram", "SCRAM-SHA-256=[name=alice,password=alice-secret]",
                     "--add-scram", "SCRAM-SHA-512=[name=alice,password=alice-secret]"])

    def command(self):
        return [self.peer, str(self.file)]

    def at(self, protocol, host="localhost"):
        return ["-X", f"bootstrap.servers={host}:{self.ports[protocol]}", "-X", f"security.protocol={protocol}"]

    def trusting(self, store="ca.pem"):
        return ["-X", f"ssl.truststore.location={self.folder / store}"]


def millrace(*arguments, stdin=None, code=0, timeout=60):
    done = subprocess.run([str(BINARY), *map(str, arguments)], input=stdin, capture_output=True, text=True,
                          timeout=timeout, check=False)
    if done.returncode != code and not (code is None and done.returncode != 0):
        raise Failed(f"{' '.join(map(str, arguments))}: exit code {done.returncode}: {done.stderr[-800:]}")
    return done


def round_trip(name, options, total):
    """A record there, and all of them back. Returns how many there are now."""
    millrace("produce", TOPIC, *options, stdin=name + "\n")
    lines = millrace("cat", TOPIC, "-f", "%v\\n", *options).stdout.split("\n")
    if name not in lines or len(lines) != total + 2:
        raise Failed(f"{name}: after {total} records there are: {lines}")
    return total + 1


def refused(what, said, *arguments):
    """The command fails soon and says so."""
    done = millrace("topic", "list", *arguments, code=None, timeout=20)
    missing = [text for text in said if text not in done.stderr]
    if missing or "alice-secret" in done.stderr:
        raise Failed(f"{what}: {missing} is not in: {done.stderr}")


def run(_ci):
    peer = os.environ.get("MILLRACE_PEER")
    if not peer:
        raise NotRun("MILLRACE_PEER does not name a program that starts a Kafka node")
    with Guarded(peer) as server:
        millrace("topic", "create", TOPIC, "-X", f"bootstrap.servers=localhost:{server.port}")
        folder = server.folder
        ways = {
            "TLS, key store in PEM": server.at("SSL") + server.trusting() + [
                "-X", f"ssl.keystore.location={folder / 'client-store.pem'}"],
            "TLS, key store in PKCS#12": server.at("SSL") + server.trusting() + [
                "-X", f"ssl.keystore.location={folder / 'client.p12'}", "-X", "ssl.keystore.password=pw"],
            "TLS 1.2, names of librdkafka": server.at("SSL") + [
                "-X", f"ssl.ca.location={folder / 'ca.pem'}", "-X", f"ssl.certificate.location={folder / 'client.pem'}",
                "-X", f"ssl.key.location={folder / 'client.key'}", "-X", "ssl.enabled.protocols=TLSv1.2"],
        }
        for protocol in ("SASL_PLAINTEXT", "SASL_SSL"):
            base = server.at(protocol) + server.trusting()
            for mechanism in ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"):
                ways[f"{protocol} {mechanism}"] = base + ["-X", f"sasl.mechanism={mechanism}", *USER]
            ways[f"{protocol} SCRAM by JAAS"] = base + [
                "-X", "sasl.mechanism=SCRAM-SHA-512",
                "-X", f'sasl.jaas.config={SCRAM_LOGIN} username="alice" password="alice-secret";']
            ways[f"{protocol} OAUTHBEARER"] = base + [
                "-X", "sasl.mechanism=OAUTHBEARER",
                "-X", f'sasl.jaas.config={OAUTH_LOGIN} unsecuredLoginStringClaim_sub="alice";']
        total = 0
        for name, options in ways.items():
            total = round_trip(name, options, total)
        long = millrace("bench", "produce", TOPIC, "--rate", "100", "-n", str(100 * RENEWALS_S), "--format", "json",
                        *ways["SASL_SSL SCRAM-SHA-512"])
        if '"failed":0' not in long.stdout.replace(" ", ""):
            raise Failed(f"records failed while sessions were renewed: {long.stdout}")
        tls = server.at("SSL") + server.trusting()
        plain = server.at("SASL_PLAINTEXT") + ["-X", "sasl.username=alice", "-X", "sasl.mechanism=PLAIN"]
        refused("a wrong password", ["authentication", "sasl.password"], *plain, "-X", "sasl.password=wrong")
        refused("a mechanism that is not offered", ["GSSAPI"], *server.at("SASL_PLAINTEXT"))
        refused("another name than the certificate's", ["ssl.endpoint.identification.algorithm"],
                *server.at("SSL", "127.0.0.1"), *server.trusting())
        refused("another authority", ["ssl.truststore.location"], *server.at("SSL"), *server.trusting("other.pem"))
        refused("no certificate where one is asked for", ["ssl.keystore.location"], *tls)
        refused("no TLS on a listener with it", ["security.protocol"],
                "-X", f"bootstrap.servers=localhost:{server.ports['SSL']}")
        refused("TLS on a listener without", ["security.protocol"], "-X",
                f"bootstrap.servers=localhost:{server.port}", "-X", "security.protocol=SSL", *server.trusting())
    return f"{len(ways)} ways in, sessions renewed, 7 refusals explained"
