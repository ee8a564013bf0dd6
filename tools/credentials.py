"""Whether a value is a literal credential: judged by its name and by what it is, never by one of them alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

_SECRET_NAME = re.compile(
    r"(?:^|[_.-])(?:pass(?:word|wd|phrase)?|pwd|psw|pswd|secrets?|token|api_?key|apikey|access_?key|secret_?key|private_?key|"
    r"encryption_?key|signing_?key|master_?key|service_?key|auth_?key|license_?key|fernet_?key|jwt_?key|session_?key|"
    r"account_?key|storage_?key|admin_?key|hmac_?key|salt|credentials?|requirepass|masterauth|pat|bearer|erlang_?cookie|auth)"
    r"(?:[_.-](?:default|value|\d+|prod|dev|staging|test|local|base|v\d|hash))*$",
    re.IGNORECASE,
)
# camelCase and joined names: dbPassword, POSTGRESPASSWORD, spring.datasource.password
_JOINED_SECRET_NAME = re.compile(r"(?:password|passwd|secret|apikey|api_key|accesskey|authtoken)$", re.IGNORECASE)
_NOT_SECRET_NAME = re.compile(
    r"(?:^|_)(?:public|max|min|num|n|allow_empty|use|enable|disable|require|requires|skip|has|is)_|"
    r"(?:^|_)(?:max_tokens?|auth_sock|no_?passw(?:or)?d)$|^airflow__\w+_(?:secret|cmd)$|public_?key$|publishable_?key$",
    re.IGNORECASE,
)
_KEY_NAME = re.compile(r"(?:^|[_.-])key(?:[_.-]?\d*)$", re.IGNORECASE)

LONGEST_RUN = 7  # characters in their order
_RUNS = "abcdefghijklmnopqrstuvwxyz 01234567890 1234567890abcdef qwertyuiop asdfghjkl zxcvbnm"
_TOKEN_SHAPES = re.compile(
    r"\b(?:sk-(?!no-key|not-|dummy|unused|empty|local|fake)(?:proj-|ant-|or-|lf-|svcacct-)?[A-Za-z0-9_-]{8,}|gh[pousr]_[A-Za-z0-9]{16,}|github_pat_\w{20,}|"
    r"glpat-[\w-]{12,}|xox[abprs]-[\w-]{8,}|hf_[A-Za-z0-9]{10,}|(?:AKIA|ASIA)[A-Z0-9]{12,16}|AIza[\w-]{20,}|"
    r"(?:sk|rk)_(?:live|test)_\w{8,}|SG\.[\w-]{10,}\.[\w-]{10,}|npm_[A-Za-z0-9]{20,}|pypi-[\w-]{20,}|"
    r"gsk_[A-Za-z0-9]{10,}|pcsk_\w{10,}|r8_\w{20,}|tvly-[\w-]{10,}|lsv2_\w{10,}|"
    r"hooks\.slack\.com/services/T\w+/B\w+/\w{8,}|discord(?:app)?\.com/api/webhooks/\d+/[\w-]{20,}|"
    r"api\.telegram\.org/bot\d+:[\w-]{20,}|"
    r"eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]*)|-----BEGIN [A-Z ]*PRIVATE KEY-----|\$2[aby]\$\d\d\$[./\w]{20,}|\$apr1\$"
)
_URL_PASSWORD = re.compile(r"[a-z][a-z0-9+.-]{1,30}://[^\s/@:\"']{0,100}:([^\s@/\"']{1,200})@", re.IGNORECASE)
# An address that says itself that nothing answers there: builds ask for one.
_DUMMY_ADDRESS = re.compile(r"://\S*[/@._-](?:dummy|placeholder|fake|unused|not-?used)(?![a-z])", re.IGNORECASE)
_QUERY_PASSWORD = re.compile(r"[?&;](?:password|token|api_?key|secret|sig)=([^&\s\"';]{1,200})", re.IGNORECASE)
_KEYWORD_PASSWORD = re.compile(r"(?:^|[\s;])(?:password|pwd|accountkey)\s*=\s*([^\s;\"']{1,200})", re.IGNORECASE)
_FLAG = re.compile(
    r"(?:^|\s)--?(?:requirepass|masterauth|pass(?:word|wd)?|api-?key|token|secret(?:-?key)?|auth-?token|"
    r"root-password|admin-password|access-key|secret-access-key)(?:[=\s]+)(\"[^\"]*\"|'[^']*'|[^\s\"']+)",
    re.IGNORECASE,
)
# A long flag of any program, as `--IdentityProvider.token=…`, or a property of Java: name and value decide together.
_NAMED_FLAG = re.compile(r"(?:^|\s)(?:--|-D)([A-Za-z][\w.-]{1,60})(?:=|\s+)(\"[^\"]*\"|'[^']*'|[^\s\"']+)")
# Tokens of a model, and flags that switch something off instead of giving it.
_NO_SECRET_FLAG = re.compile(
    r"(?:^|[._-])(?:max|num|stop|pad|eos|bos|unk|mask|image|special|end|start|disabled?|no|without|ask|prompt|empty)[._-]",
    re.IGNORECASE,
)
_VALUE = r"(\"[^\"]*\"|'[^']*'|[^\s\"'|;&]+)"
_PAST = r"[^|;&\n]{0,200}?\s"  # words of the same command in between
# Programs that take a password at a place of their own; the last group is what they are given.
_PLACES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\bredis-cli\b{_PAST}-a\s+{_VALUE}",
        rf"\bmysql\w*\b{_PAST}-p([^\s\"'|;&]+)",
        rf"\b(?:curl|wget|http)\b{_PAST}(?:-u|--user|--auth)(?:=|\s*)[\"']?[^\s:\"'$]{{1,60}}:([^\s\"']+)",
        rf"\bsshpass\s+-p\s*{_VALUE}",
        rf"\b(?:docker|podman|helm registry|oras|az|cf)\s+login\b{_PAST}(?:-p|--password)(?:=|\s+){_VALUE}",
        rf"\bmongo(?:sh|dump|export|restore)?\b{_PAST}-p\s+{_VALUE}",
        rf"\b(?:sqlcmd|bcp)\b{_PAST}-P\s*{_VALUE}",
        rf"\bcqlsh\b{_PAST}-p\s+{_VALUE}",
        rf"\brabbitmqctl\s+(?:add_user|change_password)\s+\S+\s+{_VALUE}",
        rf"\bldap\w+\b{_PAST}-w\s+{_VALUE}",
        rf"\bhtpasswd\s+-\w*b\w*\s+\S+\s+\S+\s+{_VALUE}",
        rf"\bmc\s+(?:alias set|config host add)\s+\S+\s+\S+\s+\S+\s+{_VALUE}",
        rf"-pass(?:in|out)?\s+pass:{_VALUE}",
        rf"\b(?:useradd|usermod|adduser)\b{_PAST}(?:-p|--password)(?:=|\s+){_VALUE}",
        rf"\baws\s+configure\s+set\s+(?:\S+\.)?(?:aws_secret_access_key|aws_session_token)\s+{_VALUE}",
        rf"\b(?:poetry|composer)\s+config\s+(?:-\S+\s+)*http-basic\.\S+\s+\S+\s+{_VALUE}",
        rf"\bpoetry\s+config\s+pypi-token\.\S+\s+{_VALUE}",
        rf"\bnpm\s+(?:config\s+)?set\s+\S*_(?:authToken|auth|password)[=\s]+{_VALUE}",
        rf"\bIDENTIFIED\s+BY\s+{_VALUE}",
        rf"\bWITH\s+(?:LOGIN\s+)?(?:ENCRYPTED\s+)?PASSWORD\s+{_VALUE}",
    )
)
_ASSIGNMENT = re.compile(r"(?:^|[\s;&\"'])([A-Za-z_]\w*)=(\"[^\"]*\"|'[^']*'|[^\s;&\"']+)")

_SETTING = re.compile(
    r"(?:^|[\s{,])[\"']?([A-Za-z_][\w.-]{0,60})[\"']?\s{0,5}(?:[=:]|[ \t](?=\S+$))\s{0,5}"
    r"(\"[^\"\n]{1,200}\"|'[^'\n]{1,200}'|[^\s,}\"']{1,200})",
    re.MULTILINE,
)
_SWITCH = frozenset("true false yes no on off none null nil enabled disabled optional required trust".split())
# What a client without a real key sends to a server that asks for none.
_STAND_IN = re.compile(
    r"(?:unused|dummy|placeholder|throw-?away|not-?real|build-?only|compile-?only)[-_ ][\w -]*|"
    r"(?:sk-)?(?:empty|dummy|none|unused|ignored|not[-_ ]?(?:needed|used|required|set|necessary)|no[-_ ]?key"
    r"(?:[-_ ](?:needed|required))?|na|n/a|ollama|vllm|lm-?studio|local|fake|placeholder|"
    r"(?:only[-_])?(?:for[-_]|during[-_])?build(?:[-_]?time)?(?:[-_](?:only|dummy))?)",
    re.IGNORECASE,
)
_REFERENCE = re.compile(
    r"^(?:/|\./|~/|[A-Za-z]:\\|file:|vault:|arn:|ssm:|env:|secretref:|op://)|/run/secrets/|"
    r"\.(?:json|pem|key|crt|cer|txt|ya?ml|toml|p12|jks)$"
)
_VARIABLE_AT_RUN_TIME = re.compile(r"^[\"']?\$[({A-Za-z_]")


_PLACEHOLDER = re.compile(
    r"<.*>|\{\{.*\}\}|\[.*\]|x{3,}|\*{3,}|\.{3}|(?:your|insert|enter|fill|replace|paste)[-_ ].*|"
    r".*[-_ ](?:here|placeholder|goes[-_ ]here)|(?:set|replace)[-_]?me|placeholder|todo|tbd",
    re.IGNORECASE,
)


def is_secret_name(name: str) -> bool:
    if _NOT_SECRET_NAME.search(name):
        return False
    return _SECRET_NAME.search(name) is not None or _JOINED_SECRET_NAME.search(name) is not None


def is_credential(name: str, value: str) -> bool:
    """Whether `value`, as a file writes it, is a literal credential under this name.

    Variables that the file leaves open stand as `${NAME}` in it.
    """
    text = value.strip().strip("\"'")
    if has_embedded_credential(text):
        return True
    if not text or "${" in text or text.lower() in _SWITCH or _is_reference(text):
        return False
    if _PLACEHOLDER.fullmatch(text):
        return False
    if _KEY_NAME.search(name) and not is_secret_name(name):
        return _is_random(text)
    if not is_secret_name(name):
        return False
    if _names_a_key(name) and _STAND_IN.fullmatch(text):
        return False
    return not (text.isdigit() and len(text) < 4) and not _is_account_without_password(name, text)


def _names_a_key(name: str) -> bool:
    return re.search(r"key|token", name, re.IGNORECASE) is not None


def _is_account_without_password(name: str, text: str) -> bool:
    """`*_AUTH` says how or where to authenticate unless it holds `name/password` or something random."""
    if re.search(r"auth$", name, re.IGNORECASE) is None:
        return False
    return not (re.fullmatch(r"[^/\s:]+[/:][^/\s:]{3,}", text) or _is_random(text))


def _is_reference(text: str) -> bool:
    return _REFERENCE.search(text) is not None or _VARIABLE_AT_RUN_TIME.match(text) is not None or "://" in text


def _is_random(text: str) -> bool:
    """Long, without spaces, of mixed characters: no word, path or number that a person would choose."""
    if len(text) < 16 or re.search(r"[\s/]", text):
        return False
    kinds = sum(bool(re.search(kind, text)) for kind in (r"[a-z]", r"[A-Z]", r"\d"))
    return kinds == 3 or re.fullmatch(r"(?=.*\d)(?=.*[a-f])[0-9a-f]{16,}", text) is not None


def has_embedded_credential(text: str) -> bool:
    """A token of known form, or a password inside an address."""
    if _TOKEN_SHAPES.search(text):
        return True
    of_addresses = () if _DUMMY_ADDRESS.search(text) else _URL_PASSWORD.findall(text)
    embedded = (*of_addresses, *_QUERY_PASSWORD.findall(text), *_KEYWORD_PASSWORD.findall(text))
    return any(_is_literal(password) for password in embedded)


def _is_literal(password: str) -> bool:
    bare = password.strip("\"'")
    return bool(bare) and not bare.startswith(("$", "<", "{{")) and "${" not in bare


def holds_token(text: str) -> bool:
    """Whether a token of known form stands in it, whatever it is called; one that counts up was typed by hand."""
    return any(not _counts_up(match[0]) for match in _TOKEN_SHAPES.finditer(text))


def _counts_up(token: str) -> bool:
    """`abcdefgh`, `87654321`, `asdfghjkl`: no generator makes such a run."""
    plain = token.lower()
    parts = (plain[at : at + LONGEST_RUN] for at in range(len(plain) - LONGEST_RUN + 1))
    return any(part in _RUNS or part[::-1] in _RUNS for part in parts)


def credentials_in_text(text: str) -> Iterator[str]:
    """Names in the lines of a file or of a command that stand before a literal credential: `a=b`, `a: b`, `a b`."""
    for match in _SETTING.finditer(text):
        if is_credential(match[1], match[2]):
            yield match[1]
    if has_embedded_credential(text):
        yield "an address or token"


def credentials_in_command(text: str) -> Iterator[str]:
    """Each way in which a command line carries a literal credential: a flag, an assignment, an address."""
    for pattern in (_FLAG, *_PLACES):
        for match in pattern.finditer(text):
            value = match[1].strip("\"'")
            if _is_literal(value) and not _is_reference(value) and not _STAND_IN.fullmatch(value):
                yield match[0].strip().split("=")[0].split()[0]
    for match in _NAMED_FLAG.finditer(text):
        named = not _NO_SECRET_FLAG.search(match[1]) and not match[2].startswith("-")
        if named and is_credential(match[1].replace("-", "_"), match[2]):
            yield f"--{match[1]}"
    for match in _ASSIGNMENT.finditer(text):
        if is_credential(match[1], match[2]):
            yield match[1]
    if has_embedded_credential(text):
        yield "an address or token"


_USER_IN_ADDRESS = re.compile(r"(?<=://)[^/@\s\"']{1,300}(?=@)")
_AUTHORIZATION = re.compile(r"authorization:\s*(?:bearer|basic|token|digest)?\s*([^\s\"']+)", re.IGNORECASE)
_GIVEN = (_AUTHORIZATION, _QUERY_PASSWORD, _KEYWORD_PASSWORD, _FLAG, *_PLACES)


def masked(text: str) -> str:
    """The text without what could be a secret in it: tokens, passwords in addresses, what flags and headers give."""
    hidden = [match.span() for pattern in (_TOKEN_SHAPES, _USER_IN_ADDRESS) for match in pattern.finditer(text)]
    hidden += [match.span(1) for pattern in _GIVEN for match in pattern.finditer(text) if _is_literal(match[1])]
    hidden += [
        match.span(2)
        for pattern in (_NAMED_FLAG, _ASSIGNMENT, _SETTING)
        for match in pattern.finditer(text)
        if is_credential(match[1], match[2])
    ]
    for begin, end in sorted(hidden, reverse=True):
        text = f"{text[:begin]}…{text[end:]}"
    return text
