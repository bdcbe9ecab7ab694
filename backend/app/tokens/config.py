from pydantic import Field

from app.core.settings import EnvSettings, load


class TokensSettings(EnvSettings):
    # Never the beginning of a JWT, "eyJ": the prefix says which kind of token it is.
    TOKEN_PREFIX: str = Field(default="gw_", pattern=r"^[a-z][a-z0-9]{0,15}_$")
    TOKEN_MAX_DAYS: int = Field(default=3650, ge=1, le=3650)


settings = load(TokensSettings)
