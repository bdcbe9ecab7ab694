"""The embedded stack that `./scripts/start` runs without Docker: PostgreSQL, mailbox, API and dashboard."""
