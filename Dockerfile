# One image for the web processes and the job workers; compose.yaml runs both.
#
#   docker build -t flowhook .
#   docker run --init -p 8000:8000 -v flowhook-data:/data flowhook
#
# The second line is the whole service on one machine, with its embedded Redis in /data.

FROM python:3.11-slim-bookworm AS build
# gunicorn's parser in C has no wheels for Linux.
RUN apt-get update && apt-get install --yes --no-install-recommends gcc libc6-dev
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
RUN python -m venv /opt/flowhook
WORKDIR /source
# Apart from the sources, so that a change of these fetches nothing again.
COPY requirements.txt requirements-build.txt requirements-fast.txt ./
RUN /opt/flowhook/bin/python -m pip install --require-hashes -r requirements.txt
RUN /opt/flowhook/bin/python -m pip install --require-hashes -r requirements-build.txt
RUN /opt/flowhook/bin/python -m pip install --require-hashes --no-build-isolation -r requirements-fast.txt
COPY . .
RUN /opt/flowhook/bin/python -m pip install --no-deps --no-build-isolation .
RUN /opt/flowhook/bin/python -m pip uninstall --yes setuptools
# Once for all workers, which may not write there; of what is installed (-P), not of the sources.
RUN /opt/flowhook/bin/python -P -m web.compiled_templates

FROM python:3.11-slim-bookworm
COPY --from=build /opt/flowhook /opt/flowhook
RUN mkdir --mode=0700 /data && chown 10001:10001 /data
ENV PATH=/opt/flowhook/bin:$PATH DATA_DIR=/data PYTHONUNBUFFERED=1
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=6s --start-period=60s CMD ["python", "-m", "service.healthcheck"]
ENTRYPOINT ["flowhook"]
CMD ["run"]
