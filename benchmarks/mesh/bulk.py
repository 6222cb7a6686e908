"""Sends or receives bytes over one TCP connection: bulk.py serve PORT | bulk.py send HOST PORT MEBIBYTES | bulk.py idle HOST PORT COUNT."""
import socket
import sys
import threading

CHUNK = bytes(256 * 1024)


def serve(port):
    listener = socket.create_server(("0.0.0.0", port), backlog=4096)
    print("ready", flush=True)
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=drain, args=(connection,), daemon=True).start()


def drain(connection):
    buffer = bytearray(1024 * 1024)
    total = 0
    with connection:
        while n := connection.recv_into(buffer):
            total += n
        connection.sendall(total.to_bytes(8, "big"))


def send(host, port, mebibytes):
    with socket.create_connection((host, port)) as connection:
        for _ in range(mebibytes * 4):
            connection.sendall(CHUNK)
        connection.shutdown(socket.SHUT_WR)
        total = int.from_bytes(connection.recv(8, socket.MSG_WAITALL), "big")
    print(total)


def idle(host, port, count):
    """Opens COUNT connections, sends one byte on each, says so, and holds them until standard input ends."""
    connections = []
    for _ in range(count):
        connection = socket.create_connection((host, port))
        connection.sendall(b"x")
        connections.append(connection)
    print("open", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["serve", port]:
            serve(int(port))
        case ["send", host, port, mebibytes]:
            send(host, int(port), int(mebibytes))
        case ["idle", host, port, count]:
            idle(host, int(port), int(count))
        case _:
            sys.exit(__doc__)
