"""The movie flow as a user of PySpark writes it: what ours is compared with.

    python test/spark/movie-flow.py <server> <folder with the CSV files> <folder for results> <seed> [<seed> ...]

The server is sc://host:port, by PySpark's own Connect client, or local[*]: Spark in this process's JVM.
Writes <results>/final_result, and prints a line of JSON for each seed: the seconds that it took, and the rows.
With local[*] the last line has what the JVM took of the processor's time.
"""

import json
import os
import sys
import time
import warnings

warnings.filterwarnings("ignore")

from pyspark.ml.feature import HashingTF, MinHashLSH, NGram, RegexTokenizer, StopWordsRemover, Tokenizer
from pyspark.sql import SparkSession, Window
from pyspark.sql import functions as F


def check_unique(frame, column):
    repeated = frame.groupBy(column).count().where("count > 1").orderBy(column).limit(5).collect()
    if repeated:
        raise ValueError(f"{column} repeats: {repeated}")


def features(frame, title):
    words = Tokenizer(inputCol=title, outputCol="words").transform(frame)
    filtered = StopWordsRemover(inputCol="words", outputCol="filtered").transform(words)
    text = filtered.withColumn("text", F.concat_ws(" ", "filtered"))
    characters = RegexTokenizer(inputCol="text", outputCol="characters", pattern="").transform(text)
    bigrams = NGram(inputCol="characters", outputCol="bigrams", n=2).transform(characters)
    hashed = HashingTF(inputCol="bigrams", outputCol="features", numFeatures=2**18).transform(bigrams)
    return hashed.drop("words", "filtered", "characters").where(F.size("bigrams") > 0).drop("bigrams")


def movie_flow(spark, folder, output, seed):
    def csv(name, schema, **options):
        return spark.read.csv(f"file://{folder}/{name}", schema, header=True, escape='"', **options)

    movies = csv("movies.csv", "movieId BIGINT, title STRING, genres STRING")
    check_unique(movies, "movieId")
    imdb = csv(
        "imdb_sample.csv",
        "Id BIGINT, Title STRING, Tags STRING, ImdbScore DOUBLE, Evaluator STRING, Seen STRING, Score STRING",
        sep=";",
        quote="",
    )
    check_unique(imdb, "Id")
    ratings = csv("ratings.csv", "userId BIGINT, movieId BIGINT, rating DOUBLE, timestamp BIGINT")
    titles = movies.selectExpr(
        "movieId AS Lens_Id", "substring(title, 1, greatest(length(title) - 7, 0)) AS Lens_Title"
    )
    means = ratings.groupBy("movieId").agg(F.avg("rating").alias("Lens_Rating"))
    lens = titles.join(means, titles.Lens_Id == means.movieId).drop("movieId")
    if lens.count() == 0:
        raise ValueError("nothing to match with")
    imdb = imdb.selectExpr("Id AS IMDB_Id", "Title AS IMDB_Title", "ImdbScore AS IMDB_Rating")
    lens = features(lens, "Lens_Title").cache()
    sample = features(imdb, "IMDB_Title").cache()
    model = MinHashLSH(inputCol="features", outputCol="hashes", numHashTables=3, seed=seed).fit(lens)
    pairs = model.approxSimilarityJoin(sample, lens, 1.0).selectExpr(
        "datasetA.IMDB_Id",
        "datasetA.IMDB_Title",
        "datasetB.Lens_Id",
        "datasetB.Lens_Title",
        "datasetA.IMDB_Rating",
        "datasetB.Lens_Rating",
        "distCol AS jaccardDist",
    )
    nearest = Window.partitionBy("IMDB_Id")
    matches = (
        pairs.withColumn("smallest", F.min("jaccardDist").over(nearest))
        .where("jaccardDist = smallest")
        .drop("smallest")
        .orderBy("IMDB_Id", "Lens_Id")
        .cache()
    )
    rows = matches.collect()
    imdb.count()
    matches.write.mode("overwrite").parquet(f"file://{output}/final_result")
    matches.count()
    for frame in (lens, sample, matches):
        frame.unpersist()
    return rows


def open_session(url):
    if url.startswith("sc://"):
        return SparkSession.builder.remote(url).getOrCreate()
    local = SparkSession.builder.master(url).config("spark.ui.enabled", "false").config("spark.driver.memory", "4g")
    # As many as there are cores: of the 200 that it makes by default nearly all would be empty.
    return local.config("spark.sql.shuffle.partitions", os.cpu_count()).getOrCreate()


def jvm_seconds(spark):
    """What Spark's JVM took of the processor's time: Python doesn't wait for it. None where no /proc tells."""
    try:
        with open(f"/proc/{spark.sparkContext._gateway.proc.pid}/stat") as stat:
            user, system = stat.read().rpartition(")")[2].split()[11:13]
            return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
    except OSError:
        return None


url, folder, output, *seeds = sys.argv[1:]
spark = open_session(url)
try:
    for seed in map(int, seeds):
        started = time.perf_counter()
        rows = movie_flow(spark, folder, output, seed)
        seconds = time.perf_counter() - started
        print(json.dumps({"seed": seed, "seconds": seconds, "rows": [list(row) for row in rows]}), flush=True)
    if not url.startswith("sc://"):
        print(json.dumps({"jvmSeconds": jvm_seconds(spark)}), flush=True)
finally:
    spark.stop()
