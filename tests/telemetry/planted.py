"""Made-up secrets of the kinds that people have: a text, and what must not be seen of it."""


def _of(prefix: str, length: int) -> str:
    """Return a key of that shape; put together here, so that no scanner takes it for a real one."""
    letters = "aB3dE5gH7jK9mN2pQ4sT6vW8yZ1cF0"
    return prefix + (letters * 8)[:length]


def _plain(secret: str) -> tuple[str, str]:
    return secret, secret


def _after(before: str, length: int = 32) -> tuple[str, str]:
    secret = _of("", length)
    return before + secret, secret


KINDS: dict[str, tuple[str, str]] = {
    "openai": _plain(_of("sk-", 48)),
    "openai project": _plain(_of("sk-proj-", 60)),
    "anthropic": _plain(_of("sk-ant-", 60)),
    "openrouter": _plain(_of("sk-or-v1-", 60)),
    "google api key": _plain(_of("AIza", 35)),
    "google access token": _plain(_of("ya29.", 60)),
    "google refresh token": _plain(_of("1//0", 40)),
    "github": _plain(_of("ghp_", 36)),
    "github fine-grained": _plain(_of("github_pat_", 60)),
    "gitlab": _plain(_of("glpat-", 20)),
    "aws key id": _plain("AKIA" + "ABCDEFGH23456789"),
    "slack": _plain(_of("xoxb-", 40)),
    "stripe": _plain(_of("sk_live_", 24)),
    "hugging face": _plain(_of("hf_", 34)),
    "groq": _plain(_of("gsk_", 40)),
    "replicate": _plain(_of("r8_", 37)),
    "pypi": _plain(_of("pypi-", 60)),
    "npm": _plain(_of("npm_", 36)),
    "sendgrid": _plain(_of("SG.", 22) + "." + _of("", 43)),
    "jwt": _plain(_of("eyJ", 30) + "." + _of("eyJ", 40) + "." + _of("", 43)),
    "entra client secret": _plain("abc8Q~" + _of("", 34)),
    "private key": (
        "-----BEGIN PRIVATE KEY-----\\n" + _of("", 64) + "\\n-----END PRIVATE KEY-----",
        _of("", 64),
    ),
    "bearer": _after("Authorization: Bearer "),
    "basic": _after("authorization: Basic "),
    "azure header": _after("api-key: "),
    "azure json": _after('"api_key": "'),
    "subscription key": _after("Ocp-Apim-Subscription-Key: "),
    "google header": _after("x-goog-api-key="),
    "client secret": _after("client_secret=", 20),
    "password": _after("password: ", 12),
    "query": _after("https://host/path?key=", 20),
    "shared access signature": _after("https://host/path?sv=2024-01-01&sig=", 40),
    "storage account": _after("AccountKey=", 60),
    "master key": _after("LITELLM_MASTER_KEY=", 24),
    "redis url": (f"redis://:{_of('', 12)}@host:6379/0", _of("", 12)),
    "token in a url": (f"https://{_of('', 24)}@host/repository", _of("", 24)),
    "header pair": (f"(b'api-key', b'{_of('', 32)}')", _of("", 32)),
    "camel case": _after('"azureApiKey": "'),
    "auth token": _after("X-Auth-Token: "),
    "security token": _after("X-Amz-Security-Token="),
    "cookie": (f"Cookie: theme=darkest; session={_of('', 24)}", _of("", 24)),
    "url": (f"postgres://user:{_of('', 12)}@host/db", _of("", 12)),
}
