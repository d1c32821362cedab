/** What hides and shows a terminal's cursor. */
export const cursor = { hide: "\x1b[?25l", show: "\x1b[?25h" };
