"""Numbers by name that are one array: one operation for all of them where there would be one for each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import jax
import jax.numpy as jnp
from jax import Array


@jax.tree_util.register_dataclass
@dataclass(frozen=True, eq=False)
class Packed(Mapping[str, Array]):
    """Numbers by name, each (1)."""

    array: Array
    """(name)."""
    names: tuple[str, ...] = field(metadata={"static": True})

    def __getitem__(self, name: str) -> Array:
        if name not in self.names:
            raise KeyError(name)
        place = self.names.index(name)
        return self.array[place : place + 1]

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)


def packed(numbers: Mapping[str, Array]) -> Packed:
    """Numbers, each (1), as one array; at least one."""
    return Packed(jnp.concatenate(list(numbers.values())), tuple(numbers))
