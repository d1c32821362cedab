"""Fetches a million rows as Arrow by PySpark's own Connect client, as often as asked: prints the seconds of each.

    python test/spark/fetch-arrow.py sc://host:port <times>
"""

import sys
import time
import warnings

warnings.filterwarnings("ignore")

from pyspark.sql import SparkSession

url, times = sys.argv[1:]
spark = SparkSession.builder.remote(url).getOrCreate()
try:
    for _ in range(int(times)):
        started = time.perf_counter()
        table = spark.sql("SELECT id, CAST(id AS STRING) AS text, id * 0.5D AS half FROM range(1000000)").toArrow()
        assert table.num_rows == 1_000_000
        print(time.perf_counter() - started, flush=True)
finally:
    spark.stop()
