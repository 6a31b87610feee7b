"""Tables: DataFrames where pandas is installed, else dicts of arrays."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np


#: Columns of texts, whatever they look like: a tensor may be called "nan".
_TEXTS = {"layer", "kind", "opcode", "unit", "tensor", "conflict", "model", "status", "message"}


def table_of(text: str) -> Any:
    """The table of a CSV with a header: a pandas DataFrame, or a dict of arrays by column."""
    try:
        import pandas
    except ImportError:
        rows = list(csv.reader(io.StringIO(text)))
        return {name: _column(name, [row[i] for row in rows[1:]]) for i, name in enumerate(rows[0])}
    columns = next(csv.reader(io.StringIO(text)))
    # As the dicts are: what is empty is missing, and nothing else; numbers to the last digit.
    return pandas.read_csv(io.StringIO(text), float_precision="round_trip", keep_default_na=False, na_values=[""],
                           dtype={name: str for name in columns if name in _TEXTS})


def _column(name: str, cells: list[str]) -> np.ndarray:
    """Whole numbers, else numbers with NaN for what is empty, else texts."""
    import numpy as np

    if name in _TEXTS:
        return np.array(cells, dtype=object)
    for kind, empty in ((np.int64, None), (np.float64, "nan")):
        try:
            return np.array([cell if cell or empty is None else empty for cell in cells]).astype(kind)
        except (ValueError, OverflowError):
            continue
    return np.array(cells, dtype=object)
