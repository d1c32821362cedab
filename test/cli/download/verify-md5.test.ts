import assert from "node:assert/strict";
import { DownloadError } from "../../../runtime/cli/download/download-error.ts";
import { parseMd5 } from "../../../runtime/cli/download/verify-md5.ts";

describe("a published MD5", () => {
  const hash = "D41D8CD98F00B204E9800998ECF8427E";
  for (const text of [
    `MD5 (a.zip) = ${hash}\n`,
    `${hash}  a.zip\r\n`,
    `${hash} *./out/a.zip`,
    `${hash}\n`,
    `${"0".repeat(32)}  b.zip\n${hash}  a.zip\n`,
  ]) {
    it(`is read from ${JSON.stringify(text)}`, () => {
      assert.equal(parseMd5(text, "a.zip"), hash.toLowerCase());
    });
  }

  for (const text of ["", "<html>404</html>", `${hash}  b.zip\n`, `MD5 (a.zip) = ${hash}0\n`]) {
    it(`is missing in ${JSON.stringify(text)}`, () => {
      assert.throws(
        () => parseMd5(text, "a.zip"),
        (error) => {
          assert.ok(error instanceof DownloadError);
          assert.match(error.message, /^The published checksum has no MD5 of a\.zip: /);
          return true;
        },
      );
    });
  }
});
