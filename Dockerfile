# One image for every process; docker-compose.yml says which one a container runs.
# No container engine was at hand where this was written: the file is checked, but the image was never built there.
# What runs inside is tested as processes: `make test` starts the same commands.
FROM python:3.11-slim-bookworm AS build
WORKDIR /build
RUN python -m venv /opt/tianwei
ENV PATH=/opt/tianwei/bin:$PATH PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements.lock ./
RUN pip install --require-hashes -r requirements.lock
COPY pyproject.toml README.md ./
COPY shared shared
COPY services services
COPY gateway gateway
COPY examples examples
RUN pip install --no-deps --no-build-isolation .

# Fonts for official documents out of Debian's packages; an office mounts its own licensed ones at TIANWEI_FONT_DIR.
FROM debian:bookworm-slim AS fonts
COPY .ci/fonts /fonts.sh
RUN apt-get update && bash /fonts.sh /fonts

FROM python:3.11-slim-bookworm
RUN groupadd --system --gid 10001 tianwei \
    && useradd --system --uid 10001 --gid tianwei --no-create-home --shell /usr/sbin/nologin tianwei \
    && install -d -o tianwei -g tianwei -m 0700 /var/lib/tianwei /var/lib/tianwei/blobs
COPY --from=build /opt/tianwei /opt/tianwei
COPY --from=fonts /fonts /usr/local/share/fonts/tianwei
ENV PATH=/opt/tianwei/bin:$PATH \
    LANG=C.UTF-8 \
    PYTHONUNBUFFERED=1 \
    MALLOC_ARENA_MAX=2 \
    EVENTLET_NO_GREENDNS=yes \
    TIANWEI_HOME=/var/lib/tianwei \
    TIANWEI_BLOB_DIR=/var/lib/tianwei/blobs \
    TIANWEI_FREE_FONT_DIR=/usr/local/share/fonts/tianwei \
    TIANWEI_HEARTBEAT_FILE=/tmp/heartbeat
USER 10001:10001
WORKDIR /var/lib/tianwei
CMD ["tianwei", "--help"]
