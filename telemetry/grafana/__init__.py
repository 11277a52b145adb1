"""What is told to a Grafana that is there already: links to traces, annotations for faults."""
