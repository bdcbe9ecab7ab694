"""The development stack: `scripts/start` and `scripts/test`. The production image carries none of it."""
