"""Which version of the GenAI conventions' names is asked for; pure.

`OTEL_SEMCONV_STABILITY_OPT_IN` is the conventions' own variable, a list with commas:
https://opentelemetry.io/docs/specs/semconv/non-normative/genai-migration/ has its value for GenAI.
"""

from collections.abc import Mapping

VARIABLE = "OTEL_SEMCONV_STABILITY_OPT_IN"
LATEST = "gen_ai_latest_experimental"


def wants_latest(environment: Mapping[str, str]) -> bool:
    """Tell whether the newest names are asked for, not the last released."""
    return LATEST in {one.strip() for one in environment.get(VARIABLE, "").split(",")}
