"""Where a run's metrics go: OTLP, Prometheus's remote write, and a page that Prometheus reads."""
