# The demo applications.
#   docker build -f eng/docker/demo.Dockerfile -t REGISTRY/demo .
FROM debian:bookworm-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends bash ca-certificates clang curl gawk libicu72 libssl-dev zlib1g-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN curl -fsSL https://dot.net/v1/dotnet-install.sh | bash -s -- --jsonfile global.json --install-dir /usr/share/dotnet && ln -s /usr/share/dotnet/dotnet /usr/bin/dotnet
RUN eng/publish --only demo --output /dist --release --quiet

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends libssl3 libstdc++6 zlib1g && rm -rf /var/lib/apt/lists/*
COPY --from=build /dist/linkerd-demo /usr/lib/linkerd/
USER 65534
ENTRYPOINT ["/usr/lib/linkerd/linkerd-demo"]
