# TorchUpscaler for machines without a GPU: the default build on Debian 13, with libvips. README says how it is run.
#
# The tags say which release, and get its security updates; where a build has to give the same image again, name digests:
#   docker build --build-arg SDK=mcr.microsoft.com/dotnet/sdk:10.0@sha256:… --build-arg DEBIAN=debian:13-slim@sha256:… .
ARG SDK=mcr.microsoft.com/dotnet/sdk:10.0
ARG DEBIAN=debian:13-slim

FROM ${SDK} AS build
ENV DOTNET_CLI_TELEMETRY_OPTOUT=1 \
    DOTNET_NOLOGO=1 \
    OPTIONS="--use-current-runtime -p:SelfContained=true"
WORKDIR /source

# What is restored depends on these files alone: this layer stays as long as they do.
COPY global.json Directory.Build.props Directory.Build.targets Directory.Full.targets Directory.Packages.props ./
COPY src/TorchUpscaler.Core/TorchUpscaler.Core.csproj src/TorchUpscaler.Core/
COPY src/TorchUpscaler.Cpu/TorchUpscaler.Cpu.csproj src/TorchUpscaler.Cpu/
COPY src/TorchUpscaler.Imaging/TorchUpscaler.Imaging.csproj src/TorchUpscaler.Imaging/
COPY src/TorchUpscaler.Queue/TorchUpscaler.Queue.csproj src/TorchUpscaler.Queue/
COPY src/TorchUpscaler.Telegram/TorchUpscaler.Telegram.csproj src/TorchUpscaler.Telegram/
COPY src/TorchUpscaler.Torch/TorchUpscaler.Torch.csproj src/TorchUpscaler.Torch/
COPY src/TorchUpscaler.App/TorchUpscaler.App.csproj src/TorchUpscaler.App/
COPY tools/WeightConverter/WeightConverter.csproj tools/WeightConverter/
RUN dotnet restore src/TorchUpscaler.App ${OPTIONS} \
    && dotnet restore tools/WeightConverter ${OPTIONS}

# The two programs share a folder, and in it the runtime. COMMIT is what --version tells behind the number.
COPY .editorconfig ./
COPY docs/before-after.jpg docs/
COPY weights/models.json weights/
COPY src src
COPY tools/WeightConverter tools/WeightConverter
ARG COMMIT=""
RUN dotnet publish src/TorchUpscaler.App -c Release --no-restore ${OPTIONS} -p:SourceRevisionId=${COMMIT} -o /app \
    && dotnet publish tools/WeightConverter -c Release --no-restore ${OPTIONS} -p:SourceRevisionId=${COMMIT} -o /app

FROM ${DEBIAN}
# dav1d reads AVIF, libde265 HEIC. EXTRA_PACKAGES takes more of Debian's: libheif-plugin-aomenc writes AVIF, npm fetches x4fast.
ARG EXTRA_PACKAGES=""
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        ca-certificates libgcc-s1 libgssapi-krb5-2 libssl3t64 libstdc++6 libvips42t64 libheif-plugin-dav1d libheif-plugin-libde265 ${EXTRA_PACKAGES} \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 torchupscaler \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin torchupscaler \
    && install -d -o 10001 -g 10001 /data /weights
COPY --from=build /app /app
COPY LICENSE THIRD-PARTY-NOTICES.md /app/

# A volume that is new begins as these folders are: the user's own. Nothing else is written but /tmp.
VOLUME ["/data", "/weights"]
USER 10001:10001
WORKDIR /tmp
ENV PATH=/app:$PATH \
    TORCHUPSCALER_WEIGHTS=/weights \
    TORCHUPSCALER__STORE=/data/queue \
    TORCHUPSCALER__WORKFOLDER=/data/work
ENTRYPOINT ["torchupscaler"]
CMD ["--help"]
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 CMD ["torchupscaler", "health"]

ARG COMMIT=""
LABEL org.opencontainers.image.title="TorchUpscaler" \
      org.opencontainers.image.description="Enlarges photos with Real-ESRGAN networks: a Telegram bot, a queue's worker and a command line, on the processor" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.revision="${COMMIT}"
