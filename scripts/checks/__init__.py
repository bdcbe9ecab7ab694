"""`./scripts/test` with its parts, and `./scripts/vulnerabilities`."""
