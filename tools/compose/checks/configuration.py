"""B2: what differs per environment arrives from outside, and no credential stands in the file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tools.compose import ENVIRONMENT
from tools.compose.document import Mapping, Place, Scalar
from tools.compose.interpolation import read_dotenv, read_text
from tools.compose.rules import ComposeHit, ComposeRule
from tools.compose.stack import Service, Setting, Stack, Value
from tools.credentials import credentials_in_command, has_embedded_credential, is_credential
from tools.errors import UnreadableFile
from tools.findings import Severity, Verdict
from tools.uploads.files import SourceFile

MAX_CONTENT = 20_000  # characters of an inline file that are read
_SECRETS = "https://docs.docker.com/compose/how-tos/use-secrets/"
_VARIABLES = "https://docs.docker.com/compose/how-tos/environment-variables/"
_CONFIG = "https://12factor.net/config"
_URL_HOST = re.compile(r"\b[a-z][a-z0-9+.-]{1,20}://(?:[^\s/@]{0,200}@)?([\w.-]{1,253})", re.IGNORECASE)
_PRODUCTION_HOST = re.compile(
    r"(?:^|[.-])(?:prod|production|stag|staging|stage|uat|live)(?:[.-]|\d*\.)|"
    r"\.(?:rds|elasticache|cache)\.amazonaws\.com$|\.(?:database|redis\.cache)\.windows\.net$",
    re.IGNORECASE,
)
_TEMPLATE = re.compile(r"example|sample|template|dist|tpl|default", re.IGNORECASE)


def _values(service: Service) -> Iterator[tuple[str, Setting]]:
    """Where settings of a service stand: what the place is called, and the setting."""
    for setting in service.environment:
        yield "environment", setting
    for setting in service.build.args if service.build else ():
        yield "build arguments", setting
    for setting in service.labels:
        yield "labels", setting


def _fallback(name: str, value: Value) -> bool:
    """Whether a variable's own default is the credential."""
    return any(
        variable.default is not None
        and variable.default.is_literal
        and (is_credential(name, variable.default.raw) or is_credential(variable.name, variable.default.raw))
        for variable in value.variables
    )


def literal_credential(stack: Stack) -> Iterator[ComposeHit]:
    for service in stack.services.values():
        for where, setting in _values(service):
            if setting.value is None or _fallback(setting.name, setting.value):
                continue
            name = setting.name if where != "labels" else setting.name.rpartition(".")[2]
            if is_credential(name, setting.value.written):
                yield ComposeHit(setting.place, {"service": service.name, "name": setting.name, "where": where})


def fallback_credential(stack: Stack) -> Iterator[ComposeHit]:
    for service in stack.services.values():
        for _, setting in _values(service):
            if setting.value is not None and _fallback(setting.name, setting.value):
                yield ComposeHit(setting.place, {"service": service.name, "name": setting.name})
        for value in service.command:
            if any(
                variable.default is not None and is_credential(variable.name, variable.default.raw)
                for variable in value.variables
            ):
                yield ComposeHit(value.place, {"service": service.name, "name": "its command"})


def credential_in_command(stack: Stack) -> Iterator[ComposeHit]:
    for service in stack.services.values():
        for values in (service.command, service.healthcheck.test if service.healthcheck else (), *service.hooks):
            line = " ".join(_without_fallbacks(value) for value in values)
            for how in dict.fromkeys(credentials_in_command(line)):
                place = next((value.place for value in values if how in value.written), values[0].place)
                yield ComposeHit(place, {"service": service.name, "how": how})
                break


def _without_fallbacks(value: Value) -> str:
    return "".join(part if isinstance(part, str) else "${" + part.name + "}" for part in value.source.parts)


def credential_in_inline_file(stack: Stack) -> Iterator[ComposeHit]:
    """`configs: x: content:` writes a file into the container; its lines count as settings."""
    configs = stack.root.get("configs")
    for entry in configs if isinstance(configs, Mapping) else ():
        content = entry.value.get("content") if isinstance(entry.value, Mapping) else None
        if isinstance(content, Scalar) and any(
            _is_secret_line(line) for line in content.value[:MAX_CONTENT].splitlines()
        ):
            yield ComposeHit(content.place, {"config": entry.key.value})


_PAIR = re.compile(r"\s*[\"']?([A-Za-z_][\w.-]*)[\"']?\s*[:=]\s*(.+)")


def _is_secret_line(line: str) -> bool:
    match = _PAIR.match(line)
    written = read_text(match[2].rstrip(", ")).written if match else ""
    return has_embedded_credential(written or line) or (match is not None and is_credential(match[1], written))


def fixed_environment(stack: Stack) -> Iterator[ComposeHit]:
    for service in stack.services.values():
        named = [(f"`{setting.name}`", setting.value) for _, setting in _values(service) if setting.value is not None]
        for name, value in (*named, *(("The command", value) for value in service.command)):
            hosts = _URL_HOST.findall(_without_fallbacks(value))
            if any("." in host and _PRODUCTION_HOST.search(host) for host in hosts):
                yield ComposeHit(value.place, {"service": service.name, "name": name})


def uploaded_secrets(stack: Stack) -> Iterator[ComposeHit]:
    for file in stack.upload.of_kind(ENVIRONMENT):
        if _TEMPLATE.search(file.path):
            continue
        try:
            values = read_dotenv(file.text)
        except UnreadableFile:
            continue
        lines = [line for name, (value, line) in values.items() if value and is_credential(name, value)]
        if lines:
            yield ComposeHit(Place(file.path, min(lines), min(lines)), {"file": file.path, "count": str(len(lines))})


def variables_without_values(stack: Stack) -> Iterator[ComposeHit]:
    """Variables that neither a default nor an uploaded env file or its template gives."""
    given = {name for file in stack.upload.of_kind(ENVIRONMENT) for name in _names(file)}
    missing: dict[str, Value] = {}
    for value in stack.values():
        for name in value.source.unset(stack.env):
            if name not in given:
                missing.setdefault(name, value)
    if missing:
        first = next(iter(missing.values()))
        yield ComposeHit(first.place, {"names": ", ".join(f"`{name}`" for name in list(missing)[:5])})


def _names(file: SourceFile) -> Iterable[str]:
    try:
        return read_dotenv(file.text)
    except UnreadableFile:
        return ()


RULES = (
    ComposeRule(
        "compose-literal-credential",
        "B2",
        Severity.ERROR,
        Verdict.NOT_MET,
        "`{name}` in the {where} of `{service}` holds a credential that everyone with this file can read.",
        "Who can read this file, and how would you give staging another value of `{name}` without editing it?",
        literal_credential,
        (_SECRETS, _CONFIG),
        bad="services: {api: {build: ., mem_limit: 1g, environment: {API_TOKEN: b7c4e0a91f}}}",
        good={
            "compose.yaml": "services: {api: {build: ., mem_limit: 1g, environment: {API_TOKEN: '${API_TOKEN:?}'}}}",
            ".env.example": "API_TOKEN=\n",
        },
    ),
    ComposeRule(
        "compose-fallback-credential",
        "B2",
        Severity.ERROR,
        Verdict.NOT_MET,
        "`{name}` of `{service}` has a credential as its fallback, which is used wherever nobody sets the variable.",
        "What would you rather see when the variable is missing: a start with a known password, or an error?",
        fallback_credential,
        ("https://docs.docker.com/reference/compose-file/interpolation/", _SECRETS),
        bad="services: {api: {build: ., mem_limit: 1g, environment: {API_TOKEN: '${API_TOKEN:-b7c4e0a91f}'}}}",
        good="services: {api: {build: ., mem_limit: 1g, environment: {API_TOKEN: '${API_TOKEN:-}'}}}",
    ),
    ComposeRule(
        "compose-credential-in-command",
        "B2",
        Severity.ERROR,
        Verdict.NOT_MET,
        "A command of `{service}` carries a credential ({how}); it also shows in every process list.",
        "How could this process get the credential when it starts, so that neither file nor process list has it?",
        credential_in_command,
        (_SECRETS,),
        bad="services: {api: {build: ., mem_limit: 1g, command: 'serve --token b7c4e0a91f'}}",
        good="services: {api: {build: ., mem_limit: 1g, command: 'serve --token-file /run/secrets/token'}}",
    ),
    ComposeRule(
        "compose-credential-in-config",
        "B2",
        Severity.ERROR,
        Verdict.NOT_MET,
        "The inline file `{config}` holds a credential.",
        "Which of its lines differ per environment, and which mechanism of Compose is made for values like that?",
        credential_in_inline_file,
        (_SECRETS,),
        bad="services: {api: {build: ., mem_limit: 1g}}\nconfigs: {app: {content: 'password = b7c4e0a91f'}}",
        good="services: {api: {build: ., mem_limit: 1g}}\nconfigs: {app: {content: 'password_file = /run/secrets/db'}}",
    ),
    ComposeRule(
        "compose-fixed-environment",
        "B2",
        Severity.WARNING,
        Verdict.PARTLY,
        "{name} of `{service}` names the host of one particular environment.",
        "What must a colleague change in this file to run the same stack against another environment?",
        fixed_environment,
        (_VARIABLES, _CONFIG),
        bad="services: {api: {build: ., mem_limit: 1g, environment: {SEARCH_URL: 'https://search.prod.example.org'}}}",
        good="services: {api: {build: ., mem_limit: 1g, environment: {SEARCH_URL: '${SEARCH_URL:-https://search.prod.example.org}'}}}",
    ),
    ComposeRule(
        "compose-uploaded-secrets",
        "B2",
        Severity.WARNING,
        None,
        "`{file}` came along with values that look like real credentials ({count}).",
        "Who else receives this file when you share your work, and is it kept out of version control and of the image?",
        uploaded_secrets,
        (_VARIABLES,),
        bad={
            "compose.yaml": "services: {api: {build: ., mem_limit: 1g, env_file: .env}}",
            ".env": "API_TOKEN=b7c4e0a91f\n",
        },
        good={"compose.yaml": "services: {api: {build: ., mem_limit: 1g, env_file: .env}}", ".env": "API_TOKEN=\n"},
    ),
    ComposeRule(
        "compose-variables-undocumented",
        "B2",
        Severity.INFO,
        None,
        "{names} must be set from outside, and nothing in the upload says which values the stack needs.",
        "How does a newcomer learn which variables to set before the first start?",
        variables_without_values,
        (_VARIABLES,),
        bad="services: {api: {build: ., mem_limit: 1g, environment: {REGION: '${REGION}'}}}",
        good={
            "compose.yaml": "services: {api: {build: ., mem_limit: 1g, environment: {REGION: '${REGION}'}}}",
            ".env.example": "REGION=eu-west-1\n",
        },
    ),
)
