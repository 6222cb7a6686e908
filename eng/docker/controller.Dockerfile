# The control plane: identity, destination, policy, proxy-injector, sp-validator, heartbeat.
#   docker build -f eng/docker/controller.Dockerfile -t REGISTRY/controller .
FROM debian:bookworm-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends bash ca-certificates clang curl gawk libicu72 libssl-dev zlib1g-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN curl -fsSL https://dot.net/v1/dotnet-install.sh | bash -s -- --jsonfile global.json --install-dir /usr/share/dotnet && ln -s /usr/share/dotnet/dotnet /usr/bin/dotnet
RUN eng/publish --only controller --output /dist --release --quiet

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends libssl3 libstdc++6 zlib1g && rm -rf /var/lib/apt/lists/*
COPY --from=build /dist/linkerd-controller /usr/lib/linkerd/
USER 2103
ENTRYPOINT ["/usr/lib/linkerd/linkerd-controller"]
