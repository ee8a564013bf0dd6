"""Errors of the tools.

ToolError
├── UnreadableFile     the learner's file cannot be read as what it should be; the message says what to do
│   └── NotCompose     nothing in it is a Compose file's, though its name is
├── UnreadableBaseline a file of known findings is none
├── UploadRefused      a limit on files, names or sizes was exceeded
├── UnknownArtefact    a rubric names an artefact type that is not registered
├── LinterUnavailable  hadolint could not be run
├── BuilderUnavailable the engine, not the learner, failed
└── LabFailed          the lab engine can not be set up or run; a message for the operator
"""

from __future__ import annotations


class ToolError(Exception):
    """Base of all errors that this package raises on purpose."""


class UnreadableFile(ToolError):
    """A message for the learner: which file, what is wrong, what to do next."""


class NotCompose(UnreadableFile):
    """A file with the name of a Compose file that holds something else."""


class UnreadableBaseline(ToolError):
    """A message for whoever runs the inspection: which file, and how one is written."""


class UploadRefused(ToolError):
    """A message for the learner: which limit, and how to stay below it."""


class UnknownArtefact(ToolError):
    """A message for the author of a course: which name, and which there are."""


class LinterUnavailable(ToolError):
    """hadolint could not be started or gave no usable answer."""


class BuilderUnavailable(ToolError):
    """The engine cannot be used now; never the learner's fault."""


class LabFailed(ToolError):
    """A message for the operator: what is missing or did not work, and what to do next."""
