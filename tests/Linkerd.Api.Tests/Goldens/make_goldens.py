#!/usr/bin/env python3
"""Writes the expected bytes of the wire tests, from field numbers and wire types alone.

Nothing here reads the .proto files or the generated code: the numbers below are the contract. Run it after adding a case.
"""
import pathlib
import struct


def varint(value):
    out = b""
    value &= 0xFFFFFFFFFFFFFFFF
    while True:
        value, low = value >> 7, value & 0x7F
        out += bytes([low | (0x80 if value else 0)])
        if not value:
            return out


def key(number, wire_type):
    return varint(number << 3 | wire_type)


def v(number, value):
    return key(number, 0) + varint(value)


def b(number, *parts):
    payload = b"".join(p.encode() if isinstance(p, str) else p for p in parts)
    return key(number, 2) + varint(len(payload)) + payload


def f32(number, value):
    return key(number, 5) + struct.pack("<I", value)


def f64(number, value):
    return key(number, 1) + struct.pack("<Q", value)


def flt(number, value):
    return key(number, 5) + struct.pack("<f", value)


def dbl(number, value):
    return key(number, 1) + struct.pack("<d", value)


def duration(number, seconds, nanos=0):
    return b(number, (v(1, seconds) if seconds else b"") + (v(2, nanos) if nanos else b""))


def label(number, name, value):
    return b(number, b(1, name), b(2, value))


def ip4(number, address):
    return b(number, f32(1, address))


def tcp4(number, address, port):
    return b(number, ip4(1, address), v(2, port))


def resource(number, group, kind, name, namespace, port=0):
    return b(number, b(2, b(1, group) if group else b"", b(2, kind), b(3, name), b(4, namespace), v(6, port) if port else b""))


web = "web.emojivoto.serviceaccount.identity.linkerd.cluster.local"

address = tcp4(1, 0x0A2A0007, 8080)
endpoint = (
    address
    + v(3, 10000)
    + label(4, "pod", "web-1")
    + b(5, b(1, b(1, web)), b(4, b(1, web)))
    + b(6, b(1), b(2, v(1, 4143)))
    + b(7, b(1, "web.emojivoto.svc.cluster.local:80"))
    + b(8, b(1, v(1, 1048576), v(2, 65535), v(3, 1)), b(2, duration(1, 10), duration(2, 3), v(3, 1)), b(3, v(1, 50), v(2, 16384), v(3, 400000)))
    + resource(9, "", "Pod", "web-1", "emojivoto")
)
probe = b(1, b(1, "/ready")) + b(4, v(1, 0))
permit_all = b(1, b(1, ip4(1, 0), b"")) + b(1, b(1, b(1, b(2)))) + b(2, b(1)) + label(3, "name", "all-unauthenticated") + b(4, b(1, "all-unauthenticated"))
backend = b(1, b(1, "backend")) + b(3, b(1, b(1, b(1, "web-svc.emojivoto.svc.cluster.local:80"))), b(2, duration(1, 0, 30000000), duration(2, 10))) + b(4, v(1, 100), duration(2, 3))

goldens = {
    "net_ipv6": b(1, b(2, f64(1, 0x20010DB800000000), f64(2, 1))) + v(2, 443),
    "net_network": ip4(1, 0x0A000000) + v(2, 8),
    "destination_get": b(2, "web-svc.emojivoto.svc.cluster.local:80") + b(3, '{"ns":"emojivoto"}'),
    "destination_add": b(1, b(1, endpoint), label(2, "namespace", "emojivoto")),
    "destination_uri_identity": address + b(5, b(3, b(1, "spiffe://root.linkerd.cluster.local/vm")), b(4, b(1, "vm.cluster.local"))) + b(6, b(3)),
    "destination_remove": b(2, address),
    "destination_no_endpoints": b(3, v(1, 1)),
    "destination_profile": (
        b(1, b(1, b(1, b(1, b(4, b(1, "/a.*"))), b(1, b(5, v(1, 1))))), b(2, b(1, b(4, v(1, 500), v(2, 599))), v(2, 1)), label(3, "route", "POST /a"), v(4, 1), duration(5, 0, 25000000))
        + b(2, flt(1, 0.25), v(2, 10), duration(3, 10))
        + b(3, b(1, "a.svc:80"), v(2, 5000), resource(3, "core", "Service", "a", "ns", 80))
        + v(4, 1)
        + b(5, "web-svc.emojivoto.svc.cluster.local")
        + b(6, address)
        + resource(7, "core", "Service", "web-svc", "emojivoto", 80)
        + resource(8, "linkerd.io", "ServiceProfile", "web-svc", "emojivoto")
    ),
    "identity_certify_request": b(1, web) + b(2, b"token") + b(3, b"\x30\x01\x00"),
    "identity_certify_response": b(1, b"\x30\x02") + b(2, b"\x30\x03") + b(2, b"\x30\x04") + b(3, v(1, 1700000000), v(2, 5)),
    "trust_bundle": b(1, b"\x30\x05") + b(1, b"\x30\x06") + b(2, "pem") + b(3, "v2"),
    "inbound_port": b(1, '{"ns":"emojivoto","pod":"web-1"}') + v(2, 8080),
    "inbound_detect": (
        b(1, b(1, duration(1, 10), b(3, b(1, b(1, "probe")), b(2, b(2, b(1, "local"), b(1, "cluster"))), b(3, permit_all), b(4, b(1, probe), b(2, b(1, v(1, 503), b(2, "no"), b(3, v(1, 1), v(2, 10)))))),
                b(4, b(1, b(1, "limit")), b(2, v(1, 100)), b(3, v(1, 10)), b(4, b(1, v(1, 50)), b(2, b(1, b(1, web)))))))
        + ip4(2, 0x0A2A0007)
        + b(3, b(1, b(1, ip4(1, 0x0A000000), v(2, 8)), b(2, ip4(1, 0x0A010000), v(2, 16))), b(2, b(2, b(2, b(1, b(1, web)), b(2, b(1, "serviceaccount"), b(1, "identity"))))))
        + label(4, "name", "all-authenticated")
    ),
    "inbound_opaque": b(1, b(2)),
    "inbound_tls": b(1, b(3)),
    "inbound_http1": b(1, b(4, b(2))),
    "inbound_http2": b(1, b(5, b(2))),
    "inbound_grpc": b(1, b(6, b(2, b(4, b(1, b(1, b(1, "svc"), b(2, "Rpc")))), b(4, b(2, b(1, v(1, 14), b(2, "no"))))))),
    "outbound_http1": (
        b(1, b(3, b(1, b(1, b(1, "http")), b(2, b(1, "web")), b(3,
            b(1, b(1, b(2, "/")), b(2, b(1, "h"), b(2, b"x")), b(3, b(1, "q"), b(3, ".*")), b(4, b(2, "PURGE"))),
            b(2, b(4, b(1, b(1, b(1, "a"), b(2, b"1"))), b(2, b(1, b(1, "s"), b(2, b"2"))), b(3, "gone"))),
            b(3, b(3, b(1, b(1, b(1, backend), b(3, b(3, b(1, v(1, 1)), b(2, "host"), b(3, b(1, "/full")), v(4, 8443), v(5, 301)))), v(2, 90)))),
            b(5, duration(1, 1), duration(2, 2), duration(3, 3)),
            b(6, v(1, 2), v(2, 65536), b(3, b(1, v(1, 500), v(2, 504))), duration(4, 0, 400000000), b(5, duration(1, 0, 25000000), duration(2, 0, 250000000), flt(3, 1.0), v(4, 1))),
            v(7, 1))),
            b(2, b(2, dbl(1, 0.5), duration(2, 10), v(3, 5), v(4, 7), b(5, duration(1, 1), duration(2, 60), flt(3, 0.5))), b(3, v(1, 1)))))
        + resource(2, "core", "Service", "web-svc", "emojivoto", 80)
    ),
    "outbound_grpc_retry": b(3, v(1, 1), v(4, 1), v(8, 1), v(13, 1), v(14, 1)),
    "outbound_penalty": b(1, b(1, b(1, "a:80"))) + b(3, duration(1, 1), duration(2, 2), duration(3, 3), duration(4, 4), duration(5, 5)),
    "outbound_tls": b(1, b(6, b(1, b(1, b(1, "t")), b(2, b(1, "a.b")), b(3, b(1, b(2, b(1, b(1, b(2, address))))), b(2, b(2)))))),
    "outbound_traffic_addr": b(1, "ns:pod") + tcp4(2, 0x0A600001, 80),
    "outbound_traffic_authority": b(3, "web:80"),
    "tap_observe": v(1, 100) + b(2, b(1, b(1, b(4, b(1, ip4(1, 0x0A000000), v(2, 8)))), b(1, b(5, b(3, v(1, 80), v(2, 90)))), b(1, b(6, b(2, b(2, "web")))), b(1, b(3, b(7, b(1, "k"), b(2, "v")))))) + b(3, b(1, b(1))),
    "tap_response_end": (
        tcp4(1, 0x0A2A0001, 1) + tcp4(2, 0x0A2A0002, 2)
        + b(3, b(3, b(1, v(1, 7), v(2, 1 << 40)), duration(2, 1), duration(3, 0, 5), v(4, 1337), b(5, v(1, 2)), b(6, b(1, b(1, "t"), b(2, b"\xff")))))
        + b(4, label(1, "d", "1")) + b(5, label(1, "s", "2")) + v(6, 2) + b(7, label(1, "r", "3"))
    ),
    "transport_header": v(1, 8080) + b(2, "web.emojivoto") + b(3, b(2)),
    "viz_stat": b(1, b(1, b(1, b(1,
        b(1, b(1, "emojivoto"), b(2, "deployment"), b(3, "web")), b(2, "1m"), v(3, 1), v(4, 2),
        b(5, v(1, 90), v(2, 10), v(3, 1), v(4, 2), v(5, 3), v(6, 91), v(7, 11)), v(6, 3),
        b(7, b(1, "web-1"), b(2, b(1, b(1, b(1, "m"), b(2, "c"), b(3, "i"), b(4, "r"))))),
        b(8, v(1, 4), v(2, 5), v(3, 6)), b(9, "Running"), b(10, b(2, "apex"), b(3, "leaf"), b(4, "1")), b(11, v(1, 7), v(2, 8), b(3, b(3, "srv"))))))),
    "viz_edges": b(1, b(1, b(1, b(3, "vote-bot")), b(2, b(3, "web")), b(3, "default.emojivoto"), b(4, "web.emojivoto"), b(5, "none"))),
}

folder = pathlib.Path(__file__).parent
for name, octets in goldens.items():
    (folder / f"{name}.hex").write_text("\n".join(octets.hex()[i:i + 120] for i in range(0, len(octets.hex()), 120)) + "\n")
