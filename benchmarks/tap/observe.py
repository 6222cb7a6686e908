"""Observes a proxy's tap and counts events, cheaply: HTTP/2 by hand over Python's TLS, windows as large as they get.

    observe.py HOST:PORT SERVER-NAME ANCHORS CERTIFICATE RATE SECONDS

RATE is requests to be told of each second, as the tap API asks for them: one call a second with that limit, or one call
for all when it is 0. Prints "open" when the first call was accepted, then "requests EVENTS BYTES" at the end.
"""
import socket
import ssl
import struct
import sys
import time

DATA, HEADERS, SETTINGS, PING, GOAWAY, WINDOW_UPDATE = 0, 1, 4, 6, 7, 8
END_STREAM, END_HEADERS, ACK = 1, 4, 1
MOST = 2**31 - 1


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def varint(value):
    out = b""
    while value > 127:
        out, value = out + bytes([value & 127 | 128]), value >> 7
    return out + bytes([value])


def literal(name, value):
    return b"\0" + bytes([len(name)]) + name.encode() + bytes([len(value)]) + value.encode()


class Observer:
    def __init__(self, address, name, anchors, certificate):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(anchors)
        context.load_cert_chain(certificate)
        host, port = address.rsplit(":", 1)
        self.socket = context.wrap_socket(socket.create_connection((host, int(port))), server_hostname=name)
        self.stream, self.events, self.bytes, self.ended, self.opened = -1, 0, 0, True, False
        self.input, self.messages = bytearray(), bytearray()
        self.socket.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(SETTINGS, 0, 0, struct.pack(">HI", 4, MOST) + struct.pack(">HI", 5, 1 << 16))
                            + frame(WINDOW_UPDATE, 0, 0, struct.pack(">I", MOST - 65535)))

    def call(self, limit):
        # ObserveRequest { limit, match { all {} } }
        message = b"\x08" + varint(limit) + b"\x12\x02\x0a\x00"
        head = b"".join(literal(*field) for field in (
            (":method", "POST"), (":scheme", "http"), (":path", "/io.linkerd.proxy.tap.Tap/Observe"), (":authority", "tap"),
            ("content-type", "application/grpc"), ("te", "trailers")))
        self.stream, self.ended = self.stream + 2, False
        self.socket.sendall(frame(HEADERS, END_HEADERS, self.stream, head)
                            + frame(DATA, END_STREAM, self.stream, struct.pack(">BI", 0, len(message)) + message))

    def read(self, until):
        self.socket.settimeout(max(0.001, until - time.monotonic()))
        try:
            data = self.socket.recv(1 << 18)
        except (TimeoutError, ssl.SSLWantReadError):
            return
        if not data:
            raise SystemExit("observe: the proxy closed the connection")
        self.input += data
        at = 0
        while len(self.input) - at >= 9:
            length = int.from_bytes(self.input[at:at + 3], "big")
            if len(self.input) - at < 9 + length:
                break
            self.on_frame(self.input[at + 3], self.input[at + 4], self.input[at + 9:at + 9 + length])
            at += 9 + length
        del self.input[:at]

    def on_frame(self, kind, flags, payload):
        if kind == DATA:
            self.messages += payload
            self.count()
        elif kind == HEADERS and not self.opened:
            self.opened = True
            print("open", flush=True)
        elif kind == SETTINGS and not flags & ACK:
            self.socket.sendall(frame(SETTINGS, ACK, 0))
        elif kind == PING and not flags & ACK:
            self.socket.sendall(frame(PING, ACK, 0, bytes(payload)))
        elif kind == GOAWAY:
            raise SystemExit(f"observe: GOAWAY {bytes(payload)}")
        if kind in (DATA, HEADERS) and flags & END_STREAM:
            self.ended = True

    def count(self):
        at = 0
        while len(self.messages) - at >= 5:
            size = 5 + int.from_bytes(self.messages[at + 1:at + 5], "big")
            if len(self.messages) - at < size:
                break
            self.events, self.bytes, at = self.events + 1, self.bytes + size, at + size
        del self.messages[:at]


def main():
    address, name, anchors, certificate, rate, seconds = sys.argv[1:]
    observer = Observer(address, name, anchors, certificate)
    end = time.monotonic() + float(seconds)
    while time.monotonic() < end:
        observer.call(int(rate) or 2**32 - 1)
        window = min(end, time.monotonic() + 1) if int(rate) else end
        while time.monotonic() < window:
            observer.read(window)
        while int(rate) and not observer.ended and time.monotonic() < end:
            observer.read(end)
    print("events", observer.events, observer.bytes, flush=True)


main()
