"""What the API refuses, and with which status."""


class ApiError(Exception):
    """A request that cannot be granted: `status` and the words for its sender."""

    def __init__(self, status: int, message: str) -> None:
        self.status = status
        self.message = message
        super().__init__(message)
