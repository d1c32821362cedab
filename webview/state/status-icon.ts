import { s } from "../elements/dom.ts";
import type { Status } from "./status.ts";

/** Each status has a shape of its own, so that none is told by its colour alone. Paths of 16 by 16. */
const shapes: Record<Status, string> = {
  Completed: "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1Zm3.4 4-4.3 5-2.5-2.3-.8 1L7.2 12l5.2-6.1Z",
  Cached:
    "M8 1a7 7 0 1 1-5.8 3L1 2.8h4v4L3.3 5.1A5.6 5.6 0 1 0 8 2.4Zm3.2 4.6-3.9 4.7-2.2-2 .8-.9 1.3 1.2 3.1-3.7Z",
  Failed:
    "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1ZM5.5 4.6l-.9.9L7.1 8l-2.5 2.5.9.9L8 8.9l2.5 2.5.9-.9L8.9 8l2.5-2.5-.9-.9L8 7.1Z",
  TimedOut: "M4 1h8v1.5L9 8l3 5.5V15H4v-1.5L7 8 4 2.5Zm1.7 1.5L8 6.6l2.3-4.1ZM8 9.4l-2.3 4.1h4.6Z",
  Crashed: "M9.5.8 3 9h3.8L5.5 15.2 13 6.5H8.7Z",
  Running:
    "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1Zm0 1.4a5.6 5.6 0 1 0 0 11.2A5.6 5.6 0 0 0 8 2.4ZM6.3 5l5 3-5 3Z",
  Retrying: "M13.6 1.5v4.7H8.9l1.8-1.8A4.6 4.6 0 1 0 12.6 8H14a6 6 0 1 1-2.3-4.7Zm-7 4.4L10.3 8l-3.7 2.1Z",
  AwaitingRetry:
    "M13.6 1.5v4.7H8.9l1.8-1.8A4.6 4.6 0 1 0 12.6 8H14a6 6 0 1 1-2.3-4.7ZM7.3 5h1.3v2.7l1.8 1.1-.7 1.1-2.4-1.5Z",
  Pending:
    "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1Zm0 1.4a5.6 5.6 0 1 0 0 11.2A5.6 5.6 0 0 0 8 2.4ZM4.2 7.2h1.6v1.6H4.2Zm3 0h1.6v1.6H7.2Zm3 0h1.6v1.6h-1.6Z",
  Scheduled:
    "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1Zm0 1.4a5.6 5.6 0 1 0 0 11.2A5.6 5.6 0 0 0 8 2.4ZM7.3 4h1.4v3.7l2.6 1.5-.7 1.2-3.3-1.9Z",
  NotReady:
    "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1Zm-3.4 2.6 7.8 7.8A5.6 5.6 0 0 0 4.6 3.6Zm-1 1a5.6 5.6 0 0 0 7.8 7.8Z",
  Cancelling: "M3 3h10v10H3Zm1.4 1.4v7.2h7.2V4.4ZM6 6h4v4H6Z",
  Cancelled: "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1ZM4.5 7.2v1.6h7V7.2Z",
  Planned:
    "M6.6 1.2a7 7 0 0 1 2.8 0l-.3 1.4a5.6 5.6 0 0 0-2.2 0ZM12 2.3a7 7 0 0 1 2 2l-1.2.8a5.6 5.6 0 0 0-1.6-1.6Zm2.8 4.3a7 7 0 0 1 0 2.8l-1.4-.3a5.6 5.6 0 0 0 0-2.2ZM13.7 12a7 7 0 0 1-2 2l-.8-1.2a5.6 5.6 0 0 0 1.6-1.6ZM9.4 14.8a7 7 0 0 1-2.8 0l.3-1.4a5.6 5.6 0 0 0 2.2 0ZM4 13.7a7 7 0 0 1-2-2l1.2-.8a5.6 5.6 0 0 0 1.6 1.6ZM1.2 9.4a7 7 0 0 1 0-2.8l1.4.3a5.6 5.6 0 0 0 0 2.2ZM2.3 4a7 7 0 0 1 2-2l.8 1.2a5.6 5.6 0 0 0-1.6 1.6Z",
  NotRun: "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1Zm0 1.4a5.6 5.6 0 1 0 0 11.2A5.6 5.6 0 0 0 8 2.4Z",
};

export function statusPath(status: Status): string {
  return shapes[status];
}

/** Decorative: the status is always written beside it. Its colour comes by `data-status`. */
export function statusIcon(status: Status): SVGSVGElement {
  return s(
    "svg",
    {
      class: "icon status-icon",
      viewBox: "0 0 16 16",
      width: 16,
      height: 16,
      "data-status": status,
      "aria-hidden": "true",
    },
    s("path", { d: shapes[status], fill: "currentColor", "fill-rule": "evenodd" }),
  );
}
