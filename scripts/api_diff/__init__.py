"""`./scripts/sdk-diff`: compares two OpenAPI documents."""
