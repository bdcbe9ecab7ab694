"""${message}"""

import sqlalchemy as sa
from alembic import op

from app.core.migrations.steps import previous, set_lock_timeout

revision = ${repr(up_revision)}
down_revision = previous(__file__)
branch_labels = None
depends_on = None


def upgrade() -> None:
    set_lock_timeout()
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    set_lock_timeout()
    ${downgrades if downgrades else "pass"}
