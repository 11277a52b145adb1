from faults.api.problems import ApiError


def test_an_error_carries_its_status_and_its_words() -> None:
    error = ApiError(409, "proxy already exists")
    assert (error.status, error.message, str(error)) == (409, error.message, error.message)
