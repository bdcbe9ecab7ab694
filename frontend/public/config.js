// Default settings. In production the server replaces this file: see nginx.conf and app/core/http/spa.py.
window.APP_CONFIG = {};
