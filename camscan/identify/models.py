"""What a model name tells: the class of device, the brand, and, where the name is nobody else's, the maker.

A prefix names a family. Rules stand in one order and the first that fits wins. A rule of less than strong confidence
says something only beside another sign of its maker (see ``signs``): the forms of names collide between firms.
"""

from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from camscan.device import Kind, Strength
from camscan.errors import ParseError, SignatureError
from camscan.identify.format import LITERAL_LIMIT, Slug
from camscan.safe.pattern import Pattern, compile_text

NAME_LIMIT = 80
"""Characters of a model name that are looked at; the longest real one known has 24."""

REMEMBERED = 20_000
"""Names whose rule is kept; about 4 MB."""

_NO_NAME = frozenset(
    {
        "", "-", "n/a", "na", "none", "null", "unknown", "default", "model", "name", "hardware", "device", "ipc",
        "ipc-model", "ipcam", "ip camera", "ipcamera", "ip dome", "ipdome", "camera", "network camera", "nvt", "dvr",
        "nvr", "hcvr", "xvr", "onvif", "onvif_device", "imcp", "hd ipc", "private", "general", "embedded net dvr",
        "network video recorder", "(not stated)",
    }
)  # fmt: skip
"""What firmware puts in the field when nobody filled it in: seen in captures, says nothing of the device."""


class ModelRule(BaseModel):
    """One rule. ``names_maker``: the maker is named too, where this second pattern fits as well."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pattern: Annotated[str, Field(min_length=2, max_length=LITERAL_LIMIT)]
    maker: Slug | None = None
    brand: Slug | None = None
    kind: Kind | None = None
    series: str
    confidence: Strength
    names_maker: Annotated[str, Field(min_length=2, max_length=LITERAL_LIMIT)] | None = None
    note: str = ""
    source: str

    @field_validator("pattern", "names_maker")
    @classmethod
    def _compiles(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                compile_text(value)
            except ParseError as error:
                raise ValueError(str(error)) from None
        return value


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    model: tuple[ModelRule, ...] = ()


class ModelRules:
    """The rules in their order."""

    def __init__(self, rules: Sequence[ModelRule]) -> None:
        self.rules = tuple(rules)
        self._remembered: dict[str, tuple[ModelRule, bool] | None] = {}

    @cached_property
    def _compiled(self) -> tuple[tuple[Pattern[str], Pattern[str] | None, ModelRule], ...]:
        return tuple(
            (
                compile_text(f"(?i){rule.pattern}"),
                compile_text(f"(?i){rule.names_maker}") if rule.names_maker else None,
                rule,
            )
            for rule in self.rules
        )

    @cached_property
    def _gate(self) -> Pattern[str]:
        """One pattern for all rules: most names that are asked for fit none, and one search says so."""
        return compile_text(f"(?i){'|'.join(f'(?:{rule.pattern})' for rule in self.rules)}")

    def find(self, model: str) -> tuple[ModelRule, bool] | None:
        """The first rule that fits a model name, and whether the name is proof enough of its maker."""
        name = clean_model(model)
        if name is None or not self.rules:
            return None
        if name not in self._remembered:
            if len(self._remembered) >= REMEMBERED:
                self._remembered.clear()
            self._remembered[name] = self._search(name)
        return self._remembered[name]

    def _search(self, name: str) -> tuple[ModelRule, bool] | None:
        if self._gate.search(name) is None:
            return None
        for pattern, names_maker, rule in self._compiled:
            if pattern.search(name):
                return rule, rule.maker is not None and names_maker is not None and names_maker.search(name) is not None
        return None


_CODE = compile_text(r"^F000B[0-9A-F]{3}$")
"""Bosch writes the code of its hardware where others write the model."""


@lru_cache(maxsize=REMEMBERED)
def clean_model(text: str) -> str | None:
    """A model name without its surroundings, or None where the text is a placeholder."""
    name = text.strip().strip('"').strip()
    return None if name.casefold() in _NO_NAME or len(name) > NAME_LIMIT or _CODE.search(name) else name


def parse_models(where: str, data: dict[str, object]) -> ModelRules:
    """Rules from the parsed file. Raises SignatureError where one is wrong."""
    try:
        return ModelRules(_File.model_validate(data).model)
    except ValidationError as error:
        first = error.errors()[0]
        at = ".".join(str(part) for part in first["loc"])
        raise SignatureError(f"{where}:1", f"{at}: {first['msg']}") from None
