"""The import desk with base layers, overlays and plots."""

from pathlib import Path
from typing import Any

from tests.integration.services.cases.import_desk import Desk
from tests.integration.services.cases.office import (
    COORDINATOR,
)
from tests.integration.services.cases.patch_writing import (
    geojson,
    row,
)


class LandDesk(Desk):
    def load(
        self, file: Path, kind: str, day: str = "2024-12-31", name: str = "2024年度", **how: Any
    ) -> dict[str, Any]:
        """The version, loaded to its end."""
        body = {**self.store(file), "kind": kind, "valid_from": day, "version_name": name, **how}
        layer = self.office.command(COORDINATOR, "land_layer.load", body)
        assert self.worker().run_once()
        return self.office.query(COORDINATOR, "land_layer.get", id=layer["id"])

    def loaded(self, folder: Path, kind: str, rows: list[dict[str, Any]], shapes: list[Any], **options: Any) -> Any:
        file = folder / f"{kind}.geojson"
        file.write_bytes(geojson(rows, shapes))
        return self.load(file, kind, **options)

    def land_rows(self, layer: dict[str, Any]) -> list[tuple[Any, ...]]:
        found = self.office.query(COORDINATOR, "land_layer.rows", id=layer["id"])["items"]
        return [(one["row_no"], one["outcome"], one["field"], one["code"]) for one in found]

    def finish(self) -> None:
        worker = self.worker()
        while worker.run_once():
            pass

    def overlay(self, clue_id: str) -> dict[str, Any]:
        return self.office.query(COORDINATOR, "clue.get-overlay", id=clue_id)


def patch_clue(desk: LandDesk, folder: Path, shape: Any, **attributes: Any) -> str:
    """A clue made of one patch."""
    file = folder / "patch.geojson"
    file.write_bytes(geojson([row(1, **attributes)], [shape]))
    job = desk.imported(file)
    return str(desk.rows(job["id"])[0]["clue_id"])


def classes(*codes: str) -> list[dict[str, Any]]:
    return [{"DLBM": code} for code in codes]
