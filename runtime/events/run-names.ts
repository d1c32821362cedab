/** Run ids join names with `/`; a `/` inside a name is escaped. */
export function encodeRunName(name: string): string {
  return name.replaceAll("%", "%25").replaceAll("/", "%2F");
}

/** The name at the end of a run id. */
export function nameOfRun(id: string): string {
  return id
    .slice(id.lastIndexOf("/") + 1)
    .replaceAll("%2F", "/")
    .replaceAll("%25", "%");
}
