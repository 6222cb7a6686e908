"""Observes a proxy's tap with the gRPC of another implementation.

usage: tap_client.py DESCRIPTORS HOST:PORT SERVER-NAME ANCHORS CERTIFICATE|- REQUEST

REQUEST is an ObserveRequest as JSON. Prints "open" once the call was accepted, every event as one line of JSON, and at
the end "status CODE DETAILS". gRPC insists on ALPN, which proxies do not speak: TLS is done here, in a relay beside it.
"""

import socket
import ssl
import sys
import threading

import grpc
from google.protobuf import json_format

import messages


def pump(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
    except OSError:
        pass
    for end in (source, target):
        try:
            end.close()
        except OSError:
            pass


def relay(listener, address, name, context):
    while True:
        plain, _ = listener.accept()
        try:
            tls = context.wrap_socket(socket.create_connection(address), server_hostname=name)
        except OSError as error:
            print("tls", error, flush=True)
            plain.close()
            continue
        # SSLSocket allows one reader and one writer at a time.
        threading.Thread(target=pump, args=(plain, tls), daemon=True).start()
        threading.Thread(target=pump, args=(tls, plain), daemon=True).start()


def main():
    descriptors, address, name, anchors, certificate, text = sys.argv[1:]
    message = messages.load(descriptors)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_verify_locations(anchors)
    if certificate != "-":
        context.load_cert_chain(certificate)
    host, port = address.rsplit(":", 1)
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=relay, args=(listener, (host, int(port)), name, context), daemon=True).start()

    channel = grpc.insecure_channel("127.0.0.1:%d" % listener.getsockname()[1])
    observe = channel.unary_stream(
        "/io.linkerd.proxy.tap.Tap/Observe",
        request_serializer=lambda m: m.SerializeToString(),
        response_deserializer=message("io.linkerd.proxy.tap.TapEvent").FromString)
    request = json_format.Parse(text, message("io.linkerd.proxy.tap.ObserveRequest")())
    call = observe(request, timeout=60)
    try:
        call.initial_metadata()
        print("open", flush=True)
        for event in call:
            print(json_format.MessageToJson(event, preserving_proto_field_name=True).replace("\n", ""), flush=True)
    except grpc.RpcError:
        pass
    print("status", call.code().name, call.details(), flush=True)


main()
