/** The title column of a movies.csv: fields may be quoted, with commas, line ends and doubled quotes in them. */
export function movieTitles(csv: string): string[] {
  const field = /(?:^|,|\r?\n)(?:"((?:[^"]|"")*)"|([^",\r\n]*))/g;
  const titles: string[] = [];
  let column = 0;
  for (const match of csv.replace(/^\ufeff/, "").matchAll(field)) {
    column = match[0].startsWith(",") ? column + 1 : 0;
    if (column === 1) titles.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? "");
  }
  return titles.slice(1);
}
