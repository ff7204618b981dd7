# One image for each service: docker build -f infra/docker/service.Dockerfile --build-arg SERVICE=scoring .
# Third parties come from infra/locks/<service>.txt with their hashes, the members of this
# workspace as wheels built here; nothing else is in the image, and it runs as nobody special.
ARG PYTHON_TAG=3.11-slim

FROM python:${PYTHON_TAG} AS build
ARG SERVICE
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /src
RUN python3 -m venv /tools && python3 -m venv --without-pip /app
COPY infra/locks/build.txt infra/locks/
RUN /tools/bin/pip install -q --require-hashes -r infra/locks/build.txt
COPY infra/locks/${SERVICE}.txt infra/locks/
RUN /tools/bin/pip --python /app install -q --no-compile --require-hashes -r infra/locks/${SERVICE}.txt
COPY infra/docker/members.py infra/docker/
COPY shared shared
COPY services services
RUN /tools/bin/pip wheel -q --no-deps --no-build-isolation -w /wheels $(python3 infra/docker/members.py ${SERVICE}) \
 && /tools/bin/pip --python /app install -q --no-compile --no-deps --no-index /wheels/*.whl \
 && find /app -depth -type d \( -name tests -o -name __pycache__ \) -path '*site-packages*' -exec rm -rf {} +

FROM python:${PYTHON_TAG}
ARG SERVICE
RUN useradd --system --uid 10001 --no-create-home --home-dir /nonexistent runoff \
 && mkdir -p /data/objects && chown runoff /data/objects
COPY --from=build /app /app
ENV PATH=/app/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    RUNOFF_HOST=0.0.0.0 RUNOFF_PORT=8700 RUNOFF_OBJECT_STORE=/data/objects RUNOFF_SERVICE=${SERVICE}
USER 10001
EXPOSE 8700
HEALTHCHECK --interval=5s --timeout=4s --start-period=60s --retries=6 CMD ["python", "-m", "runoff_runtime.health"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["python", "-m", "runoff_runtime.start"]
