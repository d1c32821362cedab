/** What `millrace init` did to a folder. */
export interface PreparedFolder {
  /** Absolute paths; `false` for one that was there and stays as it is. */
  readonly files: readonly { readonly file: string; readonly written: boolean }[];
  /** What is left to do for the types, in the folder's own tsconfig.json. */
  readonly advice: string | null;
}
