import assert from "node:assert/strict";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import api from "@duckdb/node-api";
import {
  type EngineBuild,
  type ExtensionPlaces,
  engineBuild,
  extensionPlaces,
  loadExtension,
} from "../../runtime/tables/duckdb/extensions.ts";
import { openDuckDb } from "../../runtime/tables/duckdb/open-duckdb.ts";
import { cli } from "../cli/cli.ts";
import { engineVersion, needExtensions } from "./extension-files.ts";

describe("DuckDB's extensions", () => {
  let folder: string;
  let installed: string;
  let build: EngineBuild;

  before(async function () {
    installed = await needExtensions(this, ["excel"]);
    folder = await mkdtemp(join(tmpdir(), "millrace-extensions-"));
    build = await withEngine(engineBuild);
  });

  after(async () => {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  const excel = () =>
    join(installed, "duckdb_extension_excel", "extensions", build.version, "excel.duckdb_extension");
  const load = (places: ExtensionPlaces) =>
    withEngine(async (connection) => {
      await loadExtension(connection, "excel", places);
      const rows = await connection.runAndReadAll(
        "SELECT extension_name FROM duckdb_extensions() WHERE loaded",
      );
      return rows.getRows().flat().includes("excel");
    });
  const own = (name: string) => join(folder, name);

  it("are taken from a folder that is given, as pip fills it, as DuckDB does, or plainly", async () => {
    await mkdir(join(own("duckdb"), build.version, build.platform), { recursive: true });
    await copyFile(excel(), join(own("duckdb"), build.version, build.platform, "excel.duckdb_extension"));
    await mkdir(own("plain"));
    await copyFile(excel(), join(own("plain"), "excel.duckdb_extension"));
    for (const given of [installed, own("duckdb"), own("plain")])
      assert.equal(await load({ given, own: own("never") }), true);
    assert.equal((await readdir(folder)).includes("never"), false);
  });

  it("are installed once into the user's folder, and taken from there afterwards", async () => {
    const at = join(own("server"), build.version, build.platform);
    await mkdir(at, { recursive: true });
    await writeFile(join(at, "excel.duckdb_extension.gz"), gzipSync(await readFile(excel()), { level: 1 }));
    assert.equal(await load({ own: own("user"), from: own("server") }), true);
    await rm(own("server"), { recursive: true });
    assert.equal(await load({ own: own("user"), from: own("server") }), true);
  });

  it("that can't be had are an error that says what to do", async () => {
    await assert.rejects(load({ own: own("empty"), from: own("nowhere") }), (error: Error) => {
      assert.match(
        error.message,
        /^DuckDB's extension excel \(for Excel workbooks \(\.xlsx\)\) can't be installed: /,
      );
      assert.match(
        error.message,
        /Without a network, copy .*excel\.duckdb_extension of a machine that has it/,
      );
      assert.match(
        error.message,
        new RegExp(`pip install .* duckdb-extension-excel==${engineVersion} fills one`),
      );
      return true;
    });
    await mkdir(own("given"));
    await assert.rejects(load({ given: own("given"), own: own("never") }), {
      name: "TableError",
      message: /^DuckDB's extension excel .* is not in .*given, which MILLRACE_DUCKDB_EXTENSIONS names\./,
    });
  });

  it("that DuckDB hasn't signed aren't loaded", async () => {
    const bytes = await readFile(excel());
    const changed = Buffer.from(bytes);
    const middle = changed.length >> 1;
    changed[middle] = (changed[middle] ?? 0) ^ 1;
    for (const [name, content] of [
      ["changed", changed],
      ["torn", bytes.subarray(0, middle)],
      ["text", Buffer.from("no extension")],
    ] as const) {
      await mkdir(own(name));
      await writeFile(join(own(name), "excel.duckdb_extension"), content);
      await assert.rejects(load({ given: own(name), own: own("never") }), {
        name: "TableError",
        message: /: is no extension that DuckDB v[\d.]+ loads on \w+ .*'millrace extensions install excel'/s,
      });
    }
  });

  it("aren't loaded by the text of a query", async () => {
    await using session = openDuckDb({ folder, threads: 1 });
    for (const text of [
      "LOAD excel",
      "INSTALL excel",
      `LOAD '${excel()}'`,
      "SELECT * FROM read_xlsx('a.xlsx')",
      "SELECT * FROM 'https://127.0.0.1:1/a.parquet'",
    ])
      await assert.rejects(session.sql(Object.assign([text], { raw: [text] })), { name: "TableError" });
  });

  it("are listed, and named where there is none of the name", async () => {
    const env = { MILLRACE_DUCKDB_EXTENSIONS: installed };
    const { stdout } = await cli(["extensions", "--json"], { cwd: folder, env });
    const listed = JSON.parse(stdout);
    assert.equal(listed.engine, `${build.version} ${build.platform}`);
    assert.equal(listed.folder, installed);
    assert.equal(listed.extensions.find((each: { name: string }) => each.name === "excel").file, excel());
    const wrong = await cli(["extensions", "install", "exel"], { cwd: folder, env });
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, /There is no extension 'exel' that flows need/);
  });

  it("are in the Dev Container's images for this version of the engine", async () => {
    const dockerfile = await readFile(".devcontainer/Dockerfile", "utf8");
    assert.deepEqual(
      [...dockerfile.matchAll(/DUCKDB_VERSION=(\S+)/g)].map(([, version]) => version),
      [engineVersion],
    );
  });

  it("are in the user's cache", () => {
    assert.equal(
      extensionPlaces({ XDG_CACHE_HOME: "/cache", MILLRACE_DUCKDB_EXTENSIONS: "" }).own,
      process.platform === "win32" ? extensionPlaces({}).own : "/cache/millrace/duckdb-extensions",
    );
  });
});

async function withEngine<T>(work: (connection: api.DuckDBConnection) => Promise<T>): Promise<T> {
  const database = await api.DuckDBInstance.create(":memory:", { autoinstall_known_extensions: "false" });
  const connection = await database.connect();
  try {
    return await work(connection);
  } finally {
    connection.disconnectSync();
    database.closeSync();
  }
}
