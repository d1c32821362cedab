/** Nobody reads a list and dismisses it in so many milliseconds. */
const tooQuick = 300;

/**
 * Shows a list, and once more if it was closed before anybody can have seen it: when the palette closes, VS Code
 * hands the focus back to a panel a moment later, and a list that has opened meanwhile closes for lack of it.
 * @returns what `show` does; undefined when the list is dismissed.
 */
export async function untilSeen<T>(show: () => Thenable<T | undefined>): Promise<T | undefined> {
  const shown = performance.now();
  const picked = await show();
  return picked === undefined && performance.now() - shown < tooQuick ? show() : picked;
}
