"""Models of challenges and of the step-up, apart from `models.py` because of its length."""

from sqlmodel import Field, SQLModel

from app.users.models import AnyPassword


class ChallengeAnswer(SQLModel):
    """The proof that a challenge asks for."""

    token: str = Field(max_length=512)
    kind: str = Field(max_length=32)
    answer: str = Field(max_length=4_000)
    """A code, or a document as JSON text."""


class TokenChallengeAnswer(ChallengeAnswer):
    scope: str = Field(default="", max_length=1_000)
    """As in `POST /login/access-token`."""


class Reauthentication(SQLModel):
    """The password, or the answer to a challenge of `POST /login/reauthenticate/challenge`."""

    password: AnyPassword | None = None
    challenge: ChallengeAnswer | None = None
