"""The form that seals a plan: what stands in its fields, and the plan that they make."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from runoff_contracts.problem import FieldError
from runoff_web.launch_form import number_or_text
from runoff_web.lines import lines_of

FIELDS: Final = (
    "title", "hypothesis", "dataset", "split", "section", "models", "baseline", "metric",
    "direction", "margin", "alpha", "missing", "stopping", "n_entries", "min_entries",
    "max_entries",
)  # fmt: skip
DEFAULTS: Final = {
    "direction": "higher", "alpha": "0.05", "missing": "paired_only", "stopping": "all",
}  # fmt: skip


@dataclass(frozen=True)
class PlanForm:
    """Texts as they were typed."""

    texts: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.texts.get(name, "")

    def asked(self) -> dict[str, object]:
        """The plan; fields that are empty are left out."""
        selection = {name: self[name] for name in ("split", "section") if self[name]}
        plan: dict[str, object] = {
            name: self[name]
            for name in ("title", "hypothesis", "dataset", "baseline", "metric", "missing")
            if self[name]
        }
        plan |= {name: number_or_text(self[name]) for name in ("margin", "alpha") if self[name]}
        if selection:
            plan["selection"] = selection
        if models := lines_of(self["models"]):
            plan["models"] = models
        if stopping := self._stopping():
            plan["stopping"] = stopping
        return plan | {"higher_is_better": self["direction"] != "lower"}

    def _stopping(self) -> dict[str, object]:
        if self["stopping"] == "n_entries":
            return {"n_entries": number_or_text(self["n_entries"])}
        if self["stopping"] == "when_decided":
            bounds = {
                name: number_or_text(self[name])
                for name in ("min_entries", "max_entries")
                if self[name]
            }
            return {"when_decided": bounds}
        return {}


def errors_by_field(errors: Sequence[FieldError]) -> dict[str, str]:
    """What to say at each field of the form; what belongs to none stands under `form`."""
    said: dict[str, str] = {}
    for each in errors:
        parts = (each.field or "").split(".")
        name = next((part for part in reversed(parts) if part in FIELDS), "form")
        said[name] = f"{said[name]}; {each.message}" if name in said else each.message
    return said
