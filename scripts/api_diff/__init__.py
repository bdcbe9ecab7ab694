"""`./scripts/sdk-diff`: compare two OpenAPI documents."""
