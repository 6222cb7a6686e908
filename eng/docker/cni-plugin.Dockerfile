# The CNI plugin, its installer and its repair controller.
#   docker build -f eng/docker/cni-plugin.Dockerfile -t REGISTRY/cni-plugin .
FROM debian:bookworm-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends bash ca-certificates clang curl gawk libicu72 libssl-dev zlib1g-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN curl -fsSL https://dot.net/v1/dotnet-install.sh | bash -s -- --jsonfile global.json --install-dir /usr/share/dotnet && ln -s /usr/share/dotnet/dotnet /usr/bin/dotnet
RUN eng/publish --only init --output /dist --release --quiet

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends libssl3 && rm -rf /var/lib/apt/lists/*
COPY --from=build /dist/linkerd2-init /usr/lib/linkerd/
# The plugin runs on the node: it lies where the installer copies it from, with OpenSSL for nodes that have none.
RUN for name in linkerd-cni-install linkerd-cni-repair-controller; do ln -s linkerd2-init /usr/lib/linkerd/$name; done \
 && mkdir -p /opt/cni/bin/linkerd-cni.lib && ln -s /usr/lib/linkerd/linkerd2-init /opt/cni/bin/linkerd-cni \
 && for name in libcrypto.so.3 libssl.so.3; do cp -L "$(find /usr/lib -name $name)" /opt/cni/bin/linkerd-cni.lib/; done
USER 0
ENTRYPOINT ["/usr/lib/linkerd/linkerd-cni-install"]
