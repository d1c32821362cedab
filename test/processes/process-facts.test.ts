import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import fc from "fast-check";
import { askPs, askSystem } from "../../runtime/processes/ask-system.ts";
import {
  factsFromPowerShell,
  factsFromProc,
  factsFromPs,
  powerShellQuestion,
} from "../../runtime/processes/process-facts.ts";

describe("What a system tells of a process", () => {
  it("is read from Linux's /proc, whatever the process is called", () => {
    const fields = (state: string) => `${state} 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 987654 20`;
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 16 }),
        fc.constantFrom(") S 1", "((", "a b", ""),
        (a, b) => {
          const stat = `4242 (${a}${b}) ${fields("S")}`;
          assert.deepEqual(factsFromProc(stat, "1000", "boot"), { started: "987654 boot", user: "1000" });
        },
      ),
    );
    assert.deepEqual(factsFromProc(`1 (a) ${fields("S")}`, "0", ""), { started: "987654", user: "0" });
    assert.equal(factsFromProc(`1 (a) ${fields("Z")}`, "0", "boot"), "none");
    assert.equal(factsFromProc("", "0", "boot"), "unknown");
  });

  it("is read from macOS's ps", () => {
    const output = [
      "  501 S+   Thu Nov 26 12:34:56 2026    \n",
      "    0 Ss   Sun Mar  1 01:02:03 2026\n",
      "  501 Z    Thu Nov 26 12:34:56 2026\n",
      "\n",
      "  501 S    jeu. 26 nov. 12:34:56 2026\n",
      "  501 S\n",
    ].map(factsFromPs);
    assert.deepEqual(output, [
      { started: "Thu Nov 26 12:34:56 2026", user: "501" },
      { started: "Sun Mar 1 01:02:03 2026", user: "0" },
      "none",
      "none",
      "unknown",
      "unknown",
    ]);
  });

  it("is read from Windows' PowerShell", () => {
    const output = [
      "2026-11-26T12:34:56.7890123Z|DESKTOP\\ada\r\n",
      "none\r\n",
      "\r\n",
      "Get-CimInstance : Access denied\r\n",
      "2026-11-26T12:34:56.7890123Z|\r\n",
    ].map(factsFromPowerShell);
    assert.deepEqual(output, [
      { started: "2026-11-26T12:34:56.7890123Z", user: "DESKTOP\\ada" },
      "none",
      "unknown",
      "unknown",
      "unknown",
    ]);
    assert.equal(
      powerShellQuestion(42),
      "$p = Get-CimInstance Win32_Process -Filter 'ProcessId = 42'; if ($null -eq $p) { 'none' } else { " +
        "$o = Invoke-CimMethod -InputObject $p -MethodName GetOwner; " +
        "'{0:yyyy-MM-ddTHH:mm:ss.fffffff}Z|{1}\\{2}' -f $p.CreationDate.ToUniversalTime(), $o.Domain, $o.User }",
    );
  });

  it("stays the same while the process lives, and is of none when it has ended", async () => {
    for (const ask of [askSystem, ...(existsSync("/bin/ps") ? [askPs] : [])]) {
      const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
      const pid = child.pid ?? 0;
      const first = await ask(pid);
      assert.ok(typeof first === "object", JSON.stringify(first));
      const own = await ask(process.pid);
      assert.equal(typeof own === "object" && own.user, first.user);
      assert.deepEqual(await ask(pid), first);
      child.kill("SIGKILL");
      await new Promise((resolve) => child.on("close", resolve));
      assert.equal(await ask(pid), "none");
    }
    assert.equal(await askSystem(-1), "unknown");
    assert.equal(await askSystem(0), "unknown");
  });
});
