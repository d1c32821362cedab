import { lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Call } from "./recorded-calls.ts";

/** Numbers from 0 up to, not including, 1. */
export type Random = () => number;

/** How much a power cut leaves of what wasn't synced. */
export type Survival =
  /** Nothing. */
  | "nothing"
  /** Everything. */
  | "everything"
  /** The names, of files that are empty where nothing of them was synced, as on ext4 or btrfs. */
  | "names"
  /** Names and sizes, with zeros for content, as on XFS. */
  | "sizes"
  /** Each name or not, and of each file nothing, all, a part, zeros, or some of its blocks. */
  | "some";

/** Blocks that a disk writes as a whole. */
const blockSize = 4_096;

type Change = { readonly offset: number; readonly bytes: Buffer } | { readonly length: number };

interface FileNode {
  readonly kind: "file";
  durable: Buffer;
  pending: Change[];
}

/** What a call changed in a folder. A renaming within one is a single change. */
interface NameChange {
  readonly remove?: string;
  readonly set?: { readonly name: string; readonly node: Node };
  /** The same for what a journal keeps together: both ends of a renaming between folders. */
  readonly together: object;
}

interface FolderNode {
  readonly kind: "folder";
  durable: Map<string, Node>;
  pending: NameChange[];
}

type Node = FileNode | FolderNode;

/**
 * What a disk may hold at a moment, by what POSIX promises and no more: a file's content since its last fsync may
 * be there in part or not at all; so may each name that was made, renamed or removed in a folder since its last fsync,
 * whatever order that happened in.
 */
export class FileSystemModel {
  readonly #root: FolderNode;
  readonly #path: string;
  readonly #nodes = new Map<string, Node>();

  /** @param path a folder as it is before the first call; all of that is on the disk. */
  constructor(path: string) {
    this.#path = path;
    this.#root = this.#read(path) as FolderNode; // a folder's
  }

  #read(path: string): Node {
    const about = lstatSync(path);
    const node: Node = about.isDirectory()
      ? { kind: "folder", durable: new Map(), pending: [] }
      : { kind: "file", durable: readFileSync(path), pending: [] };
    this.#nodes.set(String(about.ino), node);
    if (node.kind === "folder")
      for (const name of readdirSync(path)) node.durable.set(name, this.#read(join(path, name)));
    return node;
  }

  apply(call: Call): void {
    switch (call.call) {
      case "create":
      case "folder": {
        const node: Node =
          call.call === "folder"
            ? { kind: "folder", durable: new Map(), pending: [] }
            : { kind: "file", durable: Buffer.alloc(0), pending: [] };
        this.#nodes.set(call.inode, node);
        this.#change(call.path, { set: { name: basename(call.path), node } });
        return;
      }
      case "write":
        this.#file(call.inode).pending.push({ offset: call.offset, bytes: call.bytes });
        return;
      case "truncate":
        this.#file(call.inode).pending.push({ length: call.length });
        return;
      case "rename": {
        const node = this.#at(call.from);
        const name = basename(call.path);
        if (dirname(call.from) === dirname(call.path)) {
          this.#change(call.path, { remove: basename(call.from), set: { name, node } });
          return;
        }
        const together = {};
        this.#change(call.from, { remove: basename(call.from) }, together);
        this.#change(call.path, { set: { name, node } }, together);
        return;
      }
      case "link":
        this.#change(call.path, { set: { name: basename(call.path), node: this.#at(call.from) } });
        return;
      case "remove":
        this.#change(call.path, { remove: basename(call.path) });
        return;
      case "sync": {
        const node = this.#nodes.get(call.inode);
        if (node === undefined) throw new Error(`What is synced was never made: ${call.inode}`);
        if (node.kind === "file") node.durable = contentOf(node);
        else node.durable = namesOf(node);
        node.pending = [];
        return;
      }
      case "print":
      case "failed":
        return;
      default:
        call satisfies never;
    }
  }

  #change(path: string, change: Omit<NameChange, "together">, together: object = {}): void {
    const folder = this.#at(dirname(path));
    if (folder.kind !== "folder") throw new Error(`${dirname(path)} is a file.`);
    folder.pending.push({ ...change, together });
  }

  #file(inode: string): FileNode {
    const node = this.#nodes.get(inode);
    if (node?.kind !== "file") throw new Error(`What is written to was never made: ${inode}`);
    return node;
  }

  #at(path: string): Node {
    let node: Node = this.#root;
    for (const name of path.slice(this.#path.length).split("/").filter(Boolean)) {
      const next: Node | undefined = node.kind === "folder" ? namesOf(node).get(name) : undefined;
      if (next === undefined) throw new Error(`${path} isn't there.`);
      node = next;
    }
    return node;
  }

  /** Writes into an empty folder what a power cut now may leave. */
  leave(path: string, survival: Survival, random: Random): void {
    const kept = new Map<object, boolean>();
    const keeps = ({ together }: NameChange): boolean => {
      const known = kept.get(together) ?? keepsName(survival, random);
      kept.set(together, known);
      return known;
    };
    // A file of two names has one content.
    const contents = new Map<FileNode, Buffer>();
    const write = (node: Node, at: string): void => {
      if (node.kind === "file") {
        const content = contents.get(node) ?? survivingContent(node, survival, random);
        contents.set(node, content);
        writeFileSync(at, content);
        return;
      }
      mkdirSync(at, { recursive: true });
      for (const [name, inner] of namesOf({ ...node, pending: node.pending.filter(keeps) }))
        write(inner, join(at, name));
    };
    write(this.#root, path);
  }
}

function keepsName(survival: Survival, random: Random): boolean {
  return survival === "some" ? random() < 0.5 : survival !== "nothing";
}

function namesOf({ durable, pending }: FolderNode): Map<string, Node> {
  const names = new Map(durable);
  for (const { remove, set } of pending) {
    if (remove !== undefined) names.delete(remove);
    if (set !== undefined) names.set(set.name, set.node);
  }
  return names;
}

function contentOf({ durable, pending }: FileNode): Buffer {
  let content = durable;
  for (const change of pending) content = changed(content, change);
  return content;
}

function changed(content: Buffer, change: Change): Buffer {
  if ("length" in change) return resized(content, change.length);
  const { offset, bytes } = change;
  const copy = Buffer.from(resized(content, Math.max(content.length, offset + bytes.length)));
  bytes.copy(copy, offset);
  return copy;
}

function resized(content: Buffer, length: number): Buffer {
  return length <= content.length
    ? content.subarray(0, length)
    : Buffer.concat([content, Buffer.alloc(length - content.length)]);
}

function survivingContent(file: FileNode, survival: Survival, random: Random): Buffer {
  const { durable, pending } = file;
  if (pending.length === 0) return durable;
  const all = contentOf(file);
  switch (survival) {
    case "everything":
      return all;
    case "nothing":
    case "names":
      return durable;
    case "sizes":
      return resized(durable.subarray(0, all.length), all.length);
    case "some":
      return someContent(file, all, random);
  }
}

function someContent({ durable, pending }: FileNode, all: Buffer, random: Random): Buffer {
  const count = Math.floor(random() * (pending.length + 1));
  const some = contentOf({ kind: "file", durable, pending: pending.slice(0, count) });
  switch (Math.floor(random() * 5)) {
    case 0:
      return durable;
    case 1:
      return all;
    case 2:
      // A part of the last write.
      return some.subarray(
        0,
        durable.length + Math.floor(random() * (Math.max(0, some.length - durable.length) + 1)),
      );
    case 3:
      return resized(durable.subarray(0, all.length), all.length);
    default: {
      const blocks = Buffer.from(resized(durable.subarray(0, all.length), all.length));
      for (let at = 0; at < all.length; at += blockSize)
        if (random() < 0.5) all.copy(blocks, at, at, Math.min(all.length, at + blockSize));
      return blocks;
    }
  }
}

/** Numbers that are the same each time, by a linear congruential generator (Numerical Recipes'). */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
