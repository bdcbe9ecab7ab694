"""The embedded stack that `./scripts/start` runs: PostgreSQL, mailbox, API and dashboard, without Docker."""
