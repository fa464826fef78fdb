"""The ground of every value that is written to a file."""

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """A frozen value; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")
