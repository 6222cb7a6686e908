# Tools beside an application (annotation config.linkerd.io/enable-debug-sidecar): shows the pod's packages as its log.
#   docker build -f eng/docker/debug.Dockerfile -t REGISTRY/debug .
FROM debian:bookworm-slim
RUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends bind9-dnsutils ca-certificates conntrack curl iproute2 iptables jq procps tcpdump tshark && rm -rf /var/lib/apt/lists/*
USER 0
ENTRYPOINT ["/usr/bin/tshark", "-i", "any"]
