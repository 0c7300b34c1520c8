"""A workshop's two notebooks, which are not ours to keep here, made into a course: see `docs/workshop.md`."""
