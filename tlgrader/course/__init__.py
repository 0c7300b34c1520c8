"""The course on disk: its paths, its exercises, its submissions, its corpus."""
