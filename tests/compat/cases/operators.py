"""What operators' tools meet: metrics and health by HTTP, settings from the environment, and the word to the service
manager."""

import http.client
import re
import socket
import subprocess
import time

from clients import kcat
from lib.process import Failed, run as run_program
from lib.server import BINARY, Server, free_port

RECORDS = 1000
TOPIC = "watched"
PUSH_SECONDS = 9
PUSHED = 'metric="org.apache.kafka.producer.record.send.total"'
SAMPLE = re.compile(r"^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{[^}]*\})? (\S+)$")


def run(ci):
    kcat.prepare()
    port = free_port()
    manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    manager.bind("\0millrace-compat-%d" % port)
    manager.settimeout(10)
    environment = {"KAFKA_NUM_PARTITIONS": "3", "KAFKA_MILLRACE_HTTP_LISTENER": f"127.0.0.1:{port}",
                   "NOTIFY_SOCKET": "@millrace-compat-%d" % port}
    with Server(environment=environment) as server:
        expect(manager.recv(100), b"READY=1", "the word to the service manager")
        expect(get(port, "/ready")[0], 200, "/ready")
        expect(get(port, "/live")[0], 200, "/live")
        expect(get(port, "/nothing")[0], 404, "/nothing")
        expect(get(port, "/metrics", "POST")[0], 405, "POST")
        refuse_garbage(port)
        records = server.folder / "records"
        records.write_text("".join(f"{i}\n" for i in range(RECORDS)))
        run_program(["kcat", "-q", "-b", server.bootstrap, "-P", "-t", TOPIC, "-l", records])
        run_program(["kcat", "-q", "-b", server.bootstrap, "-C", "-t", TOPIC, "-e"])
        samples = check_metrics(port, server.resident_mib())
        check_pushed(server, port)
        server.stop()
        expect(manager.recv(100), b"STOPPING=1", "the word at the stop")
    return f"{len(samples)} samples; health, environment and service manager as expected"


def expect(got, wanted, what):
    if got != wanted:
        raise Failed(f"{what}: expected {wanted}, got {got}")


def get(port, path, method="GET"):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, path)
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def refuse_garbage(port):
    with socket.create_connection(("127.0.0.1", port), timeout=10) as peer:
        peer.sendall(b"\x00\x00\x00\x12\x00\x03 not http\r\n\r\n")
        expect(peer.recv(12), b"HTTP/1.1 400", "garbage on the port")


def check_pushed(server, port):
    """What a client of ours tells of itself (KIP-714) is shown while it runs."""
    run_program([BINARY, "kafka-configs", "--bootstrap-server", server.bootstrap, "--alter", "--client-metrics", "all",
                 "--add-config", "metrics=[org.apache.kafka.producer.record],interval.ms=200"])
    sender = subprocess.Popen([str(BINARY), "bench", "produce", TOPIC, "--rate", "100", "-n", "1000", "-X",
                               f"bootstrap.servers={server.bootstrap}"], stdout=subprocess.DEVNULL)
    end = time.monotonic() + PUSH_SECONDS
    try:
        while PUSHED not in get(port, "/metrics")[1]:
            if time.monotonic() > end:
                raise Failed("/metrics does not show what a producer pushes")
            time.sleep(0.1)
    finally:
        sender.kill()
        sender.wait()


def check_metrics(port, resident_mib):
    status, text = get(port, "/metrics")
    expect(status, 200, "/metrics")
    samples = {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        match = SAMPLE.match(line)
        if match is None or match[1] + (match[2] or "") in samples:
            raise Failed(f"/metrics: no sample, or one that is there twice: {line}")
        samples[match[1] + (match[2] or "")] = float(match[3])
    topic = '{topic="%s"}' % TOPIC
    expect(samples.get("kafka_server_brokertopicmetrics_messagesin_total" + topic), RECORDS, "records in of the topic")
    expect(samples.get("kafka_server_brokertopicmetrics_messagesin_total"), RECORDS, "records in")
    expect(samples.get("kafka_server_brokertopicmetrics_bytesout_total" + topic),
           samples.get("kafka_server_brokertopicmetrics_bytesin_total" + topic), "bytes out, as many as came in")
    partitions = samples.get("kafka_controller_kafkacontroller_globalpartitioncount")
    expect(partitions, 3, "partitions, as the environment says")
    expect(samples.get("kafka_server_kafkaserver_brokerstate"), 3, "the broker's state")
    ends = sum(value for name, value in samples.items() if name.startswith("kafka_log_log_logendoffset"))
    expect(ends, RECORDS, "the sum of the log ends")
    resident = samples.get("process_resident_memory_bytes", 0) / (1 << 20)
    if abs(resident - resident_mib) > 4:
        raise Failed(f"resident memory: {resident} MiB in /metrics, {resident_mib} MiB in /proc")
    if samples.get('kafka_network_requestmetrics_totaltimems_count{request="Produce"}', 0) < 1:
        raise Failed("no time of a Produce request")
    return samples
