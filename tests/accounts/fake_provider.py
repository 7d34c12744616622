"""An identity provider on this machine: discovery, keys, tokens and userinfo, signed for good; one fault at a time."""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "suivi-de-test", "secret-de-test"


def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class FakeProvider:
    """What it answers, and what the test spoils: claims added or replaced, another key, another algorithm."""

    issuer: str = ""
    sub: str = "agent-1"
    person: dict[str, Any] = field(default_factory=lambda: {"email": "pilotage@demo.invalid", "given_name": "Camille"})
    spoil: dict[str, Any] = field(default_factory=dict)
    amr: list[str] = field(default_factory=lambda: ["pwd"])
    acr: str = "eidas1"
    stranger_signs: bool = False
    algorithm: str = "RS256"
    signed_userinfo: bool = False
    userinfo_sub: str = ""
    published_issuer: str = ""
    without_token: bool = False
    asked: list[dict[str, str]] = field(default_factory=list)
    key: rsa.RSAPrivateKey = field(default_factory=_key)
    stranger: rsa.RSAPrivateKey = field(default_factory=_key)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def authorize(self, address: str) -> str:
        """What the person does there: they agree, and are sent back with a code. Returns the state."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        self.asked.append(asked)
        self.codes["code-1"] = asked
        return asked["state"]

    def token(self, claims: dict[str, Any]) -> str:
        if self.algorithm == "none":
            return jwt.encode(claims, "", algorithm="none", headers={"kid": "k1"})
        if self.algorithm == "HS256":
            return jwt.encode(claims, SECRET * 4, algorithm="HS256", headers={"kid": "k1"})
        return jwt.encode(claims, self.stranger if self.stranger_signs else self.key, "RS256", headers={"kid": "k1"})

    def claims(self, asked: dict[str, str]) -> dict[str, Any]:
        now = int(time.time())
        return {
            "iss": self.issuer, "sub": self.sub, "aud": CLIENT, "iat": now, "exp": now + 60,
            "nonce": asked["nonce"], "amr": self.amr, "acr": self.acr,
        } | self.spoil  # fmt: skip

    def answer(self, path: str, form: dict[str, str]) -> tuple[int, str, bytes]:
        """Status, content type, body."""
        if path == "/.well-known/openid-configuration":
            places = {
                name: f"{self.issuer}/{name}"
                for name in ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
            }
            return _json({"issuer": self.published_issuer or self.issuer} | places)
        if path == "/jwks_uri":
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
            return _json({"keys": [public | {"kid": "k1", "alg": "RS256", "use": "sig"}]})
        if path == "/token_endpoint":
            asked = self.codes.pop(form.get("code", ""), None)
            verifier = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
            if (
                asked is None
                or form.get("client_secret") != SECRET
                or verifier.rstrip(b"=").decode() != asked["code_challenge"]
            ):
                return _json({"error": "invalid_grant"}, 400)
            told = {"access_token": "acces", "token_type": "Bearer"}
            return _json(told if self.without_token else told | {"id_token": self.token(self.claims(asked))})
        person = {"sub": self.userinfo_sub or self.sub} | self.person
        if self.signed_userinfo:
            now = int(time.time())
            signed = self.token({"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 60} | person)
            return 200, "application/jwt", signed.encode()
        return _json(person)


def _json(body: Any, status: int = 200) -> tuple[int, str, bytes]:
    return status, "application/json", json.dumps(body).encode()


@contextmanager
def served() -> Iterator[FakeProvider]:
    """The provider, listening on this machine for the time of a test."""
    fake = FakeProvider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._send({})

        def do_POST(self) -> None:
            sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self._send({name: values[0] for name, values in sent.items()})

        def _send(self, form: dict[str, str]) -> None:
            status, kind, body = fake.answer(urlsplit(self.path).path, form)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    fake.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
