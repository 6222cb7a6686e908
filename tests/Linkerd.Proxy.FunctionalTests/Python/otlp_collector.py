"""An OTLP collector with the gRPC of another implementation.

usage: otlp_collector.py DESCRIPTORS PORT

Prints "listening", then for every span one line of JSON: its fields with ids in hex, attributes and resource as objects.
"""

import json
import sys
from concurrent import futures

import grpc

import messages


def attributes(pairs):
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value") or "string_value") for pair in pairs}


def main():
    message = messages.load(sys.argv[1])
    response = message("opentelemetry.proto.ExportTraceServiceResponse")

    def export(request, _):
        for resource in request.resource_spans:
            for scope in resource.scope_spans:
                for span in scope.spans:
                    print(json.dumps({
                        "resource": attributes(resource.resource.attributes),
                        "scope": scope.scope.name,
                        "trace": span.trace_id.hex(),
                        "span": span.span_id.hex(),
                        "parent": span.parent_span_id.hex(),
                        "name": span.name,
                        "kind": span.kind,
                        "start": span.start_time_unix_nano,
                        "end": span.end_time_unix_nano,
                        "attributes": attributes(span.attributes),
                        "status": span.status.code,
                        "flags": span.flags,
                    }), flush=True)
        return response()

    handler = grpc.method_handlers_generic_handler("opentelemetry.proto.collector.trace.v1.TraceService", {
        "Export": grpc.unary_unary_rpc_method_handler(
            export,
            request_deserializer=message("opentelemetry.proto.ExportTraceServiceRequest").FromString,
            response_serializer=lambda m: m.SerializeToString()),
    })
    server = grpc.server(futures.ThreadPoolExecutor(2))
    server.add_generic_rpc_handlers((handler,))
    server.add_insecure_port("0.0.0.0:" + sys.argv[2])
    server.start()
    print("listening", flush=True)
    server.wait_for_termination()


main()
