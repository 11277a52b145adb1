"""Grafana dashboards, built by code from the names file: pure, from names to JSON.

`python -m telemetry.dashboards FOLDER` writes them. No expression holds a metric's or an
attribute's name: each is put together from `telemetry.names`, so that a renamed one moves in every
panel, and one that is gone breaks the build.
"""
