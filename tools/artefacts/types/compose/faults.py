"""Faults that are put back into a good Compose file."""

from __future__ import annotations

from tools.artefacts.faults import LineFault

FAULTS = (
    LineFault(
        r"^(?P<head>\s+image:\s*[\"']?[\w./-]+):[\w.-]+(?:@sha256:\w+)?(?P<tail>[\"']?\s*)$",
        lambda m: m["head"] + m["tail"],
    ),
    LineFault(
        r"^(?P<head>\s+.*condition:\s*)service_healthy(?P<tail>.*)$",
        lambda m: f"{m['head']}service_started{m['tail']}",
    ),
    LineFault(r"^(?P<head>\s+.*[\"'])127\.0\.0\.1:(?P<tail>\d+:\d+.*)$", lambda m: m["head"] + m["tail"]),
    LineFault(
        r"^(?P<indent>\s+)(?P<name>\w*(?:PASSWORD|SECRET|TOKEN|KEY)):\s*.*$",
        lambda m: f"{m['indent']}{m['name']}: winter2024",
    ),
)
