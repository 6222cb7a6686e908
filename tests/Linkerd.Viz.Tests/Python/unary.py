"""Calls unary methods with the gRPC of another implementation.

usage: unary.py DESCRIPTORS HOST:PORT [/package.Service/Method REQUEST-TYPE RESPONSE-TYPE REQUEST-JSON]...

Prints one line of JSON for each call: the response, or {"code": …, "details": …}.
"""

import json
import sys

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory


def load(path):
    pool = descriptor_pool.DescriptorPool()
    with open(path, "rb") as file:
        for proto in descriptor_pb2.FileDescriptorSet.FromString(file.read()).file:
            pool.Add(proto)

    def message(name):
        descriptor = pool.FindMessageTypeByName(name)
        if hasattr(message_factory, "GetMessageClass"):
            return message_factory.GetMessageClass(descriptor)
        return message_factory.MessageFactory(pool).GetPrototype(descriptor)

    return message


def main():
    message = load(sys.argv[1])
    channel = grpc.insecure_channel(sys.argv[2])
    calls = sys.argv[3:]
    for path, request, response, text in zip(*[iter(calls)] * 4):
        method = channel.unary_unary(
            path, request_serializer=lambda m: m.SerializeToString(), response_deserializer=message(response).FromString)
        try:
            answer = json_format.MessageToDict(method(json_format.Parse(text, message(request)()), timeout=20))
        except grpc.RpcError as error:
            answer = {"code": error.code().name, "details": error.details()}
        print(json.dumps(answer, sort_keys=True), flush=True)


main()
