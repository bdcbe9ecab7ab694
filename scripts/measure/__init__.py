"""Measurements of the dashboard in a browser, and of deployments under load."""
