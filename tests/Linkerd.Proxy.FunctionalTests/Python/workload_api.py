"""A SPIFFE Workload API with the gRPC and protobuf of another implementation.

usage: workload_api.py DESCRIPTORS SOCKET FOLDER

Serves what the folder holds: id (text), svid.der (leaf, then intermediates), key.der (PKCS#8), bundle.der. A stream gets
it at once, and again whenever the file id is written. Prints "listening", then the SPIFFE ID of every answer.
"""

import os
import sys
import time

import grpc
from concurrent import futures

import messages

descriptors, path, folder = sys.argv[1:]
message = messages.load(descriptors)
Response = message("X509SVIDResponse")


def read(name):
    with open(os.path.join(folder, name), "rb") as file:
        return file.read()


def written():
    return os.stat(os.path.join(folder, "id")).st_mtime_ns


def fetch(request, context):
    if dict(context.invocation_metadata()).get("workload.spiffe.io") != "true":
        context.abort(grpc.StatusCode.INVALID_ARGUMENT, "security header missing from request")
    while context.is_active():
        version = written()
        response = Response()
        # Another SVID before it, as an agent sends for a workload with several.
        response.svids.add(spiffe_id="spiffe://example.org/another", x509_svid=b"\x30\x00", x509_svid_key=b"\x30\x00")
        response.svids.add(spiffe_id=read("id").decode(), x509_svid=read("svid.der"), x509_svid_key=read("key.der"), bundle=read("bundle.der"), hint="internal")
        response.federated_bundles["spiffe://other.example"] = read("bundle.der")
        print("sent", response.svids[1].spiffe_id, flush=True)
        yield response
        while written() == version and context.is_active():
            time.sleep(0.02)


server = grpc.server(futures.ThreadPoolExecutor(16))
server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("SpiffeWorkloadAPI", {
    "FetchX509SVID": grpc.unary_stream_rpc_method_handler(
        fetch, request_deserializer=message("X509SVIDRequest").FromString, response_serializer=lambda m: m.SerializeToString()),
}),))
if server.add_insecure_port("unix:" + path) == 0:
    sys.exit("cannot listen on " + path)
server.start()
os.chmod(path, 0o777)
print("listening", flush=True)
server.wait_for_termination()
