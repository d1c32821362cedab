/** So many bytes of a CSV file are read at once. */
export const chunkBytes = 4 << 20;

export const lf = 0x0a;
export const cr = 0x0d;
export const space = 0x20;
