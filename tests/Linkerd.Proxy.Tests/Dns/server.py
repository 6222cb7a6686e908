"""A DNS server on loopback whose answers the tests choose by name. Builds its packets byte by byte (RFC 1035)."""
import socket
import struct
import sys
import threading

A, CNAME, SOA, AAAA, SRV = 1, 5, 6, 28, 33


def name(text):
    out = b""
    for label in text.split("."):
        out += bytes([len(label)]) + label.encode()
    return out + b"\0"


def record(owner, kind, ttl, data):
    return (owner if isinstance(owner, bytes) else name(owner)) + struct.pack(">HHIH", kind, 1, ttl, len(data)) + data


def a(owner, ttl, address):
    return record(owner, A, ttl, socket.inet_aton(address))


def srv(owner, ttl, priority, port, target):
    return record(owner, SRV, ttl, struct.pack(">HHH", priority, 10, port) + name(target))


def soa(minimum):
    return record("test", SOA, 900, name("ns.test") + name("admin.test") + struct.pack(">IIIII", 1, 2, 3, 4, minimum))


def message(query, answers=(), authorities=(), additionals=(), code=0, flags=0x8180, counts=None, ident=None, question=None):
    counts = counts or (len(answers), len(authorities), len(additionals))
    head = (ident if ident is not None else query[:2]) + struct.pack(">HHHHH", flags | code, 1, *counts)
    return head + (question or query[12:]) + b"".join(answers) + b"".join(authorities) + b"".join(additionals)


POINTER = b"\xc0\x0c"
seen = {}


def broken(kind, q):
    if kind == "short":
        return q[:2] + b"\x81"
    if kind == "loop":  # a name that points at itself
        at = len(q)
        return message(q, [struct.pack(">H", 0xC000 | at) + struct.pack(">HHIH", A, 1, 60, 4) + b"\1\2\3\4"])
    if kind == "forward":  # a name that points behind itself
        return message(q, [struct.pack(">H", 0xC000 | (len(q) + 16)) + struct.pack(">HHIH", A, 1, 60, 4) + b"\1\2\3\4"])
    if kind == "header":  # a name that points into the header
        return message(q, [b"\xc0\x02" + struct.pack(">HHIH", A, 1, 60, 4) + b"\1\2\3\4"])
    if kind == "count":  # more records than there are
        return message(q, [a(POINTER, 60, "10.0.0.1")], counts=(2, 0, 0))
    if kind == "many":  # more records than anyone reads
        return message(q, [], counts=(60000, 60000, 60000))
    if kind == "length":  # data that ends behind the message
        return message(q, [POINTER + struct.pack(">HHIH", A, 1, 60, 400) + b"\1\2\3\4"])
    if kind == "address":  # an address of five bytes
        return message(q, [record(POINTER, A, 60, b"\1\2\3\4\5")])
    if kind == "target":  # a target that runs out of its record
        return message(q, [record(POINTER, CNAME, 60, b"\x09abc")])
    if kind == "query":  # not a response
        return message(q, [], flags=0x0100)
    raise KeyError(kind)


def answer(q, tcp):
    labels, at = [], 12
    while q[at]:
        labels.append(q[at + 1:at + 1 + q[at]].decode())
        at += q[at] + 1
    kind = struct.unpack(">H", q[at + 1:at + 3])[0]
    full = ".".join(labels).lower()
    first = labels[0].lower()
    seen[(full, kind)] = seen.get((full, kind), 0) + 1
    if first.startswith("broken-"):
        return [broken(first[7:], q)]
    if first == "gone" or full.endswith(".searched.test") and first != "web":
        return [message(q, authorities=[soa(30)], code=3)]
    if first == "refused":
        return [message(q, code=5)]
    if first == "mute":
        return []
    if first == "slow" and seen[(full, kind)] == 1:
        return []
    if first == "headless" and kind == SRV:
        return [message(
            q,
            [srv(POINTER, 20, 0, 8086, "e1.test"), srv(POINTER, 20, 0, 8086, "e2.test"), srv(POINTER, 20, 0, 8086, "e3.test"),
             srv(POINTER, 20, 0, 9996, "e1.test"), srv(POINTER, 20, 7, 8086, "e4.test")],
            additionals=[a("e1.test", 40, "10.0.0.1"), a("e2.test", 15, "10.0.0.2")])]
    if kind == SRV:
        return [message(q, authorities=[soa(30)])]
    if first == "e3" and kind == A:
        return [message(q, [a(POINTER, 12, "10.0.0.3")])]
    if first == "six":
        return [message(q, [record(POINTER, AAAA, 9, socket.inet_pton(socket.AF_INET6, "fd00::7"))] if kind == AAAA else [])]
    if first == "alias" and kind == A:
        return [message(q, [record(POINTER, CNAME, 3, name("real.test")), a("real.test", 100, "10.0.0.9")])]
    if first == "big" and kind == A:
        if not tcp:
            return [message(q, [a(POINTER, 60, "10.9.9.9")], flags=0x8380)]
        return [message(q, [a(POINTER, 60, "10.9.0.%d" % i) for i in range(1, 101)])]
    if first == "cut" and kind == A:
        return [message(q, flags=0x8380)]
    if first == "spoofed" and kind == A:
        return [
            message(q, [a(POINTER, 60, "6.6.6.6")], ident=bytes([q[0] ^ 1, q[1]])),
            message(q, [a("evil.test", 60, "6.6.6.6")], question=name("evil.test") + q[-4:]),
            message(q, [a(POINTER, 60, "10.0.0.5")])]
    if first in ("zero", "long") and kind == A:
        return [message(q, [a(POINTER, 0 if first == "zero" else 86400, "10.0.0.6")])]
    if first in ("plain", "web", "slow") and kind == A:
        return [message(q, [a(POINTER, 7, "10.1.2.3"), a(POINTER, 9, "10.1.2.4")])]
    return [message(q, authorities=[soa(30)])]


def serve_tcp(listener):
    while True:
        peer, _ = listener.accept()
        data = peer.recv(2)
        size = struct.unpack(">H", data)[0]
        q = b""
        while len(q) < size:
            q += peer.recv(size - len(q))
        for part in answer(q, True):
            whole = struct.pack(">H", len(part)) + part
            # In pieces: a reader must wait for the rest.
            peer.sendall(whole[:1])
            peer.sendall(whole[1:7])
            peer.sendall(whole[7:])
        peer.close()


udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
while True:
    udp.bind(("127.0.0.1", 0))
    try:
        listener.bind(udp.getsockname())
        break
    except OSError:
        udp.close()
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
listener.listen(16)
threading.Thread(target=serve_tcp, args=(listener,), daemon=True).start()
print(udp.getsockname()[1], flush=True)
threading.Thread(target=lambda: (sys.stdin.read(), __import__("os")._exit(0)), daemon=True).start()
while True:
    q, peer = udp.recvfrom(4096)
    for part in answer(q, False):
        udp.sendto(part, peer)
