#!/bin/sh
# Runs a Spark Connect server in the foreground, on port 15002.
set -eu
home=$(/opt/spark/bin/python -c 'import os, pyspark; print(os.path.dirname(pyspark.__file__))')
export SPARK_HOME="$home" PYSPARK_PYTHON=/opt/spark/bin/python
exec "$home/bin/spark-submit" --class org.apache.spark.sql.connect.service.SparkConnectServer \
  --conf spark.ui.enabled=false --conf spark.connect.grpc.binding.address=0.0.0.0 \
  --master "local[*]" --conf spark.local.dir=/tmp --conf spark.sql.warehouse.dir=/tmp/warehouse spark-internal
