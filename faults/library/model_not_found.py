"""The model or the deployment is gone."""

from typing import ClassVar

from faults.fault import Fault
from faults.phrases import whole_answer
from faults.steps import Script
from providers.dialect import Dialect


class ModelNotFound(Fault, frozen=True, kw_only=True):
    """The client gets the provider's own 404 for a model or deployment that is not there."""

    name: ClassVar[str] = "model_not_found"
    aliases: ClassVar[tuple[str, ...]] = ("deployment_not_found",)
    action: ClassVar[str] = "answered"
    needs_events: ClassVar[bool] = False
    seen: ClassVar[str] = (
        "Azure OpenAI's DeploymentNotFound and Vertex AI's NOT_FOUND for models that were "
        "retired, or that only the fallback's configuration names"
    )

    def script(self, dialect: Dialect) -> Script:
        """Answer instead of the provider."""
        return whole_answer(dialect.model_missing())
