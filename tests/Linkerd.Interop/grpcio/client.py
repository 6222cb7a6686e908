"""A foreign gRPC client: calls test.Echo at the address given and says what it saw. Exit 0: everything as it must be."""
import os
import sys
import threading

import grpc

channel = grpc.insecure_channel(sys.argv[1], options=[("grpc.max_receive_message_length", 8 << 20), ("grpc.max_send_message_length", 8 << 20)])
unary = channel.unary_unary("/test.Echo/Unary")
collect = channel.stream_unary("/test.Echo/Collect")
repeat = channel.unary_stream("/test.Echo/Repeat")
chat = channel.stream_stream("/test.Echo/Chat")
TIMEOUT = 20


def status_of(call):
    try:
        call()
    except grpc.RpcError as error:
        return error
    raise AssertionError("the call succeeded")


def check(name, condition):
    print(("ok " if condition else "FAILED ") + name, flush=True)
    if not condition:
        sys.exit(1)


check("unary", unary(b"hello", timeout=TIMEOUT) == b"hello")
check("empty message", unary(b"", timeout=TIMEOUT) == b"")
check("client streaming", collect((bytes(n) for n in range(100)), timeout=TIMEOUT) == b"4950")
check("server streaming", list(repeat(b"500", timeout=TIMEOUT)) == [str(n).encode() for n in range(500)])

sent = threading.Semaphore(1)


def turns():
    for n in range(20):
        sent.acquire(timeout=TIMEOUT)
        yield b"turn %d" % n


replies = []
for reply in chat(turns(), timeout=TIMEOUT):
    replies.append(reply)
    sent.release()
check("duplex streaming, in turns", replies == [b"turn %d" % n for n in range(20)])

if os.environ.get("ONLY_KINDS"):
    sys.exit(0)

big = bytes(range(256)) * (12 * 1024)
check("3 MiB both ways", unary(big, timeout=TIMEOUT) == big)
check("a request above the limit", status_of(lambda: unary(bytes(5 << 20), timeout=TIMEOUT)).code() == grpc.StatusCode.RESOURCE_EXHAUSTED)

error = status_of(lambda: unary(b"fail", timeout=TIMEOUT))
check("status", error.code() == grpc.StatusCode.FAILED_PRECONDITION)
check("status message", error.details() == "nö, 100 %")
check("trailers with the status", dict(error.trailing_metadata()).get("reason-bin") == b"\x00\xff\x07")
check("a handler that fails", status_of(lambda: unary(b"crash", timeout=TIMEOUT)).code() == grpc.StatusCode.UNKNOWN)
check("deadline", status_of(lambda: unary(b"hang", timeout=0.2)).code() == grpc.StatusCode.DEADLINE_EXCEEDED)
check("unknown method", status_of(lambda: channel.unary_unary("/test.Echo/Absent")(b"", timeout=TIMEOUT)).code() == grpc.StatusCode.UNIMPLEMENTED)

_, call = unary.with_call(b"headers", metadata=(("ask", "a value"), ("ask-bin", b"\x00\x01\xfe")), timeout=TIMEOUT)
check("initial metadata", dict(call.initial_metadata()).get("initial") == "a value")
check("trailing metadata", dict(call.trailing_metadata()).get("trailing-bin") == b"\x00\x01\xfe")

future = unary.future(b"hang", timeout=TIMEOUT)
future.cancel()
check("cancellation", future.code() == grpc.StatusCode.CANCELLED)

compressed = channel.unary_unary("/test.Echo/Unary")(bytes(100000), timeout=TIMEOUT, compression=grpc.Compression.Gzip)
check("gzip request", compressed == bytes(100000))
check("deflate request is refused", status_of(lambda: channel.unary_unary("/test.Echo/Unary")(bytes(100000), timeout=TIMEOUT, compression=grpc.Compression.Deflate)).code() == grpc.StatusCode.UNIMPLEMENTED)

health = channel.unary_unary("/grpc.health.v1.Health/Check")
check("health", health(b"", timeout=TIMEOUT) == b"\x08\x01")
check("health of an unknown service", status_of(lambda: health(b"\x0a\x01x", timeout=TIMEOUT)).code() == grpc.StatusCode.NOT_FOUND)
