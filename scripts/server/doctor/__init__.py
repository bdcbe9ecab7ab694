"""`./scripts/doctor`: what only the server can know, and what the application says about itself."""
