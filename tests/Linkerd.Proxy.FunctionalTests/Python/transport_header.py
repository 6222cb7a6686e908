"""The transport header of another implementation: TLS by OpenSSL, protobuf by Google's Python runtime.

usage: transport_header.py DESCRIPTORS connect HOST:PORT SERVER-NAME ANCHORS CERTIFICATE|- ALPN|- HEADER PAYLOAD [BYTE-BY-BYTE]
       transport_header.py DESCRIPTORS listen PORT ANCHORS CERTIFICATE

connect sends a header (JSON, or raw:TEXT for other bytes than a header) and then the payload, and prints what comes back as one JSON
string, or "refused". listen prints for each connection the ALPN protocol, the client's name, the header as JSON and the first bytes after
it, and returns what it gets.
"""

import json
import socket
import ssl
import struct
import sys

from google.protobuf import json_format

import messages

ALPN = "transport.l5d.io/v1"
PREFACE = b"transport.l5d.io/v1\r\n\r\n"
message = messages.load(sys.argv[1])
Header = message("transport.l5d.io.Header")


def exactly(stream, count):
    data = b""
    while len(data) < count:
        more = stream.recv(count - len(data))
        if not more:
            raise OSError("closed after %d of %d bytes" % (len(data), count))
        data += more
    return data


def connect(address, name, anchors, certificate, alpn, header, payload, slow=""):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_verify_locations(anchors)
    if certificate != "-":
        context.load_cert_chain(certificate)
    if alpn != "-":
        context.set_alpn_protocols([alpn])
    host, port = address.rsplit(":", 1)
    if header.startswith("raw:"):
        start = header[4:].encode()
    else:
        body = json_format.Parse(header, Header()).SerializeToString()
        start = PREFACE + struct.pack("!I", len(body)) + body
    received = b""
    try:
        with context.wrap_socket(socket.create_connection((host, int(port)), 15), server_hostname=name) as tls:
            tls.settimeout(15)
            data = start + payload.encode().decode("unicode_escape").encode("latin-1")
            for part in ([data] if not slow else [data[i:i + 1] for i in range(len(data))]):
                tls.sendall(part)
            while len(received) < 4096:
                more = tls.recv(4096)
                if not more:
                    break
                received += more
                if received.endswith(b"END"):
                    break
    except OSError:
        pass
    print(json.dumps(received.decode("latin-1")) if received else "refused", flush=True)


def listen(port, anchors, certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_verify_locations(anchors)
    context.load_cert_chain(certificate)
    context.verify_mode = ssl.CERT_REQUIRED
    context.set_alpn_protocols([ALPN])
    listener = socket.create_server(("0.0.0.0", int(port)))
    print("listening", flush=True)
    while True:
        plain, _ = listener.accept()
        try:
            tls = context.wrap_socket(plain, server_side=True)
            preface = exactly(tls, len(PREFACE))
            length, = struct.unpack("!I", exactly(tls, 4))
            header = Header.FromString(exactly(tls, length))
            first = exactly(tls, 14)
            names = [value for kind, value in tls.getpeercert().get("subjectAltName", ())]
            print(json.dumps({
                "alpn": tls.selected_alpn_protocol(),
                "client": names[0] if names else None,
                "preface": preface == PREFACE,
                "header": json_format.MessageToDict(header),
                "first": first.decode("latin-1"),
            }), flush=True)
            tls.sendall(first)
            tls.close()
        except OSError as error:
            print(json.dumps({"error": str(error)}), flush=True)


{"connect": connect, "listen": listen}[sys.argv[2]](*sys.argv[3:])
