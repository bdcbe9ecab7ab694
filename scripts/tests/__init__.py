"""Tests of the scripts, of the deployment files and of the guides. Run with the backend's, by its environment."""
