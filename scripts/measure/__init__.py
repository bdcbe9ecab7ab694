"""Measures the dashboard in a browser, and deployments under load."""
