"""Another model answers than was asked."""

from typing import Annotated, ClassVar

from msgspec import Meta

from faults.fault import NOT_GRPC, Fault, Protocol
from faults.phrases import changed_answer
from faults.steps import Script
from providers.dialect import Dialect
from providers.edited import model


class WrongModel(Fault, frozen=True, kw_only=True):
    """The client gets the whole answer, which names another model as the one that gave it."""

    name: ClassVar[str] = "wrong_model"
    protocols: ClassVar[frozenset[Protocol]] = NOT_GRPC
    aliases: ClassVar[tuple[str, ...]] = ("wrong_model_returned",)
    action: ClassVar[str] = "answered"
    also_attested: ClassVar[tuple[str, ...]] = ("withheld",)
    holds_back: ClassVar[bool] = True
    seen: ClassVar[str] = (
        "aliases that were moved in silence, gateways whose fallback answers under the first "
        "model's name, or under its own"
    )

    model: Annotated[str, Meta(description="which model the answer names")] = "gpt-35-turbo"

    def script(self, dialect: Dialect) -> Script:  # noqa: ARG002 - JSON tells by itself whose it is
        """Name another model wherever one is named."""
        return changed_answer(model(self.model))
