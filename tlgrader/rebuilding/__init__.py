"""A student's model built again in the judge, from evidence alone, and a training step of it taken again."""
