import { s } from "./dom.ts";

/** Icons of 16 by 16, drawn with lines one unit wide and filled with the current colour. */
const paths = {
  checklist: "M2 3h1.5v1.5H2ZM5 3.25h9v1H5ZM2 7.25h1.5v1.5H2ZM5 7.5h9v1H5ZM2 11.5h1.5V13H2ZM5 11.75h9v1H5Z",
  close: "M8 7.3 12.3 3 13 3.7 8.7 8 13 12.3 12.3 13 8 8.7 3.7 13 3 12.3 7.3 8 3 3.7 3.7 3Z",
  "chevron-right": "M6.1 3 11.1 8 6.1 13 5.4 12.3 9.7 8 5.4 3.7Z",
  "chevron-down": "M3 6.1 8 11.1 13 6.1 12.3 5.4 8 9.7 3.7 5.4Z",
  "zoom-in":
    "M7 1.5a5.5 5.5 0 0 1 4.2 9l3.6 3.6-.7.7-3.6-3.6A5.5 5.5 0 1 1 7 1.5Zm0 1a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9ZM6.5 4.5h1v2h2v1h-2v2h-1v-2h-2v-1h2Z",
  "zoom-out":
    "M7 1.5a5.5 5.5 0 0 1 4.2 9l3.6 3.6-.7.7-3.6-3.6A5.5 5.5 0 1 1 7 1.5Zm0 1a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9ZM4.5 6.5h5v1h-5Z",
  fit: "M2 2h4v1H3v3H2Zm8 0h4v4h-1V3h-3ZM2 10h1v3h3v1H2Zm11 0h1v4h-4v-1h3ZM5.5 5.5h5v5h-5Zm1 1v3h3v-3Z",
  "layout-right":
    "M1.5 5.5h5v5h-5Zm1 1v3h3v-3Zm7-5h5v5h-5Zm1 1v3h3v-3Zm-1 7h5v5h-5Zm1 1v3h3v-3ZM6.5 7.5H8v-4h1.5v1H9v7h.5v1H8v-4H6.5Z",
  "layout-down":
    "M5.5 1.5h5v5h-5Zm1 1v3h3v-3Zm-5 7h5v5h-5Zm1 1v3h3v-3Zm7-1h5v5h-5Zm1 1v3h3v-3ZM7.5 6.5h1V8h4v1.5h-1V9h-7v.5h-1V8h4Z",
  target:
    "M7.5 1h1v1.5A5.5 5.5 0 0 1 13.5 7.5H15v1h-1.5a5.5 5.5 0 0 1-5 5V15h-1v-1.5a5.5 5.5 0 0 1-5-5H1v-1h1.5a5.5 5.5 0 0 1 5-5ZM8 3.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9ZM8 6a2 2 0 1 1 0 4 2 2 0 0 1 0-4Z",
  filter: "M1.5 3h13l-5 5.8V13l-3-1.5V8.8Zm2.2 1 3.8 4.4v2.5l1 .5V8.4L12.3 4Z",
  search:
    "M10 1.5a4.5 4.5 0 1 1-2.8 8l-5 5-.7-.7 5-5A4.5 4.5 0 0 1 10 1.5Zm0 1a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7Z",
  play: "M4 2.5 13.5 8 4 13.5Zm1 1.7v7.6L11.5 8Z",
  stop: "M3.5 3.5h9v9h-9Zm1 1v7h7v-7Z",
  refresh: "M13 2v4H9V5h2.3A4.5 4.5 0 1 0 12.5 8h1A5.5 5.5 0 1 1 12 4.2V2Z",
  "run-from": "M2 2h1v12H2Zm3 1.5L13.5 8 5 12.5Zm1 1.7v5.6L11.4 8Z",
  debug:
    "M8 2a2.5 2.5 0 0 1 2.5 2.5v.3l1.8-1.5.7.7-2 1.8c.3.4.5 1 .5 1.7H14v1h-2.5v.5l2.3 1.3-.5.9-1.9-1A3.5 3.5 0 0 1 8 13.5a3.5 3.5 0 0 1-3.4-3.3l-1.9 1-.5-.9 2.3-1.3v-.5H2v-1h2.5c0-.7.2-1.3.5-1.7L3 4l.7-.7 1.8 1.5v-.3A2.5 2.5 0 0 1 8 2Zm0 1a1.5 1.5 0 0 0-1.5 1.5V5h3v-.5A1.5 1.5 0 0 0 8 3ZM5.9 6c-.3.4-.4.9-.4 1.5V10a2.5 2.5 0 0 0 5 0V7.5c0-.6-.1-1.1-.4-1.5Z",
  "go-to-file":
    "M9.5 1 13 4.5V8h-1V5.5H8.5V2H4v5H3V1Zm0 1.4V4.5h2.1ZM6.2 9.3l3.5 3.2-3.5 3.2-.7-.7 2.2-2H2v-1h5.7l-2.2-2Z",
  copy: "M5 1.5h8.5V11H11v3.5H2.5V5H5Zm1 3.5h5v5h1.5V2.5H6ZM3.5 6v7.5H10V6Z",
  save: "M8.5 1.5v7.3l2.7-2.7.7.7L8 10.7 4.1 6.8l.7-.7 2.7 2.7V1.5ZM2 10h1v3.5h10V10h1v4.5H2Z",
  database:
    "M8 1.5c3 0 5.5 1 5.5 2.5v8c0 1.5-2.5 2.5-5.5 2.5S2.5 13.5 2.5 12V4C2.5 2.5 5 1.5 8 1.5Zm0 1C5.2 2.5 3.5 3.5 3.5 4S5.2 5.5 8 5.5s4.5-1 4.5-1.5S10.8 2.5 8 2.5Zm4.5 3c-1 .6-2.6 1-4.5 1s-3.5-.4-4.5-1V8c0 .5 1.7 1.5 4.5 1.5s4.5-1 4.5-1.5Zm0 4c-1 .6-2.6 1-4.5 1s-3.5-.4-4.5-1V12c0 .5 1.7 1.5 4.5 1.5s4.5-1 4.5-1.5Z",
  layers:
    "M8 1.5 14.5 5 8 8.5 1.5 5Zm0 1.1L3.6 5 8 7.4 12.4 5ZM2.6 7.3 8 10.2l5.4-2.9 1.1.6L8 11.4 1.5 7.9Zm0 3L8 13.2l5.4-2.9 1.1.6L8 14.4 1.5 10.9Z",
  flow: "M2 3.5h4v3H4.5v2H7v-1h4v1h3.5v4h-4v-3H11v1H7v-1H3.5v-3H2Zm1 1v1h2v-1Zm5 4v1h2v-1Zm3.5 1v2h2v-2Z",
  table:
    "M1.5 2.5h13v11h-13Zm1 1v2h11v-2Zm0 3v2.5h3.5V6.5Zm4.5 0v2.5h6.5V6.5Zm-4.5 3.5v2.5h3.5V10Zm4.5 0v2.5h6.5V10Z",
  chart: "M2 2h1v11h11v1H2Zm3 6h1.5v4H5Zm3-3h1.5v7H8Zm3 1.5h1.5V12H11Z",
  scatter:
    "M2 2h1v11h11v1H2Zm4 6.5a1 1 0 1 1 0 2 1 1 0 0 1 0-2Zm3-3a1 1 0 1 1 0 2 1 1 0 0 1 0-2Zm3.5-2a1 1 0 1 1 0 2 1 1 0 0 1 0-2Z",
  text: "M2 3h12v1H2Zm0 3h8v1H2Zm0 3h12v1H2Zm0 3h6v1H2Z",
  image:
    "M1.5 2.5h13v11h-13Zm1 1v6.6l3-3 4 4 2-2 2 2V3.5Zm0 9h6.3L5.5 8.5l-3 3Zm8 0h3l-2-2-1.3 1.3ZM11 4.5a1.2 1.2 0 1 1 0 2.4 1.2 1.2 0 0 1 0-2.4Z",
  lock: "M8 1.5A3.5 3.5 0 0 1 11.5 5v2H13v7.5H3V7h1.5V5A3.5 3.5 0 0 1 8 1.5Zm0 1A2.5 2.5 0 0 0 5.5 5v2h5V5A2.5 2.5 0 0 0 8 2.5ZM4 8v5.5h8V8Z",
  container:
    "M8 1.5 14 4.5v7L8 14.5 2 11.5v-7Zm0 1.1L3.7 4.8 8 6.9l4.3-2.1ZM3 5.6v5.3l4.5 2.2V7.8Zm10 0L8.5 7.8v5.3L13 10.9Z",
  "arrow-up": "M8 2.8 12.7 7.5 12 8.2 8.5 4.7V13h-1V4.7L4 8.2 3.3 7.5Z",
  "arrow-down": "M8 13.2 3.3 8.5 4 7.8l3.5 3.5V3h1v8.3L12 7.8l.7.7Z",
} as const;

export type IconName = keyof typeof paths;

/** Decorative: what it means is said by the text or the label beside it. */
export function icon(name: IconName): SVGSVGElement {
  return s(
    "svg",
    { class: "icon", viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true", focusable: "false" },
    s("path", { d: paths[name], fill: "currentColor", "fill-rule": "evenodd" }),
  );
}
