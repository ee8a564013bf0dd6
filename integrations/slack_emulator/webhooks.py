"""Delivery by HTTP: a signed request to the app's address, acknowledged by a 2xx in time."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode, urlsplit

from integrations.slack_emulator.apps import App
from integrations.slack_emulator.deliveries import Attempt, Deliveries, Delivery

WORKERS = 8


def signed_headers(secret: str, body: bytes, *, timestamp: float | None = None) -> dict[str, str]:
    """Always the wall clock: the app compares with its own."""
    stamp = str(int(time.time() if timestamp is None else timestamp))
    digest = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    return {"x-slack-request-timestamp": stamp, "x-slack-signature": f"v0={digest}"}


class Webhooks:
    def __init__(self, deliveries: Deliveries, ack_seconds: float) -> None:
        self._deliveries = deliveries
        self.ack_seconds = ack_seconds
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="slack-webhook")

    def send(self, delivery: Delivery, attempt: Attempt) -> None:
        self._pool.submit(self._post, delivery, attempt)

    def stop(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def verify(self, app: App, url: str) -> bool:
        """The challenge that Slack sends before it accepts an address."""
        challenge = secrets.token_hex(8)
        question = {"type": "url_verification", "token": app.verification_token, "challenge": challenge}
        body = json.dumps(question).encode()
        headers = {"content-type": "application/json", **signed_headers(app.signing_secret, body)}
        status, _, answer = post(url, body, headers, self.ack_seconds)
        return status == 200 and challenge in answer.decode("utf-8", "replace")

    def _post(self, delivery: Delivery, attempt: Attempt) -> None:
        body, headers = _request(delivery)
        headers |= signed_headers(delivery.app.signing_secret, body)
        if attempt.number:
            headers |= {"x-slack-retry-num": str(attempt.number), "x-slack-retry-reason": attempt.reason}
        try:
            status, answered, content = post(delivery.app.request_url, body, headers, self.ack_seconds)
        except TimeoutError:
            self._deliveries.missed(delivery, attempt, "http_timeout")
        except (OSError, http.client.HTTPException):
            self._deliveries.missed(delivery, attempt, "connection_failed")
        else:
            if 200 <= status < 300:
                self._deliveries.acknowledged(delivery, attempt, _answer(content))
            else:
                retry = answered.get("x-slack-no-retry") != "1"
                self._deliveries.missed(delivery, attempt, "http_error", retry=retry)


def _request(delivery: Delivery) -> tuple[bytes, dict[str, str]]:
    if delivery.kind == "events_api":
        return json.dumps(delivery.payload).encode(), {"content-type": "application/json"}
    form = delivery.payload if delivery.kind == "slash_commands" else {"payload": json.dumps(delivery.payload)}
    return urlencode(form).encode(), {"content-type": "application/x-www-form-urlencoded"}


def _answer(content: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(content)
    except ValueError:
        return {"text": content.decode("utf-8", "replace")} if content.strip() else {}
    return answer if isinstance(answer, dict) else {}


def post(url: str, body: bytes, headers: dict[str, str], seconds: float) -> tuple[int, dict[str, str], bytes]:
    parts = urlsplit(url)
    connect = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = connect(parts.netloc, timeout=seconds)
    try:
        connection.request("POST", parts.path or "/", body, headers)
        response = connection.getresponse()
        answered = {name.lower(): value for name, value in response.getheaders()}
        return response.status, answered, response.read()
    finally:
        connection.close()
