"""An OpenID Connect provider on loopback: discovery, authorize, token, keys. Whoever asks chooses an account."""

import base64
import hashlib
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

CLIENT, SECRET = "policy-assistant", "known to provider and app"
ACCOUNTS = {"ada": "Ada", "bo": "Bo"}  # subject: name


class IdentityProvider:
    """Serves until it is left. `granted` are the subjects for whom it has signed a token."""

    def __init__(self) -> None:
        self.granted: list[str] = []
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._codes: dict[str, dict[str, str]] = {}  # what was asked for, by the code that was given for it
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
                match parts.path:
                    case "/.well-known/openid-configuration":
                        self.say(provider._discovery())
                    case "/keys":
                        self.say(provider._keys())
                    case "/authorize" if asked.get("client_id") == CLIENT and asked.get("response_type") == "code":
                        links = (
                            f'<p><a href="/chosen?{parts.query}&as={s}">{name}</a>' for s, name in ACCOUNTS.items()
                        )
                        self.say("<title>Provider</title>" + "".join(links))
                    case "/chosen":
                        code = secrets.token_urlsafe(16)
                        provider._codes[code] = asked
                        back = urlencode({"code": code, "state": asked["state"]})
                        self.send_response(302)
                        self.send_header("Location", f"{asked['redirect_uri']}?{back}")
                        self.end_headers()
                    case _:
                        self.send_error(404)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                sent = {name: values[0] for name, values in parse_qs(body).items()}
                basic = base64.b64encode(f"{CLIENT}:{SECRET.replace(' ', '+')}".encode()).decode()
                plain = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
                known = self.headers.get("Authorization") in (f"Basic {basic}", f"Basic {plain}")
                asked = provider._codes.pop(sent.get("code", ""), None)  # a code is good for one token
                if not known or asked is None or not _proves(asked, sent):
                    self.send_error(400)
                    return
                self.say(provider._token(asked))

            def say(self, what: dict[str, object] | str) -> None:
                body = (what if isinstance(what, str) else json.dumps(what)).encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html" if isinstance(what, str) else "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"

    def secrets(self, app_url: str) -> str:
        """What the app has in .streamlit/secrets.toml."""
        return (
            f'[auth]\nredirect_uri = "{app_url}/oauth2callback"\ncookie_secret = "{secrets.token_hex(32)}"\n'
            f'client_id = "{CLIENT}"\nclient_secret = "{SECRET}"\n'
            f'server_metadata_url = "{self.url}/.well-known/openid-configuration"\n'
        )

    def _discovery(self) -> dict[str, object]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
        }

    def _keys(self) -> dict[str, object]:
        numbers = self._key.public_key().public_numbers()
        values = {name: _b64(n.to_bytes((n.bit_length() + 7) // 8)) for name, n in (("n", numbers.n), ("e", numbers.e))}
        return {"keys": [{"kty": "RSA", "kid": "one", "use": "sig", "alg": "RS256", **values}]}

    def _token(self, asked: dict[str, str]) -> dict[str, object]:
        subject, now = asked["as"], int(time.time())
        self.granted.append(subject)
        claims = {
            "iss": self.url,
            "aud": CLIENT,
            "sub": subject,
            "name": ACCOUNTS[subject],
            "email": f"{subject}@un.example",
            "email_verified": True,
            "nonce": asked.get("nonce", ""),
            "iat": now,
            "exp": now + 3600,
        }
        head = {"alg": "RS256", "kid": "one", "typ": "JWT"}
        signed = ".".join(_b64(json.dumps(part).encode()) for part in (head, claims))
        signature = self._key.sign(signed.encode(), padding.PKCS1v15(), SHA256())
        token = f"{signed}.{_b64(signature)}"
        return {"access_token": "unused", "token_type": "Bearer", "expires_in": 3600, "id_token": token}

    def __enter__(self) -> "IdentityProvider":
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _proves(asked: dict[str, str], sent: dict[str, str]) -> bool:
    """Whether the token is fetched by whoever asked for the code, where a proof was announced (PKCE)."""
    wanted = asked.get("code_challenge")
    return wanted is None or wanted == _b64(hashlib.sha256(sent.get("code_verifier", "").encode()).digest())
