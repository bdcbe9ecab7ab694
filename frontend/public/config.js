// Default settings. In production the server replaces this file: see nginx.conf and app/core/dashboard.py.
window.APP_CONFIG = {};
