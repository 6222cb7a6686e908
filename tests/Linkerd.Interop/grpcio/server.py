"""A foreign gRPC server: serves test.Echo and prints its port."""
import sys
from concurrent import futures

import grpc


def unary(request, context):
    if request == b"fail":
        context.set_trailing_metadata((("reason-bin", b"\x00\xff\x07"),))
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, "nö, 100 %")
    if request == b"crash":
        raise RuntimeError("secret")
    if request == b"hang":
        import threading
        ended = threading.Event()
        context.add_callback(ended.set)
        ended.wait(20)
    if request == b"headers":
        metadata = dict(context.invocation_metadata())
        context.send_initial_metadata((("initial", metadata["ask"]),))
        context.set_trailing_metadata((("trailing-bin", metadata["ask-bin"]),))
    return request


def collect(requests, context):
    return str(sum(len(r) for r in requests)).encode()


def repeat(request, context):
    for n in range(int(request)):
        yield str(n).encode()


def chat(requests, context):
    yield from requests


server = grpc.server(futures.ThreadPoolExecutor(8), options=[("grpc.max_receive_message_length", 4 << 20)], compression=grpc.Compression.Gzip if "gzip" in sys.argv else None)
server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("test.Echo", {
    "Unary": grpc.unary_unary_rpc_method_handler(unary),
    "Collect": grpc.stream_unary_rpc_method_handler(collect),
    "Repeat": grpc.unary_stream_rpc_method_handler(repeat),
    "Chat": grpc.stream_stream_rpc_method_handler(chat),
}),))
listen = next((a.split("=", 1)[1] for a in sys.argv if a.startswith("listen=")), "127.0.0.1:0")
port = server.add_insecure_port(listen)
server.start()
print(port, flush=True)
sys.stdin.read()
server.stop(0)
