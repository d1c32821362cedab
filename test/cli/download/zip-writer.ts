import { crc32, deflateRawSync } from "node:zlib";

export interface ZipEntry {
  readonly name: string;
  readonly contents: string;
  /** Unix mode; an ordinary file unless given. */
  readonly mode?: number;
  /** What the archive says of the file, where that is to be a lie. */
  readonly claims?: { readonly size?: number; readonly crc?: number };
}

/** The bytes of a zip with the given entries, deflated, valid or not: nothing is checked. */
export function zipOf(entries: readonly ZipEntry[]): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, contents, mode = 0o100644, claims = {} } of entries) {
    const data = deflateRawSync(contents, { level: 1 });
    const path = Buffer.from(name);
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(20, 0); // version needed
    shared.writeUInt16LE(0x0800, 2); // names are UTF-8
    shared.writeUInt16LE(8, 4); // deflate
    shared.writeUInt32LE(claims.crc ?? crc32(contents), 10);
    shared.writeUInt32LE(data.length, 14);
    shared.writeUInt32LE(claims.size ?? Buffer.byteLength(contents), 18);
    shared.writeUInt16LE(path.length, 22);

    const header = Buffer.alloc(46);
    header.writeUInt32LE(0x02014b50, 0);
    header.writeUInt16LE((3 << 8) | 20, 4); // made on Unix
    shared.copy(header, 6);
    header.writeUInt32LE(mode * 0x10000, 38);
    header.writeUInt32LE(offset, 42);
    directory.push(header, path);

    const file = Buffer.concat([Buffer.from("PK\x03\x04"), shared, path, data]);
    files.push(file);
    offset += file.length;
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...files, ...directory, end]);
}
