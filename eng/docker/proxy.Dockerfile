# The proxy, with what prepares and accompanies it: the image of linkerd-proxy, linkerd-init and linkerd-network-validator.
#   docker build -f eng/docker/proxy.Dockerfile -t REGISTRY/proxy .
FROM debian:bookworm-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends bash ca-certificates clang curl gawk libicu72 libssl-dev zlib1g-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN curl -fsSL https://dot.net/v1/dotnet-install.sh | bash -s -- --jsonfile global.json --install-dir /usr/share/dotnet && ln -s /usr/share/dotnet/dotnet /usr/bin/dotnet
RUN eng/publish --only proxy,init --output /dist --release --quiet

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends iptables libcap2-bin libssl3 && rm -rf /var/lib/apt/lists/*
COPY --from=build /dist/linkerd2-proxy /dist/linkerd2-init /usr/lib/linkerd/
# The capabilities let user 65534 write rules. Permitted and inheritable but not effective, so that the same file still starts in a
# container that may not have them.
RUN for name in linkerd2-proxy-init linkerd2-proxy-identity linkerd-await linkerd2-network-validator; do ln -s linkerd2-init /usr/lib/linkerd/$name; done \
 && setcap cap_net_admin,cap_net_raw+pi /usr/lib/linkerd/linkerd2-init
USER 2102
ENTRYPOINT ["/usr/lib/linkerd/linkerd2-proxy-identity"]
