"""Results as the connector expects them, where fakesnow's are not."""

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc


def to_ipc(table: pa.Table) -> pa.Buffer:
    """Any number of batches; fakesnow takes one."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table.combine_chunks())
    return sink.getvalue()


def moments_with_nulls(moments: Any) -> Any:
    """fakesnow sends a null as 1970."""
    whole = moments.combine_chunks() if isinstance(moments, pa.ChunkedArray) else moments
    kind = pa.timestamp("us", whole.type.tz)
    micros: Any = whole.cast(kind).cast(pa.int64()).fill_null(0)
    floor = pc.floor_temporal(micros.cast(kind), unit="second").cast(pa.int64())
    children = {
        "epoch": pc.divide(floor, 1_000_000),
        "fraction": pc.multiply(pc.subtract(micros, floor), 1000).cast(pa.int32()),
    }
    if whole.type.tz:
        children["timezone"] = pa.array([1440] * len(whole), pa.int32())
    fields = [pa.field(name, array.type, nullable=False) for name, array in children.items()]
    return pa.StructArray.from_arrays(list(children.values()), fields=fields, mask=whole.is_null())
