/** A format of files, as those of a folder are known by their names. */
export interface FileFormat {
  readonly endings: RegExp;
  /** As an error tells the endings. */
  readonly told: string;
}

/** Formats of files that are read. A further one is an entry here. */
export const formats = {
  csv: { endings: /\.(?:csv|tsv|txt)(?:\.(?:gz|zst))?$/i, told: ".csv, .tsv or .txt, or .gz after that" },
  json: {
    endings: /\.(?:json|jsonl|ndjson)(?:\.(?:gz|zst))?$/i,
    told: ".json, .jsonl or .ndjson, or .gz after that",
  },
  parquet: { endings: /\.parquet$/i, told: ".parquet" },
  excel: { endings: /\.xlsx$/i, told: ".xlsx" },
} as const satisfies Record<string, FileFormat>;
