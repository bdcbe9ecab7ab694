"""`./scripts/doctor`: checks of the server, and the application's checks of itself."""
