"""Reads ARFF files of quoted texts and nominal classes: what this notebook needs of the package liac-arff."""

import csv
import re


def load(file):
    """Relation, attributes and rows, as ``arff.load`` of liac-arff returns them."""
    found = {"relation": "", "attributes": [], "data": []}
    lines = iter(file)
    for line in lines:
        word, _, rest = line.strip().partition(" ")
        if word.lower() == "@relation":
            found["relation"] = rest
        elif word.lower() == "@attribute":
            name, kind = rest.split(None, 1)
            values = re.findall(r"[^{},\s]+", kind)
            found["attributes"].append((name, values if kind.startswith("{") else kind))
        elif word.lower() == "@data":
            found["data"] = list(csv.reader(lines, quotechar="'", skipinitialspace=True))
    return found
