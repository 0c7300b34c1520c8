"""Three public notebooks, of three other hands, made into a course: see `docs/public-notebooks.md`."""
