"""Sends readings to a Prometheus by remote write, for those that take no OTLP.

OpenTelemetry has no variable for that, so these are ours: `CROSSWIND_REMOTE_WRITE_URL`, and
`CROSSWIND_REMOTE_WRITE_HEADERS` (`name=value,...`, as OTLP's are written) so that credentials stand
in no file. A private certificate authority is told by `REQUESTS_CA_BUNDLE`.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

import cramjam
import requests
from opentelemetry.util.re import parse_env_headers

from telemetry.exporting.delivery import Answer, of_http
from telemetry.exporting.destination import SettingError, plain_address
from telemetry.metering.point import Reading
from telemetry.sending.wanted import HEADERS_VARIABLE, URL_VARIABLE
from telemetry.sending.write_request import write_request

TIMEOUT_S = 10.0
HEADERS = {
    "Content-Type": "application/x-protobuf",
    "Content-Encoding": "snappy",
    "X-Prometheus-Remote-Write-Version": "0.1.0",
    "User-Agent": "crosswind",
}


class RemoteWrite:
    """One remote-write endpoint."""

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        """Take its URL and what is sent beside the protocol's own; raises SettingError."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise SettingError(f"{URL_VARIABLE}={plain_address(url)}: no http:// or https:// URL")
        self.where = plain_address(url)
        self._url = url
        self._session = requests.Session()
        self._session.headers.update({**headers, **HEADERS})

    def send(self, reading: Reading) -> Answer:
        """Send a reading, and return what was said to it."""
        body = bytes(cramjam.snappy.compress_raw(write_request(reading)))
        try:
            response = self._session.post(
                self._url, data=body, timeout=TIMEOUT_S, allow_redirects=False
            )
        except requests.RequestException as error:
            return Answer(kind="later", reason=_in_short(error))
        return of_http(response)

    def close(self) -> None:
        """Let go of the connection."""
        self._session.close()


def remote_write_of(environment: Mapping[str, str]) -> RemoteWrite | None:
    """Return the one that the environment asks for, if it does; raises SettingError."""
    url = environment.get(URL_VARIABLE, "").strip()
    told = environment.get(HEADERS_VARIABLE, "")
    return RemoteWrite(url, parse_env_headers(told, liberal=True)) if url else None


def _in_short(error: requests.RequestException) -> str:
    return "no answer in time" if isinstance(error, requests.Timeout) else "cannot be reached"
