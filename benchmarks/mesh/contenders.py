"""The proxies that are compared, each as a chain from namespace A to namespace B."""
import pathlib
import subprocess

from lab import A, B, IP_B, VIP, PROXY_CPU, PROXY_UID, family, wait_for

HTTP, GRPC, TCP = 8080, 8081, 8082
DNS = "server.bench.serviceaccount.identity.linkerd.cluster.local"


def certificates(work):
    """An authority and one leaf for both ends, P-256, as the mesh's are."""
    work = pathlib.Path(work)
    run = lambda *c: subprocess.run([str(x) for x in c], check=True, capture_output=True)
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", work / "ca.key",
        "-out", work / "ca.crt", "-days", "30", "-subj", "/CN=root.linkerd.cluster.local")
    run("openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", work / "leaf.key",
        "-out", work / "leaf.csr", "-subj", "/CN=leaf")
    (work / "ext").write_text(f"subjectAltName=DNS:{DNS}\n")
    run("openssl", "x509", "-req", "-in", work / "leaf.csr", "-CA", work / "ca.crt", "-CAkey", work / "ca.key", "-CAcreateserial", "-days", "30",
        "-extfile", work / "ext", "-out", work / "leaf.crt")
    (work / "leaf.pem").write_text((work / "leaf.crt").read_text() + (work / "leaf.key").read_text())


class Chain:
    """What is measured: its processes, and the address that the load goes to."""

    def __init__(self, name):
        self.name, self.roots = name, []

    def pids(self):
        return [p for root in self.roots for p in family(root.pid)]


def listening(lab, ns, port):
    return f":{port} " in lab.run(ns, "ss", "-Hltn").stdout


def haproxy(lab, name, port, alpn, backend, mode="http"):
    """A → B over mTLS; alpn decides between HTTP/1 and HTTP/2 in the middle. Clear HTTP/2 in and out for gRPC."""
    chain = Chain(name)
    tls = f"ssl crt {lab.work}/leaf.pem ca-file {lab.work}/ca.crt verify required ssl-min-ver TLSv1.3" + (f" alpn {alpn}" if alpn else "")
    h2c = " proto h2" if backend == GRPC else ""
    head = ("global\n nbthread 1\n maxconn 9000\n stats timeout 5s\ndefaults\n mode %s\n timeout connect 5s\n timeout client 60s\n timeout server 60s\n"
            " option redispatch\n" % mode)
    if mode == "http":
        head += " http-reuse always\n option http-keep-alive\n"
    a = head + f"listen in\n bind 127.0.0.1:{port}{h2c}\n server s {IP_B}:{port + 1} {tls} sni str({DNS}) verifyhost {DNS}\n"
    b = head + f"listen in\n bind {IP_B}:{port + 1} {tls}\n server s 127.0.0.1:{backend}{h2c}\n"
    for ns, text, suffix in ((A, a, "a"), (B, b, "b")):
        file = lab.work / f"{name}-{suffix}.cfg"
        file.write_text(text)
        chain.roots.append(lab.start(ns, "haproxy", "-f", file, "-db", cpu=PROXY_CPU, log=f"{name}-{suffix}.log"))
    wait_for(f"{name} listening", lambda: listening(lab, A, port) and listening(lab, B, port + 1))
    chain.address = f"127.0.0.1:{port}"
    return chain


def haproxy_clear(lab, name, port):
    chain = Chain(name)
    file = lab.work / f"{name}.cfg"
    file.write_text("global\n nbthread 1\n maxconn 9000\ndefaults\n mode http\n timeout connect 5s\n timeout client 60s\n timeout server 60s\n"
                    f" http-reuse always\nlisten in\n bind {IP_B}:{port}\n server s 127.0.0.1:{HTTP}\n")
    chain.roots.append(lab.start(B, "haproxy", "-f", file, "-db", cpu=PROXY_CPU, log=f"{name}.log"))
    wait_for(f"{name} listening", lambda: listening(lab, B, port))
    chain.address = f"{IP_B}:{port}"
    return chain


NGINX = """
worker_processes 1; daemon off; pid {work}/{name}.pid; error_log {work}/{name}.err;
events {{ worker_connections 20000; }}
http {{ access_log off; keepalive_requests 1000000000; client_body_temp_path {work}/{name}-1; proxy_temp_path {work}/{name}-2;
 fastcgi_temp_path {work}/{name}-3; uwsgi_temp_path {work}/{name}-4; scgi_temp_path {work}/{name}-5;
 {body} }}
"""


def nginx(lab, ns, name, body, cpu=PROXY_CPU):
    file = lab.work / f"{name}.conf"
    file.write_text(NGINX.format(work=lab.work, name=name, body=body))
    return lab.start(ns, "nginx", "-c", file, cpu=cpu, log=f"{name}.log")


def nginx_clear(lab, name, port):
    chain = Chain(name)
    chain.roots.append(nginx(lab, B, name, f"upstream u {{ server 127.0.0.1:{HTTP}; keepalive 256; keepalive_requests 1000000000; }} server {{ listen {IP_B}:{port}; location / {{"
                             " proxy_pass http://u; proxy_http_version 1.1; proxy_set_header Connection ''; } }"))
    wait_for(f"{name} listening", lambda: listening(lab, B, port))
    chain.address = f"{IP_B}:{port}"
    return chain


def nginx_chain(lab, name, port):
    chain = Chain(name)
    w = lab.work
    chain.roots.append(nginx(lab, A, name + "-a", f"upstream u {{ server {IP_B}:{port + 1}; keepalive 256; keepalive_requests 1000000000; }} server {{ listen 127.0.0.1:{port}; location / {{"
                             f" proxy_pass https://u; proxy_http_version 1.1; proxy_set_header Connection ''; proxy_ssl_certificate {w}/leaf.crt;"
                             f" proxy_ssl_certificate_key {w}/leaf.key; proxy_ssl_trusted_certificate {w}/ca.crt; proxy_ssl_verify on;"
                             f" proxy_ssl_name {DNS}; proxy_ssl_server_name on; proxy_ssl_protocols TLSv1.3; }} }}"))
    chain.roots.append(nginx(lab, B, name + "-b", f"upstream u {{ server 127.0.0.1:{HTTP}; keepalive 256; keepalive_requests 1000000000; }} server {{ listen {IP_B}:{port + 1} ssl;"
                             f" ssl_certificate {w}/leaf.crt; ssl_certificate_key {w}/leaf.key; ssl_client_certificate {w}/ca.crt; ssl_verify_client on;"
                             " ssl_protocols TLSv1.3; location / { proxy_pass http://u; proxy_http_version 1.1; proxy_set_header Connection ''; } }"))
    wait_for(f"{name} listening", lambda: listening(lab, A, port) and listening(lab, B, port + 1))
    chain.address = f"127.0.0.1:{port}"
    return chain


class Linkerd:
    """Two proxies of ours, with the iptables rules of proxy-init and a control plane beside each."""

    def __init__(self, lab, dist, protos, cores=1):
        self.lab, self.dist, self.protos, self.cores = lab, pathlib.Path(dist), protos, cores
        self.cpu = PROXY_CPU if cores == 1 else "0,1"
        self.proxies = {}

    def rules(self):
        for ns in (A, B):
            result = self.lab.run(ns, self.dist / "linkerd2-init", "proxy-init", "--incoming-proxy-port", "4143", "--outgoing-proxy-port", "4140",
                                  "--proxy-uid", PROXY_UID, "--ports-to-redirect", f"{HTTP},{GRPC},{TCP}", "--outbound-ports-to-ignore", "9000-9100",
                                  "--ipv6=false", "--firewall-bin-path", "iptables-nft", "--firewall-save-bin-path", "iptables-nft-save")
            if result.returncode:
                raise SystemExit(f"benchmark: proxy-init failed: {result.stdout}{result.stderr}")

    def control_planes(self):
        here = pathlib.Path(__file__).parent
        for ns in (A, B):
            log = f"control-{ns}.log"
            self.lab.start(ns, "/usr/bin/python3", here / "control_plane.py", "--protos", self.protos, "--ca", self.lab.work,
                           "--service", f"{VIP}:{HTTP}={IP_B}:{HTTP}", "--service", f"{VIP}:{GRPC}={IP_B}:{GRPC}",
                           "--service", f"{VIP}:{TCP}={IP_B}:{TCP},opaque", log=log)
        for ns in (A, B):
            wait_for(f"control plane in {ns}", lambda: listening(self.lab, ns, 8086))

    def start(self):
        for ns, account, ip in ((A, "client", "10.77.0.1"), (B, "server", IP_B)):
            self.proxies[ns] = self.start_one(ns, account, ip)
        for ns in (A, B):
            wait_for(f"proxy ready in {ns}", lambda: self.lab.run(ns, "curl", "-sf", "http://127.0.0.1:4191/ready").returncode == 0)

    def start_one(self, ns, account, ip):
        identity = self.lab.work / f"identity-{account}"
        identity.mkdir(exist_ok=True)
        (identity / "token").write_text("bench")
        identity.chmod(0o777)
        name = f"{account}.bench.serviceaccount.identity.linkerd.cluster.local"
        env = {
            "LINKERD2_PROXY_LOG": "warn", "LINKERD2_PROXY_CORES": str(self.cores),
            "LINKERD2_PROXY_INBOUND_LISTEN_ADDR": "0.0.0.0:4143", "LINKERD2_PROXY_OUTBOUND_LISTEN_ADDR": "127.0.0.1:4140",
            "LINKERD2_PROXY_ADMIN_LISTEN_ADDR": "0.0.0.0:4191", "LINKERD2_PROXY_CONTROL_LISTEN_ADDR": "0.0.0.0:4190",
            "LINKERD2_PROXY_IDENTITY_SVC_ADDR": "localhost.:8086", "LINKERD2_PROXY_DESTINATION_SVC_ADDR": "localhost.:8086",
            "LINKERD2_PROXY_POLICY_SVC_ADDR": "localhost.:8086", "LINKERD2_PROXY_POLICY_WORKLOAD": '{"ns":"bench","pod":"%s-0"}' % account,
            "LINKERD2_PROXY_DESTINATION_CONTEXT": '{"ns":"bench","nodeName":"n","pod":"%s-0"}' % account,
            "LINKERD2_PROXY_IDENTITY_DIR": str(identity), "LINKERD2_PROXY_IDENTITY_TOKEN_FILE": str(identity / "token"),
            "LINKERD2_PROXY_IDENTITY_TRUST_ANCHORS": (self.lab.work / "ca.crt").read_text(),
            "LINKERD2_PROXY_IDENTITY_LOCAL_NAME": name, "LINKERD2_PROXY_INBOUND_IPS": ip,
            "LINKERD2_PROXY_INBOUND_PORTS": f"{HTTP},{GRPC},{TCP}",
            "LINKERD2_PROXY_DESTINATION_PROFILE_NETWORKS": "10.0.0.0/8", "LINKERD2_PROXY_POLICY_CLUSTER_NETWORKS": "10.0.0.0/8",
            "LINKERD2_PROXY_INBOUND_DEFAULT_POLICY": "all-unauthenticated", "LINKERD2_PROXY_INBOUND_CONNECT_TIMEOUT": "1s",
            "LINKERD2_PROXY_TAP_SVC_NAME": "tap.linkerd-viz.serviceaccount.identity.linkerd.cluster.local",
            "LINKERD2_PROXY_PATH": str(self.dist / "linkerd2-proxy"),
        }
        return self.lab.start(ns, self.dist / "linkerd2-init", "identity", cpu=self.cpu, env=env, uid=PROXY_UID, log=f"linkerd-{ns}.log")

    def chain(self, name, namespaces, address):
        chain = Chain(name)
        chain.roots, chain.address = [self.proxies[ns] for ns in namespaces], address
        return chain
