from app.core.mail import messages, smtp
from app.core.settings import settings


async def send_test_mail(*, email: str) -> None:
    mail = messages.render("system/emails/test", subject=f"{settings.PROJECT_NAME} - Test email", email=email)
    await smtp.send(mail, to=email)
