/** A call that changed files, as `record-calls.c` wrote it down. Paths are absolute, inodes are the kernel's. */
export type Call =
  | { readonly call: "create" | "folder"; readonly inode: string; readonly path: string }
  | { readonly call: "write"; readonly inode: string; readonly offset: number; readonly bytes: Buffer }
  | { readonly call: "truncate"; readonly inode: string; readonly length: number }
  | { readonly call: "rename" | "link"; readonly from: string; readonly path: string }
  | { readonly call: "remove"; readonly path: string }
  | { readonly call: "sync"; readonly inode: string }
  /** What the process printed on stdout, which changes no file. */
  | { readonly call: "print"; readonly bytes: Buffer }
  | { readonly call: "failed" };

/** Reads a record. One whose process was killed in mid-line ends before that. */
export function readCalls(record: Buffer): Call[] {
  const calls: Call[] = [];
  let at = 0;
  const line = (): string | undefined => {
    const end = record.indexOf(10, at);
    if (end < 0) return undefined;
    const text = record.toString("utf8", at, end);
    at = end + 1;
    return text;
  };
  const take = (length: number): Buffer => {
    const bytes = record.subarray(at, at + length);
    at += length;
    return bytes;
  };
  for (let text = line(); text !== undefined; text = line()) {
    const [call = "", first = "", second = "", third = ""] = text.split(" ");
    const rest = text.slice(call.length + 1);
    switch (call) {
      case "create":
      case "folder":
        calls.push({ call, inode: first, path: rest.slice(first.length + 1) });
        break;
      case "write":
        calls.push({ call, inode: first, offset: Number(second), bytes: take(Number(third)) });
        break;
      case "truncate":
        calls.push({ call, inode: first, length: Number(second) });
        break;
      case "rename":
      case "link":
        calls.push({ call, from: rest, path: line() ?? "" });
        break;
      case "remove":
        calls.push({ call, path: rest });
        break;
      case "sync":
        calls.push({ call, inode: first });
        break;
      case "print":
        calls.push({ call, bytes: take(Number(first)) });
        break;
      case "failed":
        calls.push({ call });
        break;
      default:
        throw new Error(`The record has no such call: ${text.slice(0, 100)}`);
    }
  }
  return calls;
}
