/** Stands for a value that many calls are given: its bytes are kept once, and each call names them. */
export class SharedConstant {
  /** Of its structured-clone bytes. */
  readonly sha256: string;
  /** It in a few words. */
  readonly preview: string;

  constructor(sha256: string, preview: string) {
    this.sha256 = sha256;
    this.preview = preview;
  }
}

/** Where the bytes of a constant are, relative to the run's folder. */
export function constantFile(sha256: string): string {
  return `temporary/constant-${sha256}`;
}
