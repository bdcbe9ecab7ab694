from app.core import emails
from app.core.config import settings


async def send_test_mail(*, email: str) -> None:
    mail = emails.render("system/emails/test", subject=f"{settings.PROJECT_NAME} - Test email", email=email)
    await emails.send(mail, to=email)
