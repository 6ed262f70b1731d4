"""The only place that touches a framework, a file format or a process."""
