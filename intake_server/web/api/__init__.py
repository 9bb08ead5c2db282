"""The JSON API, ``/api/v1``: what devices, desks and scripts speak."""
