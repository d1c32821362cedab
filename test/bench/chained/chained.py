"""The chain of chained.flow.ts by PySpark's own client: one plan, written once.

Usage: chained.py SERVER FOLDER ROWS
"""

import sys

from pyspark.sql import SparkSession

server, folder, rows = sys.argv[1], sys.argv[2], int(sys.argv[3])
spark = SparkSession.builder.remote(server).getOrCreate()
measured = spark.range(rows).selectExpr("id", "id % 1000 AS station", "sin(id) * 20 AS celsius")
converted = measured.where("celsius > -15").selectExpr("id", "station", "celsius * 1.8 + 32 AS fahrenheit")
ranked = converted.selectExpr("id", "station", "fahrenheit", "fahrenheit > 50 AS warm")
ranked.write.mode("overwrite").parquet(f"file://{folder}/ranked")
spark.stop()
