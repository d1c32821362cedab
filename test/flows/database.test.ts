import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cli } from "../cli/cli.ts";
import { password, usePostgres } from "../tables/postgres/server.ts";

describe("the movie flow with a database", function () {
  this.timeout(60_000);
  const server = usePostgres();
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "millrace-movies-"));
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("writes its matches there too, as the table movie_matches", async () => {
    const args = ["run", "movie-ratings", "-t", "0.25", "--database", server().urlWithoutPassword];
    const { code, stdout, stderr } = await cli(args, { cwd: folder, env: { PGPASSWORD: password } });
    assert.equal(code, 0, stdout + stderr);
    const saved = /Saved (\d+) rows to output_data/.exec(stdout)?.[1];
    assert.match(stdout, new RegExp(`Saved ${saved} rows to movie_matches of postgres://millrace@127`));
    const columns = server().query(
      "SELECT string_agg(column_name || ' ' || data_type, ', ' ORDER BY ordinal_position) FROM information_schema.columns WHERE table_name = 'movie_matches'",
    );
    assert.equal(
      columns,
      "IMDB_Id bigint, IMDB_Title text, Lens_Id bigint, Lens_Title text, IMDB_Rating double precision, Lens_Rating double precision, jaccardDist double precision",
    );
    assert.equal(server().query("SELECT count(*) FROM movie_matches"), saved);
  });

  it("has the nine tasks of the case study without one", async () => {
    const { stdout } = await cli(["graph", "movie-ratings", "--json"], { cwd: folder });
    const { nodes } = JSON.parse(stdout) as { nodes: { kind: string }[] };
    assert.equal(nodes.filter(({ kind }) => kind === "task").length, 9);
  });
});
