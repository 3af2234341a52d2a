# Newswatch in a container: no root, no compiler, no pip, nothing to write but /app/data and /tmp.
#
#   docker build --tag newswatch .
#   docker run --rm --read-only --tmpfs /tmp newswatch demo
#   docker run --detach --name newswatch --read-only --tmpfs /tmp --env-file .env \
#     --volume newswatch-data:/app/data --volume "$PWD/watchlists.yaml:/app/watchlists.yaml:ro" newswatch
#
# /app/data holds the database (sqlite:///data/newswatch.db, relative to /app) and belongs to uid and gid 10001. A named
# volume gets that owner by itself; a folder of the host needs `chown 10001:10001` first.

FROM python:3.11-slim-bookworm AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_ROOT_USER_ACTION=ignore

WORKDIR /build

# The tools come by the same lock as everything else, and stay behind in this stage.
COPY requirements-dev.lock ./
RUN python -m venv /tools \
    && sed -n '/^\(pip\|setuptools\)==/,/^ *#/p' requirements-dev.lock > tools.lock \
    && /tools/bin/python -m pip install --quiet --require-hashes --requirement tools.lock \
    && python -m venv --without-pip /venv

# The libraries before the project: a change of the project alone does not install them again.
COPY requirements.lock ./
RUN /tools/bin/python -m pip --python /venv/bin/python install \
    --quiet --no-compile --require-hashes --requirement requirements.lock

# Bytecode is compiled here, once, and never checked against its source: `newswatch once` starts the quicker for it.
COPY pyproject.toml README.md LICENSE ./
COPY bot ./bot
RUN /tools/bin/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist . \
    && /tools/bin/python -m pip --python /venv/bin/python install --quiet --no-compile --no-deps --no-index dist/*.whl \
    && /venv/bin/python -m compileall -q -j 0 --invalidation-mode unchecked-hash /venv/lib


FROM python:3.11-slim-bookworm

LABEL org.opencontainers.image.title="Newswatch" \
      org.opencontainers.image.description="Watches news sources for keywords and tells each event once, on Telegram." \
      org.opencontainers.image.licenses="MIT"

# Safe path: the working directory, where volumes are mounted, is no place to import code from.
ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONSAFEPATH=1 \
    PYTHONUNBUFFERED=1

RUN groupadd --gid 10001 newswatch \
    && useradd --uid 10001 --gid 10001 --home-dir /app --no-create-home --shell /usr/sbin/nologin newswatch \
    && install --directory --owner=10001 --group=10001 --mode=0750 /app/data

COPY --from=build /venv /venv
WORKDIR /app
# The default watchlists: mount your own over them. An edit is noticed within 10 s.
COPY --chmod=0444 watchlists.yaml ./

USER 10001:10001
VOLUME /app/data
STOPSIGNAL SIGTERM

# Red when the poll loop has stalled, not merely when the process has gone.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-m", "bot.web.healthcheck"]

ENTRYPOINT ["newswatch"]
CMD ["run"]
