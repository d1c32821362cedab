import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** A certificate for localhost that nobody has signed. */
export async function makeCertificate(folder: string): Promise<{ key: string; cert: string; file: string }> {
  const [key, file] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  execFileSync(
    "openssl",
    [
      ..."req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext".split(" "),
      "subjectAltName=DNS:localhost",
      "-keyout",
      key,
      "-out",
      file,
    ],
    { stdio: "ignore" },
  );
  return { key: await readFile(key, "utf8"), cert: await readFile(file, "utf8"), file };
}
