import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { bundleFlow } from "../../runtime/discovery/bundle-flow.ts";

const root = resolve(import.meta.dirname, "..", "..");
const builtZod = pathToFileURL(join(root, "dist", "zod.js")).href;

describe("A flow's import of zod", () => {
  let folder: string;

  beforeEach(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), "millrace-provided-")));
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  const importsIn = async (place: string) => {
    await mkdir(place, { recursive: true });
    const file = join(place, "some.flow.ts");
    await writeFile(
      file,
      `import { z } from "zod";\nimport { z as mini } from "zod/mini";\nconsole.log(z, mini);\n`,
    );
    const { imports } = await bundleFlow(file, join(folder, "bundles"));
    return imports.map((url) => url.replace(pathToFileURL(folder).href, ".")).sort();
  };

  it("is the runtime's, in one file, where it is the package that the runtime was built of", async () => {
    const place = join(root, "test", "discovery", `.provided-${process.pid}`);
    try {
      assert.deepEqual(
        await importsIn(place),
        [
          builtZod,
          pathToFileURL(join(await realpath(join(root, "node_modules", "zod")), "mini", "index.js")).href,
        ].sort(),
      );
    } finally {
      await rm(place, { recursive: true, force: true });
    }
  });

  it("is its own where it has one, be it a copy of the same", async () => {
    await cp(join(root, "node_modules", "zod"), join(folder, "node_modules", "zod"), { recursive: true });
    assert.deepEqual(await importsIn(folder), [
      "./node_modules/zod/index.js",
      "./node_modules/zod/mini/index.js",
    ]);
  });

  it("takes schemas of the one into schemas of the other, with what is said of them", async () => {
    const [built, installed] = [await import(builtZod), await import("zod")];
    const text = installed.z.string().describe("a text").meta({ secret: true });
    const schema = built.z.object({ text, more: installed.z.number().default(1) });
    assert.deepEqual(schema.parse({ text: "x" }), { text: "x", more: 1 });
    assert.deepEqual(built.z.toJSONSchema(schema, { io: "input" }).properties, {
      text: { type: "string", description: "a text", secret: true },
      more: { type: "number", default: 1 },
    });
    assert.ok(schema.safeParse({ text: 1 }).error instanceof installed.z.ZodError);
  });
});
