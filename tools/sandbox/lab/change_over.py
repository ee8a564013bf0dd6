"""From one choice of the operator's to another: all is checked and prepared first, and can be undone."""

from __future__ import annotations

from dataclasses import dataclass

from tools.sandbox.lab import disk
from tools.sandbox.lab.limits import LabConfig
from tools.sandbox.lab.machine import check_choice
from tools.sandbox.lab.places import Places


@dataclass(frozen=True)
class ChangeOver:
    places: Places
    former: LabConfig
    wanted: LabConfig

    @property
    def changes(self) -> bool:
        return self.wanted != self.former

    @property
    def _another_disk(self) -> bool:
        sizes = self.wanted.disk_bytes, self.wanted.inodes
        return self.places.pristine.exists() and sizes != (self.former.disk_bytes, self.former.inodes)

    def check(self) -> None:
        """Raises LabFailed with nothing changed; a disk of another size is ready beside the one that is in use."""
        self._mend()
        check_choice(self.wanted)
        if self._another_disk or not self.places.pristine.exists():
            disk.check_room(self.places.folder, self.wanted.disk_bytes)
        if self._another_disk:
            disk.resized(self.places.pristine, self.places.next_pristine, self.wanted.disk_bytes)

    def make(self) -> None:
        if self.places.next_pristine.exists():
            self.places.pristine.replace(self.places.former_pristine)
            self.places.next_pristine.replace(self.places.pristine)
        self.wanted.write(self.places.config)

    def undo(self) -> None:
        if self.places.former_pristine.exists():
            self.places.former_pristine.replace(self.places.pristine)
        self.former.write(self.places.config)

    def done(self) -> None:
        self.places.former_pristine.unlink(missing_ok=True)

    def _mend(self) -> None:
        """What a change that was cut off left."""
        self.places.next_pristine.unlink(missing_ok=True)
        if self.places.former_pristine.exists() and not self.places.pristine.exists():
            self.places.former_pristine.replace(self.places.pristine)
        self.places.former_pristine.unlink(missing_ok=True)
