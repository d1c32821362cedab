/** What of a task run selectors look at. */
export interface SelectableTaskRun {
  readonly id: string;
  readonly name: string;
  readonly task: string;
  readonly tags?: readonly string[] | undefined;
  readonly mapped?: { readonly group: string } | undefined;
}

/**
 * Whether a task run is one of those that selectors name: by its id (`Clean-0/Load-1`) or name, its task's name, the id
 * of its map (`Check[]-0`), a pattern of one of these with `*` and `?`, or a tag, `tag:slow`.
 */
export function selects(selectors: readonly string[]): (run: SelectableTaskRun) => boolean {
  const tests = selectors.map(testOf);
  return (run) => tests.some((test) => test(run));
}

function testOf(selector: string): (run: SelectableTaskRun) => boolean {
  const tag = /^tag:(.+)$/s.exec(selector)?.[1];
  const pattern = /[*?]/.test(selector) ? patternOf(selector) : undefined;
  return ({ id, name, task, tags = [], mapped }) => {
    if (tag !== undefined && tags.includes(tag)) return true;
    const names = [id, name, task, ...(mapped === undefined ? [] : [mapped.group])];
    return names.some((each) => each === selector || pattern?.test(each));
  };
}

function patternOf(selector: string): RegExp {
  const source = selector
    .replaceAll(/[\\^$.|+()[\]{}]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, "s");
}
