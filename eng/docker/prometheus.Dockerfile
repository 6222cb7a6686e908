# Debian's Prometheus, for the viz extension.
#   docker build -f eng/docker/prometheus.Dockerfile -t REGISTRY/prometheus .
FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends prometheus && rm -rf /var/lib/apt/lists/* && mkdir -p /data && chmod 1777 /data
USER 65534
ENTRYPOINT ["/usr/bin/prometheus"]
