# The Slack app. Dependencies are made in a stage of their own; what is shipped has no tools for building.
FROM python:3.11.14-slim-bookworm AS dependencies
COPY requirements.lock .
RUN pip install --no-cache-dir --no-deps --require-hashes --prefix /dependencies -r requirements.lock

FROM python:3.11.14-slim-bookworm
ENV PYTHONPATH=/app PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 TUTOR_DATA=/data
COPY --from=dependencies /dependencies /usr/local
COPY agent/ /app/agent/
# tutor: ignore=secret-file-copied the labelled cases hold credentials that somebody made up
COPY evals/ /app/evals/
COPY integrations/ /app/integrations/
COPY knowledge/ /app/knowledge/
COPY tools/ /app/tools/
RUN useradd --uid 10001 --create-home tutor && mkdir /data && chown tutor /data
USER 10001
WORKDIR /app
VOLUME /data
ENTRYPOINT ["python", "-m", "integrations.cli"]
CMD ["slack"]
