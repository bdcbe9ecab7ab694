// Who serves the dashboard answers this address with the settings of its place: nginx.conf, app/core/http/spa.py.
window.APP_CONFIG = {};
