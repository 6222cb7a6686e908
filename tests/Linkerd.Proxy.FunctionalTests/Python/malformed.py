"""Sends malformed input of every protocol to an address, again and again, each on a connection of its own, and reads until
the other side ends it or says nothing more. Prints the number of connections made.

    malformed.py HOST PORT ROUNDS SEED
"""
import random
import socket
import struct
import sys

PREFACE = b'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'


def frame(kind, flags, stream, body):
    return struct.pack('>I', len(body))[1:] + bytes([kind, flags]) + struct.pack('>I', stream) + body


def inputs(chance):
    noise = bytes(chance.randrange(256) for _ in range(chance.randrange(1, 400)))
    settings = PREFACE + frame(4, 0, 0, b'')
    return [
        noise,
        b'GET / HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
        b'GET / HTTP/1.1\r\nhost : a\r\n\r\n',
        b'POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n',
        b'GET / HTTP/1.1\r\nhost: a\r\nx: ' + b'y' * 70000 + b'\r\n\r\n',
        b'GET / HTTP/9.9\r\nhost: a\r\n\r\n',
        settings + frame(1, 4, 1, noise),
        settings + frame(1, 4, 2, b'\x82\x84\x86'),
        settings + frame(0, 0, 7, b'data of no stream'),
        settings + frame(4, 0, 0, b'\x00\x05'),
        settings + frame(8, 0, 0, struct.pack('>I', 0)),
        settings + frame(1, 0, 1, b'\x82') + frame(6, 0, 0, b'12345678'),
        settings + frame(chance.randrange(256), chance.randrange(256), chance.randrange(1 << 31), noise),
        settings + frame(1, 4, 1, b'\x83\x86\x84\x41\x01a\x5f\x10application/grpc') + frame(0, 1, 1, b'\x09\xff\xff\xff\xff' + noise),
        b'\x16\x03\x01\x00\xf4' + noise,
        b'\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03' + noise,
        b'transport.l5d.io/v1\r\n\r\n' + struct.pack('>I', 0xffffffff),
        b'transport.l5d.io/v1\r\n\r\n' + struct.pack('>I', len(noise)) + noise,
    ]


def main():
    host, port, rounds, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    chance = random.Random(seed)
    made = 0
    for _ in range(rounds):
        for data in inputs(chance):
            with socket.create_connection((host, port), 10) as connection:
                connection.settimeout(0.05)
                made += 1
                try:
                    connection.sendall(data)
                    connection.shutdown(socket.SHUT_WR)
                    while connection.recv(65536):
                        pass
                except OSError:
                    pass
    print(made)


main()
