"""Calibration: thresholds come from what right and weak solutions were measured to reach.

`runs` measures them, `rates` chooses thresholds and grey zones and estimates the error rates, `stored` keeps it
all in ``reference.json``, and `picture` draws it.
"""
