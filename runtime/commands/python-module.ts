/** What a script that `python()` runs imports: `import millrace`. Written beside what it is given. */
export const pythonModule = `"""What a script that a Millrace task runs is given, and gives back.

    import millrace
    days = millrace.inputs["days"]           # a table is a pandas DataFrame, the rest is as JSON has it
    millrace.output(model={"auc": 0.9}, scores=frame)    # tables by name, or millrace.output(frame)

millrace.path("days") is a table's Parquet file, for other libraries.
"""
import json as _json
import os as _os

_folder = _os.environ["MILLRACE_EXCHANGE"]
with open(_os.path.join(_folder, "inputs.json"), encoding="utf-8") as _file:
    _given = _json.load(_file)


def path(name):
    """The Parquet file of a table among the inputs."""
    table = _given[name].get("table")
    if table is None:
        raise TypeError(f"the input {name!r} is no table")
    return table


class _Inputs:
    def __getitem__(self, name):
        if name not in _given:
            raise KeyError(f"{name} (there are: {', '.join(_given) or 'none'})")
        given = _given[name]
        if "table" not in given:
            return given["json"]
        import pandas

        return pandas.read_parquet(given["table"])

    def __iter__(self):
        return iter(_given)

    def __len__(self):
        return len(_given)

    def __contains__(self, name):
        return name in _given

    def keys(self):
        return _given.keys()

    def get(self, name, default=None):
        return self[name] if name in _given else default


inputs = _Inputs()


def output(*value, **values):
    """Gives a value back, or several by name: tables of pandas, polars or pyarrow, and what JSON has."""
    if len(value) > 1 or (value and values) or not (value or values):
        raise TypeError("give one value, or values by name")
    kept = {"one": _keep("output", value[0])} if value else {"named": {n: _keep(n, v) for n, v in values.items()}}
    temporary = _os.path.join(_folder, "output.json.new")
    with open(temporary, "w", encoding="utf-8") as file:
        _json.dump(kept, file)
    _os.replace(temporary, _os.path.join(_folder, "output.json"))


def _keep(name, value):
    file = _os.path.join(_folder, f"output-{len(_os.listdir(_folder))}.parquet")
    if hasattr(value, "to_parquet"):
        (value.rename(columns=str) if hasattr(value, "rename") else value).to_parquet(file, index=False)
    elif hasattr(value, "write_parquet"):
        value.write_parquet(file)
    elif type(value).__module__.startswith("pyarrow") and hasattr(value, "schema"):
        import pyarrow.parquet

        pyarrow.parquet.write_table(value, file)
    else:
        try:
            return {"json": _json.loads(_json.dumps(value, default=_plain, allow_nan=False))}
        except (TypeError, ValueError) as error:
            raise TypeError(f"the output {name!r} is no table, and JSON has no value for it: {error}") from None
    return {"table": file}


def _plain(value):
    for method in ("tolist", "isoformat"):
        if hasattr(value, method):
            return getattr(value, method)()
    if isinstance(value, (set, frozenset)):
        return list(value)
    raise TypeError(f"{type(value).__name__} has none")
`;
