"""For whoever runs gunicorn by hand instead of ``dodomu serve``.

That does the same, with one process more that writes for all workers: forms that come
one by one are served faster then.

DODOMU_DATA=/var/lib/dodomu gunicorn --config gunicorn.conf.py
"""

wsgi_app = "intake_server.cli.serving:application()"
bind = "127.0.0.1:8080"

# No state lives in a worker, so their number is free; two suit two cores.
workers = 2
worker_class = "gthread"
threads = 8

# A large exchange over a thin line takes its time.
timeout = 120

umask = 0o077
loglevel = "warning"
control_socket_disable = True

# The key of a phone stands in the path, so there is no access log.
accesslog = None
