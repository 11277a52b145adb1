"""The environment variables by which a gateway, or a client of somebody's own, finds the proxies.

Pure. Each endpoint is named twice: as `CROSSWIND_<NAME>_URL`, and under the names that the official
SDKs and LiteLLM read; one over gRPC as `CROSSWIND_<NAME>_ADDRESS`, which its clients take. Keys are
made up where an endpoint is a stand-in; a real one's are taken from the user's own environment, and
nothing here touches them.
"""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from experiments.model import Endpoint, Experiment
from experiments.running.configs import ca_file, proxy_url
from providers.catalog import make_dialect, speaks_grpc
from providers.dialects.azure_openai import AzureOpenAI
from providers.dialects.openai_chat import OpenAIChat
from providers.dialects.vertex_gemini import VertexGemini
from providers.stand_in import TOKENS

STAND_IN_KEY = "crosswind-stand-in-key"
_LOCAL = "127.0.0.1,localhost"
_API_VERSION = "2024-10-21"


def environment_of(
    experiment: Experiment,
    proxy_ports: Mapping[str, int],
    stand_in_ports: Mapping[str, int],
    service_account_file: str = "",
) -> dict[str, str]:
    """Return the variables; `service_account_file` is a key file that the stand-ins honour."""
    urls = {e.name: proxy_url(e, proxy_ports) for e in experiment.endpoints}
    found = {f"CROSSWIND_{variable_part(name)}_URL": url for name, url in urls.items()}
    for endpoint in experiment.endpoints:
        if speaks_grpc(endpoint.dialect):
            address = urlsplit(urls[endpoint.name]).netloc
            found[f"CROSSWIND_{variable_part(endpoint.name)}_ADDRESS"] = address
    for endpoint in reversed(experiment.endpoints):
        # The first of a kind wins, since what comes later overwrites.
        found |= _as_the_sdks_read_it(endpoint, urls[endpoint.name])
    if any(endpoint.tls for endpoint in experiment.endpoints):
        found["CROSSWIND_CA_FILE"] = ca_file()
    if TOKENS in stand_in_ports:
        found["CROSSWIND_TOKENS_URL"] = f"http://127.0.0.1:{stand_in_ports[TOKENS]}"
    if service_account_file and not any(map(_is_real_google, experiment.endpoints)):
        found["GOOGLE_APPLICATION_CREDENTIALS"] = service_account_file
    return {**found, "NO_PROXY": _LOCAL, "no_proxy": _LOCAL}


def variable_part(name: str) -> str:
    """Return an endpoint's name as part of a variable's: upper case, `_` for anything else."""
    return re.sub(r"[^A-Z0-9]", "_", name.upper())


def _is_real_google(endpoint: Endpoint) -> bool:
    """Tell whether an endpoint needs the user's own default credentials."""
    return endpoint.stand_in is None and make_dialect(endpoint.dialect).cloud_identity == "google"


def _as_the_sdks_read_it(endpoint: Endpoint, url: str) -> dict[str, str]:
    dialect = make_dialect(endpoint.dialect)
    keys: dict[str, str] = {}
    match dialect:
        case AzureOpenAI():
            said = {
                "AZURE_OPENAI_ENDPOINT": url,
                "OPENAI_API_VERSION": dialect.api_version or _API_VERSION,
                "AZURE_API_BASE": url,
                "OPENAI_BASE_URL": f"{url}/openai/v1/",
            }
            keys = dict.fromkeys(("AZURE_OPENAI_API_KEY", "AZURE_API_KEY", "OPENAI_API_KEY"), "")
        case VertexGemini():
            said = {
                "GOOGLE_VERTEX_BASE_URL": url,
                "GOOGLE_GENAI_USE_VERTEXAI": "true",
                "GOOGLE_CLOUD_PROJECT": dialect.project,
                "GOOGLE_CLOUD_LOCATION": dialect.location,
            }
        case OpenAIChat():
            said = {"OPENAI_BASE_URL": url if urlsplit(url).path else f"{url}/v1"}
            keys = {"OPENAI_API_KEY": ""}
        case _:
            said = {}
    made_up = dict.fromkeys(keys, STAND_IN_KEY) if endpoint.stand_in is not None else {}
    return said | made_up
