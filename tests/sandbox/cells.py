"""Short words for running cells in tests."""

from tlgrader.sandbox.handle import CellResult, Worker

TIMEOUT_S = 20.0


def run(worker: Worker, source: str, timeout_s: float = TIMEOUT_S) -> CellResult:
    """Run `source` as one cell."""
    return worker.run(source, timeout_s=timeout_s)


def printed(worker: Worker, source: str) -> str:
    """What `source` prints to stdout; the cell must end well."""
    result = run(worker, source)
    assert (result.status, result.reason) == ("ok", ""), result
    return "".join(o["text"] for o in result.outputs if o.get("name") == "stdout")


def refused(worker: Worker, source: str) -> str:
    """The exception that `source` meets."""
    result = run(worker, source)
    assert result.status == "error", result
    return result.reason


def kinds(result: CellResult) -> list[str]:
    """The kinds of a cell's outputs, streams by their names."""
    return [output.get("name", output["output_type"]) for output in result.outputs]
