"""A control plane that says the same thing to everybody: identity, destination and policy for one Service.

It is written against the wire contract in proto/ with a foreign gRPC stack, so that the benchmark (and anybody who
debugs a proxy by hand) does not depend on this project's own server side.

    control_plane.py --protos DIR --ca DIR --listen 127.0.0.1:8086 --service 10.77.100.1:80=10.77.0.2:8080[,opaque|h2]
"""
import argparse
import datetime
import pathlib
import socket
import struct
import subprocess
import tempfile
import threading
import time
import types
from concurrent import futures

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

try:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.x509.oid import ExtendedKeyUsageOID
except ImportError:
    x509 = None


def load_protos(root):
    """Compiles the contract; messages are found by package and name: protos["inbound"].Server.

    Generated modules cannot be used: their package, io, is the name of a module of Python's own.
    """
    with tempfile.NamedTemporaryFile(suffix=".desc") as out:
        files = [str(p) for p in pathlib.Path(root).rglob("*.proto")]
        subprocess.run(["protoc", f"-I{root}", "--include_imports", f"--descriptor_set_out={out.name}", *files], check=True)
        descriptors = descriptor_pb2.FileDescriptorSet.FromString(pathlib.Path(out.name).read_bytes())
    pool = descriptor_pool.DescriptorPool()
    factory = message_factory.MessageFactory(pool)
    packages = {}
    for file in descriptors.file:
        pool.Add(file)
        if not file.package.startswith("io.linkerd"):
            continue
        package = types.SimpleNamespace()
        for message in file.message_type:
            setattr(package, message.name, factory.GetPrototype(pool.FindMessageTypeByName(f"{file.package}.{message.name}".lstrip("."))))
        packages[file.package.rsplit(".", 1)[-1]] = package
    return packages


def ipv4(text):
    return struct.unpack(">I", socket.inet_aton(text))[0]


class ControlPlane:
    def __init__(self, protos, ca, services, namespace, lifetime):
        self.protos, self.ca, self.services, self.ns, self.lifetime = protos, pathlib.Path(ca), services, namespace, lifetime
        self.serial = int(time.time())

    # --- identity

    def certify(self, request, _):
        self.serial += 1
        answer = self.protos["identity"].CertifyResponse(leaf_certificate=self._sign(request.certificate_signing_request, request.identity))
        answer.valid_until.FromSeconds(int(time.time()) + self.lifetime)
        return answer

    def _sign(self, csr, identity):
        """In this process where Python can, as a real control plane does; a run of openssl takes longer than a proxy's whole start."""
        if x509 is None:
            return self._sign_by_openssl(csr, identity)
        request = x509.load_der_x509_csr(csr)
        key = serialization.load_pem_private_key((self.ca / "ca.key").read_bytes(), None)
        issuer = x509.load_pem_x509_certificate((self.ca / "ca.crt").read_bytes())
        now = datetime.datetime.utcnow()
        usage = dict.fromkeys(("content_commitment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"), False)
        certificate = (x509.CertificateBuilder().subject_name(request.subject).issuer_name(issuer.subject).public_key(request.public_key())
                       .serial_number(self.serial).not_valid_before(now - datetime.timedelta(minutes=1)).not_valid_after(now + datetime.timedelta(days=1))
                       .add_extension(x509.SubjectAlternativeName([x509.DNSName(identity)]), critical=True)
                       .add_extension(x509.KeyUsage(digital_signature=True, key_encipherment=True, **usage), critical=False)
                       .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False))
        return certificate.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)

    def _sign_by_openssl(self, csr, identity):
        with tempfile.TemporaryDirectory() as work:
            work = pathlib.Path(work)
            (work / "csr.der").write_bytes(csr)
            (work / "ext").write_text(
                f"subjectAltName=critical,DNS:{identity}\nkeyUsage=critical,digitalSignature,keyEncipherment\n"
                "extendedKeyUsage=serverAuth,clientAuth\n")
            subprocess.run(
                ["openssl", "x509", "-req", "-inform", "DER", "-in", work / "csr.der", "-CA", self.ca / "ca.crt", "-CAkey", self.ca / "ca.key",
                 "-set_serial", str(self.serial), "-days", "1", "-sha256", "-extfile", work / "ext", "-outform", "DER", "-out", work / "crt.der"],
                check=True, capture_output=True)
            return (work / "crt.der").read_bytes()

    # --- destination

    def _weighted_addr(self, service):
        destination = self.protos["destination"]
        addr = destination.WeightedAddr(weight=10000)
        addr.addr.ip.ipv4 = ipv4(service["ip"])
        addr.addr.port = service["port"]
        addr.metric_labels.update({"pod": "server-0", "deployment": "server", "serviceaccount": "server"})
        identity = f"server.{self.ns}.serviceaccount.identity.linkerd.cluster.local"
        addr.tls_identity.dns_like_identity.name = identity
        addr.tls_identity.server_name.name = identity
        if service["opaque"]:
            addr.protocol_hint.opaque.SetInParent()
            addr.protocol_hint.opaque_transport.inbound_port = 4143
        else:
            addr.protocol_hint.h2.SetInParent()
        return addr

    def get(self, request, context):
        destination = self.protos["destination"]
        for service in self.services:
            if request.path.split(":")[0] == service["name"]:
                update = destination.Update()
                update.add.addrs.append(self._weighted_addr(service))
                update.add.metric_labels.update({"namespace": self.ns, "service": service["name"].split(".")[0]})
                yield update
                self._hold(context)
                return
        context.abort(grpc.StatusCode.NOT_FOUND, f"no such service: {request.path}")

    def get_profile(self, request, context):
        profile = self.protos["destination"].DestinationProfile()
        for service in self.services:
            if request.path == service["vip"]:
                profile.fully_qualified_name = service["name"]
                profile.opaque_protocol = service["opaque"]
                profile.parent_ref.resource.kind, profile.parent_ref.resource.group = "Service", "core"
        yield profile
        self._hold(context)

    # --- policy

    def watch_outbound(self, request, context):
        port = request.addr.port
        address = socket.inet_ntoa(struct.pack(">I", request.addr.ip.ipv4))
        for service in self.services:
            if f"{address}:{port}" == service["vip"]:
                yield self._outbound_policy(service, port)
                self._hold(context)
                return
        context.abort(grpc.StatusCode.NOT_FOUND, "No such service")

    def _outbound_policy(self, service, port):
        outbound = self.protos["outbound"]
        backend = outbound.Backend()
        backend.metadata.resource.kind, backend.metadata.resource.name, backend.metadata.resource.namespace, backend.metadata.resource.port = "Service", "server", self.ns, port
        backend.queue.capacity = 100
        backend.queue.failfast_timeout.FromSeconds(3)
        backend.balancer.discovery.dst.path = f"{service['name']}:{port}"
        backend.balancer.peak_ewma.default_rtt.FromMilliseconds(30)
        backend.balancer.peak_ewma.decay.FromSeconds(10)

        def http_route():
            route = outbound.HttpRoute()
            route.metadata.default = "http"
            rule = route.rules.add()
            rule.matches.add().path.prefix = "/"
            rule.backends.first_available.backends.add().backend.CopyFrom(backend)
            return route

        opaque = outbound.OpaqueRoute()
        opaque.metadata.default = "opaque"
        opaque.rules.add().backends.first_available.backends.add().backend.CopyFrom(backend)
        policy = outbound.OutboundPolicy()
        policy.metadata.resource.kind, policy.metadata.resource.name, policy.metadata.resource.namespace, policy.metadata.resource.port = "Service", "server", self.ns, port
        if service["opaque"]:
            policy.protocol.opaque.routes.append(opaque)
        else:
            policy.protocol.detect.timeout.FromSeconds(10)
            policy.protocol.detect.opaque.routes.append(opaque)
            policy.protocol.detect.http1.routes.append(http_route())
            policy.protocol.detect.http2.routes.append(http_route())
        return policy

    def watch_port(self, request, context):
        inbound = self.protos["inbound"]
        server = inbound.Server(labels={"group": "", "kind": "default", "name": "all-unauthenticated"})
        if any(s["opaque"] and s["port"] == request.port for s in self.services):
            server.protocol.opaque.SetInParent()
        else:
            server.protocol.detect.timeout.FromSeconds(10)
            route = server.protocol.detect.http_routes.add()
            route.metadata.default = "default"
            route.rules.add().matches.add().path.prefix = "/"
        for net, prefix in (("0.0.0.0", 0),):
            authz = server.authorizations.add(labels={"group": "", "kind": "default", "name": "all-unauthenticated"})
            authz.metadata.default = "all-unauthenticated"
            network = authz.networks.add()
            network.net.ip.ipv4, network.net.prefix_len = ipv4(net), prefix
            authz.authentication.unauthenticated.SetInParent()
        yield server
        self._hold(context)

    @staticmethod
    def _hold(context):
        done = threading.Event()
        context.add_callback(done.set)
        done.wait()

    def handlers(self):
        p = self.protos
        identity, destination, inbound, outbound = p["identity"], p["destination"], p["inbound"], p["outbound"]

        def unary(call, request, response):
            return grpc.unary_unary_rpc_method_handler(call, request.FromString, response.SerializeToString)

        def stream(call, request, response):
            return grpc.unary_stream_rpc_method_handler(call, request.FromString, response.SerializeToString)

        return [
            grpc.method_handlers_generic_handler("io.linkerd.proxy.identity.Identity", {
                "Certify": unary(self.certify, identity.CertifyRequest, identity.CertifyResponse)}),
            grpc.method_handlers_generic_handler("io.linkerd.proxy.destination.Destination", {
                "Get": stream(self.get, destination.GetDestination, destination.Update),
                "GetProfile": stream(self.get_profile, destination.GetDestination, destination.DestinationProfile)}),
            grpc.method_handlers_generic_handler("io.linkerd.proxy.outbound.OutboundPolicies", {
                "Watch": stream(self.watch_outbound, outbound.TrafficSpec, outbound.OutboundPolicy)}),
            grpc.method_handlers_generic_handler("io.linkerd.proxy.inbound.InboundServerPolicies", {
                "WatchPort": stream(self.watch_port, inbound.PortSpec, inbound.Server)}),
        ]


def parse_service(text):
    """VIP:PORT=IP:PORT[,opaque]"""
    vip, _, rest = text.partition("=")
    endpoint, _, kind = rest.partition(",")
    ip, _, port = endpoint.partition(":")
    return {"vip": vip, "ip": ip, "port": int(port), "opaque": kind == "opaque", "name": f"server-{vip.split(':')[1]}.bench.svc.cluster.local"}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--protos", required=True)
    parser.add_argument("--ca", required=True)
    parser.add_argument("--listen", default="127.0.0.1:8086")
    parser.add_argument("--namespace", default="bench")
    parser.add_argument("--lifetime", type=int, default=86400)
    parser.add_argument("--service", action="append", default=[], type=parse_service)
    options = parser.parse_args()
    plane = ControlPlane(load_protos(options.protos), options.ca, options.service, options.namespace, options.lifetime)
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=128))
    server.add_generic_rpc_handlers(plane.handlers())
    server.add_insecure_port(options.listen)
    server.start()
    print("ready", flush=True)
    server.wait_for_termination()


if __name__ == "__main__":
    main()
