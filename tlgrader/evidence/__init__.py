"""Evidence: plain data that describes a student's object.

`observe.Observer` makes it where the object lives; `kinds` are its forms; `Observation` joins it to a name.
"""

from tlgrader.evidence.kinds import Evidence
from tlgrader.evidence.observation import NotAsDescribed, Observation, Source, to_argument

__all__ = ["Evidence", "NotAsDescribed", "Observation", "Source", "to_argument"]
