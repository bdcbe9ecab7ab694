"""The mails of this feature."""

from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.mail.messages import Letter, mail
from app.core.mail.models import Mail


@mail(subject="{project_name} - Test email", sample={"email": "ada@example.com"})
async def test_mail(session: AsyncSession, row: Mail) -> Letter | None:
    return Letter(row.address, {"email": row.address}) if row.address else None
