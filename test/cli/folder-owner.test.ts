import assert from "node:assert/strict";
import { type FolderUse, folderAdvice } from "../../runtime/cli/folder-owner.ts";

describe("A folder that can't be written to", () => {
  it("is told with what to do, on a host and in a container", () => {
    const use: FolderUse = { readOnly: false, owner: { uid: 1001, gid: 1002 }, uid: 1000, container: true };
    const root = { uid: 0, gid: 0 };
    const cases: FolderUse[] = [
      use,
      { ...use, owner: root },
      { ...use, readOnly: true },
      { ...use, container: false },
      { ...use, container: false, readOnly: true },
      { ...use, uid: 1001 },
    ];
    assert.equal(
      cases.map(folderAdvice).join("\n"),
      `It belongs to user 1001, and this process is user 1000. Start the container as that user: env UID=1001 GID=1002 docker compose run ...
It belongs to user 0, and this process is user 1000. On the host, give the folder to the user whose it should be: sudo chown -R $(id -u) <folder>.
It is mounted read-only in this container: mount it without ':ro' or 'readonly'.
It belongs to user 1001, and this process is user 1000. Give yourself access, or use another folder.
It is on a file system that is mounted read-only: use another folder.
`,
    );
  });
});
