"""The process itself: supervision, its end, heartbeats, logs, and which clock is used for what."""
