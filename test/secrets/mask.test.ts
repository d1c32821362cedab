import assert from "node:assert/strict";
import { inspect } from "node:util";
import { serialize } from "node:v8";
import fc from "fast-check";
import { knowSecret, mask, maskedStart, maskValue, secretsIn } from "../../runtime/secrets/known-secrets.ts";
import { MaskedOutput } from "../../runtime/secrets/masked-output.ts";
import { secretValue } from "./secret-value.ts";

/** How programs put a text into another. */
const ways: { readonly [name: string]: (value: string) => string } = {
  "as it is": (value) => value,
  "in JSON": (value) => JSON.stringify({ headers: { "x-key": value } }),
  "in JSON in JSON": (value) => JSON.stringify(JSON.stringify([value])),
  "in JSON without characters beyond ASCII": (value) =>
    JSON.stringify(value).replace(
      /[^ -~]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
    ),
  "by inspect": (value) => inspect({ value: `Bearer ${value}` }, { breakLength: Number.POSITIVE_INFINITY }),
  "by encodeURIComponent": (value) => `https://host/hook/${encodeURIComponent(value)}?a=1`,
  "by encodeURIComponent, in small letters": (value) =>
    encodeURIComponent(value).replace(/%[\dA-F]{2}/g, (escaped) => escaped.toLowerCase()),
  "in a URL's path": (value) => `https://host/hook/${encodeURI(value)}`,
  "in a form": (value) => new URLSearchParams({ token: value }).toString(),
  "as a URL's password": (value) => {
    const url = new URL("https://user@host/");
    url.password = value;
    return url.href;
  },
  "in a URL in JSON": (value) => JSON.stringify({ url: `https://host/?key=${encodeURIComponent(value)}` }),
  "in an error with a cause": (value) =>
    inspect(new Error("fetch failed", { cause: new Error(`401 for ${value}`) })),
};

/** Characters after which a line that doesn't end is told in parts. */
const cutLength = 1 << 16;

/** What is shown so far of a text that comes in pieces of these lengths, and the rest in one. */
function shownInPieces(output: MaskedOutput, text: string, lengths: readonly number[]): string {
  let shown = "";
  let from = 0;
  for (const length of [...lengths, text.length]) {
    shown += output.add(text.slice(from, from + length));
    from += length;
  }
  return shown;
}

/** Not the beginning of an escape: what is a part of one isn't told from what only looks so. */
const before = fc.string().filter((text) => !/(%[\da-f]?|\\)$/i.test(text));

describe("Masking", () => {
  for (const [name, put] of Object.entries(ways))
    it(`leaves a mark in place of a secret that stands in a text ${name}`, () => {
      fc.assert(
        fc.property(secretValue, before, fc.string(), (value, before, after) => {
          knowSecret(value);
          const text = put(value);
          const masked = mask(before + text + after);
          assert.ok(!masked.includes(value), `${JSON.stringify(value)} in ${JSON.stringify(masked)}`);
          assert.ok(!masked.includes(text), `${JSON.stringify(value)} in ${JSON.stringify(masked)}`);
        }),
        { numRuns: 60 },
      );
    });

  it("leaves a mark in place of a secret of several short lines, wherever those are indented", () => {
    const line = fc.string({ maxLength: 5 }).filter((text) => !/[*\\%+]/.test(text));
    const lines = fc
      .array(line, { minLength: 2, maxLength: 5 })
      .filter((all) => all.join("\n").trim() === all.join("\n"))
      .filter((all) => all.map((line) => line.trimStart()).join("").length >= 6);
    fc.assert(
      fc.property(lines, fc.stringMatching(/^[ \t]{0,4}$/), (all, indent) => {
        knowSecret(all.join("\n"));
        const masked = mask(`before ${all.join(`\n${indent}`)} after`);
        assert.equal(masked, "before *** after");
      }),
      { numRuns: 30 },
    );
  });

  it("finds a secret in base64 wherever it begins there", () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 10, maxLength: 30 }),
        fc.string(),
        fc.string(),
        (value, before, after) => {
          fc.pre(value.trim() !== "");
          knowSecret(value);
          const text = Buffer.from(before + value + after).toString("base64");
          const shown = Buffer.from(mask(text), "base64").toString();
          assert.ok(!shown.includes(value));
        },
      ),
    );
  });

  it("leaves the rest of a text as it is", () => {
    knowSecret("open sesame!");
    assert.equal(mask('a "open sesame!" 100%25 \\n b'), 'a "***" 100%25 \\n b');
    assert.equal(mask("/?q=open+sesame%21&r=%2B"), "/?q=***&r=%2B");
    assert.equal(mask("open sesame!open sesame!"), "***");
    assert.equal(mask("nothing of it"), "nothing of it");
  });

  it("knows what lets somebody in by a URL", () => {
    knowSecret("https://hooks.example/services/T0123ABCD/B4567EFGH/q1w2e3r4t5z6u7i8o9p0");
    knowSecret("https://ghp_16C7e42F292c6912E7@git.example/repository.git");
    knowSecret("sc://spark.example/;token=s3cret-t0ken;x-key=hush-hush");
    knowSecret("postgres://me:pass%20word@db.example/weather");
    assert.deepEqual(
      [
        "POST /services/T0123ABCD/B4567EFGH/q1w2e3r4t5z6u7i8o9p0 gave 500",
        "hook q1w2e3r4t5z6u7i8o9p0 is gone",
        "user ghp_16C7e42F292c6912E7",
        "Bearer s3cret-t0ken, hush-hush",
        "pass word for me at db.example, database weather",
      ].map(mask),
      [
        "POST *** gave 500",
        "hook *** is gone",
        "user ***",
        "Bearer ***, ***",
        "*** for me at db.example, database weather",
      ],
    );
  });

  it("takes a database's URL without a password for none: it only says where that is", () => {
    knowSecret("postgres://reader@weather.example/stations");
    const text = "Saved 67 rows to matches of postgres://reader@weather.example/stations";
    assert.equal(mask(text), text);
  });

  it("masks values of any shape, and keeps those that hold none", () => {
    fc.assert(
      fc.property(secretValue, fc.object(), (value, other) => {
        knowSecret(value);
        const holding = {
          a: [{ [value]: value }],
          b: new Map([["k", new Set([value])]]),
          c: Number.NaN,
          other,
        };
        assert.ok(
          !inspect(maskValue(holding), { depth: 9, breakLength: Number.POSITIVE_INFINITY }).includes(value),
        );
      }),
      { numRuns: 60 },
    );
    const loop: Record<string, unknown> = { n: 1, sparse: new Array<number>(3) };
    loop.self = loop;
    assert.deepEqual(maskValue(loop), loop);
  });

  it("finds secrets in bytes that values cross in", () => {
    fc.assert(
      fc.property(secretValue, (value) => {
        knowSecret(value);
        for (const bytes of [
          serialize({ a: [value] }),
          serialize(`a ${value} \u20ac`),
          Buffer.from(JSON.stringify({ value })),
          serialize(`https://host/${encodeURIComponent(value)}`),
        ])
          assert.ok(secretsIn(bytes).includes(value));
      }),
      { numRuns: 60 },
    );
  });

  it("misses none that comes in pieces, or in several lines", () => {
    fc.assert(
      fc.property(secretValue, fc.nat(30), fc.array(fc.nat(9)), (start, at, lengths) => {
        const value = `${start.slice(0, at)}\n${start.slice(at)}`.trim();
        knowSecret(value);
        const text = `before\n${value} after\nthe end\n`;
        const output = new MaskedOutput();
        assert.equal(shownInPieces(output, text, lengths) + output.finish(), mask(text));
      }),
      { numRuns: 60 },
    );
  });

  it("leaves no part of a secret that lies across the cuts of a line that doesn't end", () => {
    const way = fc.constantFrom(...Object.values(ways));
    fc.assert(
      fc.property(secretValue, way, fc.nat(400), fc.array(fc.nat(90_000)), (value, put, at, cuts) => {
        knowSecret(value);
        const secret = put(value);
        const line = `${"-".repeat(cutLength - at)}${secret}${"-".repeat(cutLength)}${secret}${secret}--`;
        const output = new MaskedOutput();
        const told = shownInPieces(output, line, cuts) + output.add(`${secret}\n`) + output.finish();
        const marksOnce = (text: string) => text.replace(/(\*\*\*)+/g, "***");
        assert.equal(marksOnce(told), marksOnce(mask(`${line}${secret}\n`)));
      }),
      { numRuns: 24 },
    );
  });

  it("shows no part of a secret that a text's beginning ends in", () => {
    fc.assert(
      fc.property(secretValue, fc.string(), fc.nat(60), (value, before, length) => {
        knowSecret(value);
        const text = before + value + value;
        const beginnings = [...mask(text)].map((_, i) => mask(text).slice(0, i + 1));
        const shown = maskedStart(text, length);
        assert.ok(shown === "" || beginnings.includes(shown), JSON.stringify(shown));
      }),
    );
  });

  it("leaves short values alone, and takes numbers by their digits", () => {
    knowSecret("yes");
    knowSecret({ pin: 314_159 });
    assert.equal(mask("yes, the PIN is 314159"), "yes, the PIN is ***");
  });
});
