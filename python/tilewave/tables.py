"""Tables: DataFrames where pandas is installed, else dicts of arrays."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np


def table_of(text: str) -> Any:
    """The table of a CSV with a header: a pandas DataFrame, or a dict of arrays by column."""
    try:
        import pandas
    except ImportError:
        rows = list(csv.reader(io.StringIO(text)))
        return {name: _column([row[i] for row in rows[1:]]) for i, name in enumerate(rows[0])}
    return pandas.read_csv(io.StringIO(text))


def _column(cells: list[str]) -> np.ndarray:
    """Whole numbers, else numbers with NaN for what is empty, else texts."""
    import numpy as np

    for kind, empty in ((np.int64, None), (np.float64, "nan")):
        try:
            return np.array([cell if cell or empty is None else empty for cell in cells]).astype(kind)
        except (ValueError, OverflowError):
            continue
    return np.array(cells, dtype=object)
