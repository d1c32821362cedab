"""Writes Parquet files of every type by pyarrow, with their extremes, and prints what pyarrow itself reads of them."""
import datetime as dt, decimal, json, sys
import pyarrow as pa, pyarrow.parquet as pq

folder = sys.argv[1]
most = 2**63
days = lambda values: pa.array(values, pa.int32()).cast(pa.date32())
columns = {
    "boolean": pa.array([True, None]),
    "int8": pa.array([-128, 127], pa.int8()),
    "int16": pa.array([-32768, 32767], pa.int16()),
    "int32": pa.array([-(2**31), 2**31 - 1], pa.int32()),
    "int64": pa.array([-most, most - 1], pa.int64()),
    "uint8": pa.array([255, None], pa.uint8()),
    "uint16": pa.array([65535, None], pa.uint16()),
    "uint32": pa.array([2**32 - 1, None], pa.uint32()),
    "uint64": pa.array([2**64 - 1, 5], pa.uint64()),
    "uint64 in a list": pa.array([[2**64 - 1, None], None], pa.list_(pa.uint64())),
    "float16": pa.array([1.5, None], pa.float16()),
    "float": pa.array([-0.0, 3.4028234663852886e38, float("nan")], pa.float32()),
    "double": pa.array([5e-324, 1.7976931348623157e308, float("inf")]),
    "string": pa.array(["é\0", "", None]),
    "large string": pa.array(["é", None], pa.large_string()),
    "string view": pa.array(["é", None], pa.string_view()),
    "binary": pa.array([b"\0\xff", b"", None]),
    "fixed binary": pa.array([b"abcd", None], pa.binary(4)),
    "dictionary": pa.array(["a", "b", None]).dictionary_encode(),
    "date": pa.array([dt.date(1, 1, 1), dt.date(1582, 10, 10), dt.date(9999, 12, 31)]),
    "far date": days([2**31 - 2, -(2**31) + 2]),
    "date64": pa.array([0, 86_400_000], pa.date64()),
    "time s": pa.array([86399, None], pa.time32("s")),
    "time ms": pa.array([86399999, None], pa.time32("ms")),
    "time us": pa.array([86399999999, None], pa.time64("us")),
    "time ns": pa.array([1001, None], pa.time64("ns")),
    "timestamp s": pa.array([0, -1], pa.timestamp("s")),
    "timestamp ms": pa.array([253402300799999, -62135596800000], pa.timestamp("ms")),
    "timestamp us": pa.array([-1, 1, -11676009600000000], pa.timestamp("us")),
    "timestamp of a zone": pa.array([0, 1], pa.timestamp("us", "Europe/Berlin")),
    "timestamp ns": pa.array([1000, -2000, None], pa.timestamp("ns")),
    "timestamp ns of a rest": pa.array([1001, None], pa.timestamp("ns")),
    "timestamp ns before 1970": pa.array([-1, None], pa.timestamp("ns")),
    "timestamp ns in a list": pa.array([[{"t": 1001}]], pa.list_(pa.struct([("t", pa.timestamp("ns"))]))),
    "far timestamp": pa.array([most - 2], pa.timestamp("us")),
    "far timestamp ms": pa.array([most // 1000 + 1], pa.timestamp("ms")),
    "decimal 9": pa.array([decimal.Decimal("-1234567.89")], pa.decimal128(9, 2)),
    "decimal 38": pa.array([decimal.Decimal("9" * 38), decimal.Decimal("-" + "9" * 38)], pa.decimal128(38, 0)),
    "decimal 76": pa.array([decimal.Decimal("9" * 76)], pa.decimal256(76, 0)),
    "decimal 40": pa.array([decimal.Decimal("1.5")], pa.decimal256(40, 1)),
    "list": pa.array([[1, None], None, []]),
    "large list": pa.array([[1], []], pa.large_list(pa.int32())),
    "fixed list": pa.array([[1, 2], None], pa.list_(pa.int32(), 2)),
    "list of lists": pa.array([[[1], None, []], None, []]),
    "struct": pa.array([{"a": 1, "b": None}, None], pa.struct([("a", pa.int64()), ("b", pa.string())])),
    "map": pa.array([[("a", 1), ("b", None)], None, []], pa.map_(pa.string(), pa.int32())),
    "map of a key twice": pa.array([[("a", 1), ("a", 2)]], pa.map_(pa.string(), pa.int32())),
    "nulls": pa.array([None, None], pa.null()),
}


def shown(value, type):
    if value is None:
        return "null"
    if pa.types.is_boolean(type):
        return "true" if value else "false"
    if pa.types.is_uint64(type) or pa.types.is_decimal(type) or pa.types.is_time(type):
        return json.dumps(str(value).rstrip("0").rstrip(".") if "." in str(value) and pa.types.is_time(type) else str(value))
    if pa.types.is_integer(type):
        return str(value)
    if pa.types.is_date(type):
        return json.dumps(str(value))
    if pa.types.is_floating(type):
        text = repr(value)
        return {"-0.0": "-0", "nan": "NaN", "inf": "Infinity"}.get(text, text)
    if pa.types.is_list(type) or pa.types.is_large_list(type) or pa.types.is_fixed_size_list(type):
        return "[" + ",".join(shown(item, type.value_type) for item in value) + "]"
    if pa.types.is_struct(type):
        return "{" + ",".join(f"{json.dumps(f.name)}:{shown(value[f.name], f.type)}" for f in type) + "}"
    if pa.types.is_map(type):
        return "{" + ",".join(f"{json.dumps(key)}:{shown(item, type.item_type)}" for key, item in value) + "}"
    if isinstance(value, bytes):
        return "x" + value.hex()
    return json.dumps(value, ensure_ascii=False)


def read(name):
    column = pq.read_table(f"{folder}/{name}.parquet").column("c")
    if pa.types.is_timestamp(column.type):
        unit = {"s": 1_000_000, "ms": 1_000, "us": 1}.get(column.type.unit)
        numbers = column.cast(pa.int64()).to_pylist()
        return [None if n is None else n * unit if unit else n / 1000 if n % 1000 else n // 1000 for n in numbers], pa.int64()
    if name == "far date":
        return column.cast(pa.int32()).to_pylist(), pa.int32()
    if pa.types.is_dictionary(column.type):
        return column.to_pylist(), column.type.value_type
    return column.to_pylist(), column.type


expected = {}
for name, values in columns.items():
    pq.write_table(pa.table({"c": values}), f"{folder}/{name}.parquet")
    try:
        found, type = read(name)
        expected[name] = "; ".join(shown(value, type) for value in found)
    except Exception as error:
        expected[name] = f"pyarrow: {error}"
print(json.dumps(expected))
