"""Two features that exist only during the checks of the template; one of them needs the other."""

from pathlib import Path

FILES = {
    "backend/app/{f}/__init__.py": "",
    "backend/app/{f}/models.py": """import uuid

from sqlmodel import Field, SQLModel

from app.core.ids import new_id
from app.core.models import READ_WRITE


class {F}(SQLModel, table=True):
    __tablename__ = "{f}"
    __grants__ = READ_WRITE

    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    owner_id: uuid.UUID = Field(foreign_key="users.id", ondelete="CASCADE", index=True)
    name: str = Field(max_length=100)
""",
    "backend/app/{f}/config.py": """from app.core.settings import EnvSettings, load


class {F}Settings(EnvSettings):
    {U}_LIMIT: int = 10


settings = load({F}Settings)
""",
    "backend/app/{f}/mails.py": """from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.mail.messages import Letter, mail
from app.core.mail.models import Mail


@mail(subject="{{project_name}} - Hello", sample={{"email": "ada@example.com"}})
async def hello(session: AsyncSession, row: Mail) -> Letter | None:
    return Letter(row.address, {{"email": row.address}}) if row.address else None
""",
    "backend/app/{f}/emails/hello.mjml": """{{% extends "core/mail/layout.mjml" %}}
{{% block content %}}
<mj-text>Hello from {f}, {{{{ email }}}}</mj-text>
{{% endblock %}}
{{% block preheader %}}Hello{{% endblock %}}
{{% block reason %}}You received this email because you asked for it.{{% endblock %}}
""",
    "backend/app/{f}/emails/hello.txt": (
        "Hello from {f}, {{{{ email }}}}\n\nYou received this email because you asked for it.\n"
    ),
    "backend/app/{f}/routes.py": """from fastapi import APIRouter

from app.auth.deps import CurrentUser
from app.core.models import Count{down_import}
from app.{f}.config import settings

router = APIRouter(prefix="/{f}", tags=["{f}"])


@router.get("/limit", response_model=Count)
async def read_{f}_limit(current_user: CurrentUser) -> Count:
    return Count(count={limit})
""",
    "backend/app/alembic/versions/{n}_{f}.py": '''"""{F}."""

import sqlalchemy as sa
from alembic import op

from app.core.migrations.steps import previous, set_lock_timeout

revision = "{n}_{f}"
down_revision = previous(__file__)
branch_labels = None
depends_on = None


def upgrade() -> None:
    set_lock_timeout()
    op.create_table(
        "{f}",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("owner_id", sa.Uuid(), sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
    )
    op.create_index("ix_{f}_owner_id", "{f}", ["owner_id"])


def downgrade() -> None:
    set_lock_timeout()
    op.drop_table("{f}")
''',
    "backend/tests/{f}/__init__.py": "",
    "backend/tests/{f}/test_limit.py": """from httpx2 import AsyncClient
from sqlmodel.ext.asyncio.session import AsyncSession

from tests.auth.factories import signed_in_user


async def test_limit_is_the_setting(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_user(session)
    assert (await client.get("/api/v1/{f}/limit", headers=headers)).json() == {{"count": {expected}}}
""",
    "frontend/src/features/{f}/feature.ts": """import {{ Box }} from "lucide-react";
import {{ defineFeature }} from "@/lib/define-feature";

export default defineFeature({{
  nav: [{{ title: "{F}", to: "/{f}", icon: Box, order: 50 }}],
}});
""",
    "frontend/src/features/{f}/routes/app/{f}.tsx": """import {{ createFileRoute }} from "@tanstack/react-router";
import {{ PageHeader }} from "@/components/layout/page-header";

export const Route = createFileRoute("/_app/{f}")({{
  staticData: {{ title: "{F}" }},
  component: {F}Page,
}});

function {F}Page() {{
  return <PageHeader title="{F}" description="A page for a check." />;
}}
""",
    "frontend/src/features/{f}/{f}.test.tsx": """import {{ screen }} from "@testing-library/react";
import {{ expect, it }} from "vitest";
import {{ user }} from "@/test/factories";
import {{ renderApp }} from "@/test/render";
import {{ signedInAs }} from "@/test/server";

it("has a page", async () => {{
  signedInAs(user());
  await renderApp("/{f}");
  expect(await screen.findByRole("heading", {{ name: "{F}" }})).toBeVisible();
}});
""",
    "frontend/e2e/pages/cases/{f}.ts": """import type {{ OverlayCase, PageCase }} from "../page-case";

export const pages: PageCase[] = [{{ route: "/{f}", heading: "{F}" }}];
export const overlays: OverlayCase[] = [];
""",
}
QUESTION = """
{f}:
  type: bool
  help: {F}?
  default: true
{validator}
"""
VALIDATOR = """  validator: "{{% if {f} and not {down} %}}{F} need {down}: say yes to both.{{% endif %}}"
"""
SETTING = """
# --- {F} -------------------------------------------------------------------------------------
# The maximum number of {f} per user.
{U}_LIMIT=10
"""


def add_feature(root: Path, feature: str, number: int, *, down: str = "") -> None:
    """Write the files of a new optional feature, and its question in copier.yml. `down` is a feature it imports."""
    words = {
        "f": feature,
        "F": feature.capitalize(),
        "U": feature.upper(),
        "n": f"{number:04}",
        "down_import": f"\nfrom app.{down}.config import settings as lower" if down else "",
        "limit": f"settings.{feature.upper()}_LIMIT" + (f" + lower.{down.upper()}_LIMIT" if down else ""),
        "expected": 20 if down else 10,
        "down": down,
    }
    for name, content in FILES.items():
        path = root / name.format(**words)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content.format(**words), encoding="utf-8")
    validator = VALIDATOR.format(**words) if down else ""
    questions, marker, rest = (root / "copier.yml").read_text(encoding="utf-8").partition("\n# --- Not asked")
    question = QUESTION.format(**words, validator=validator).rstrip() + "\n"
    (root / "copier.yml").write_text(questions + question + marker + rest, encoding="utf-8")
    rules = root / "backend" / "pyproject.toml"
    layer, place = (f'"({feature})",', '    """\n      system') if down else (f"| ({feature})", "    | (items)")
    before, place, after = rules.read_text(encoding="utf-8").partition(place)
    rules.write_text(f"{before}    {layer}\n{place}{after}", encoding="utf-8")
    with (root / ".env").open("a", encoding="utf-8") as env:
        env.write(SETTING.format(**words))
