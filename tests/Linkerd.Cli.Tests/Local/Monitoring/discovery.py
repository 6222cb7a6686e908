"""What Debian's Prometheus is built without: finds pods by the API as `kubernetes_sd_configs: [{role: pod}]` does, under the same labels.

Writes /sd/all.json and, for a discovery limited to them, /sd/control-plane.json with the pods of linkerd and linkerd-viz. Beside that it serves
on 9100 the pages that the embedded cluster has no source for: cAdvisor's, and those of a mirrored cluster.
"""
import http.server
import json
import os
import re
import ssl
import threading
import time
import urllib.request

ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount/"
BEGAN = time.time()


def label(name):
    return re.sub("[^a-zA-Z0-9_]", "_", name)


def targets(pod):
    meta, spec, status = pod["metadata"], pod["spec"], pod.get("status", {})
    if not status.get("podIP"):
        return
    for container in spec["containers"] + spec.get("initContainers", []):
        for port in container.get("ports", []):
            labels = {
                "__meta_kubernetes_namespace": meta["namespace"], "__meta_kubernetes_pod_name": meta["name"],
                "__meta_kubernetes_pod_phase": status.get("phase", ""), "__meta_kubernetes_pod_container_name": container["name"],
                "__meta_kubernetes_pod_container_port_name": port.get("name", ""),
            }
            labels.update({"__meta_kubernetes_pod_label_" + label(k): v for k, v in meta.get("labels", {}).items()})
            yield {"targets": [f"{status['podIP']}:{port['containerPort']}"], "labels": labels}


def write(name, found):
    with open(f"/sd/{name}.new", "w", encoding="utf-8") as file:
        json.dump(found, file)
    os.rename(f"/sd/{name}.new", f"/sd/{name}.json")


def discover():
    context = ssl.create_default_context(cafile=ACCOUNT + "ca.crt")
    while True:
        try:
            request = urllib.request.Request("https://kubernetes.default.svc/api/v1/pods", headers={"Authorization": "Bearer " + open(ACCOUNT + "token", encoding="utf-8").read()})
            with urllib.request.urlopen(request, context=context, timeout=5) as answer:
                pods = json.load(answer)["items"]
            write("all", [t for pod in pods for t in targets(pod)])
            write("control-plane", [t for pod in pods if pod["metadata"]["namespace"] in ("linkerd", "linkerd-viz") for t in targets(pod)])
        except OSError as error:
            print(error, flush=True)
        time.sleep(1)


def page():
    t = time.time() - BEGAN
    yield f'machine_cpu_cores 2\nmachine_memory_bytes 4e9\ncontainer_cpu_usage_seconds_total{{id="/"}} {t}\ncontainer_memory_working_set_bytes{{id="/"}} 1e9\n'
    yield 'container_fs_usage_bytes{id="/",device="/dev/sda1"} 1e10\ncontainer_fs_limit_bytes{id="/",device="/dev/sda1"} 1e11\n'
    for container in ("main", "linkerd-proxy"):
        own = f'namespace="shop",pod="web-1",container="{container}",id="/kubepods/{container}"'
        yield f"container_cpu_usage_seconds_total{{{own}}} {t / 10}\ncontainer_memory_working_set_bytes{{{own}}} 1e7\n"
    for way in ("receive", "transmit"):
        yield f'container_network_{way}_bytes_total{{namespace="shop",pod="web-1",interface="eth0"}} {t * 1000}\n'
    east = 'target_cluster_name="east"'
    yield f'gateway_alive{{{east}}} 1\ngateway_probes{{{east},probe_successful="true"}} {t // 3}\n'
    mirrored = 'namespace="mirrored",pod="client-1",direction="outbound",tls="true",dst_target_cluster="east",dst_target_service="api",dst_target_service_namespace="shop"'
    yield f'request_total{{{mirrored}}} {t * 5}\nresponse_total{{{mirrored},classification="success"}} {t * 5}\n'
    for limit, share in (("1", 0.5), ("10", 0.9), ("+Inf", 1)):
        yield f'gateway_probe_latency_ms_bucket{{{east},le="{limit}"}} {t // 3 * share}\nresponse_latency_ms_bucket{{{mirrored},le="{limit}"}} {t * 5 * share}\n'


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = "".join(page()).encode()
        self.send_response(200)
        self.send_header("content-type", "text/plain; version=0.0.4")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


threading.Thread(target=discover, daemon=True).start()
http.server.ThreadingHTTPServer(("127.0.0.1", 9100), Handler).serve_forever()
