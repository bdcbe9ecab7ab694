// Who serves the dashboard answers this address with the settings of its place: nginx.conf, app/core/dashboard.py.
window.APP_CONFIG = {};
