import { parseSessionUrl, type SparkUrl } from "../../runtime/tables/session-url.ts";
import { openSpark } from "../../runtime/tables/spark/open-spark.ts";
import { sharedSpark } from "../spark/server.ts";
import { describeSession } from "./session-contract.ts";

describe("On a Spark Connect server", function () {
  this.timeout(60_000);
  let url: SparkUrl;

  before(async function () {
    url = parseSessionUrl((await sharedSpark(this)).url) as SparkUrl; // sc://
  });

  describeSession("Spark", async (folder) => openSpark({ url, folder }));
});
