/// <reference lib="dom" />
import { h } from "../elements/dom.ts";

/**
 * Renders the commoner part of CommonMark and GitHub's tables: headings, paragraphs, lists, quotes, code, rules,
 * tables, emphasis, links. Everything becomes elements and text nodes, so markup in the text stays text. (Libraries for
 * Markdown give HTML, which a second one would have to make safe again: a run's text comes from anybody.)
 */
export function renderMarkdown(text: string): DocumentFragment {
  const fragment = document.createDocumentFragment();
  const lines = text.replaceAll("\r\n", "\n").split("\n");
  for (let at = 0; at < lines.length; ) {
    const [element, next] = readBlock(lines, at);
    if (element !== undefined) fragment.append(element);
    at = next;
  }
  return fragment;
}

/** Beyond the last line there are empty ones. */
function lineAt(lines: readonly string[], at: number): string {
  return lines[at] ?? "";
}

type Block = readonly [element: HTMLElement | undefined, next: number];

function readBlock(lines: readonly string[], at: number): Block {
  const line = lineAt(lines, at);
  if (line.trim() === "") return [undefined, at + 1];
  const fence = /^\s{0,3}(```+|~~~+)/.exec(line)?.[1];
  if (fence !== undefined) return readCode(lines, at, fence);
  const heading = /^\s{0,3}(#{1,6})\s+(.*?)\s*#*$/.exec(line);
  if (heading !== null) {
    // The page has headings of two levels already.
    const [, marks = "", text = ""] = heading;
    const level = Math.min(6, marks.length + 2) as 3 | 4 | 5 | 6; // one to six marks
    return [h(`h${level}`, {}, inline(text)), at + 1];
  }
  if (/^\s{0,3}([-*_])(\s*\1){2,}\s*$/.test(line)) return [h("hr"), at + 1];
  if (/^\s{0,3}>/.test(line)) return readQuote(lines, at);
  if (listItem.test(line)) return readList(lines, at);
  if (line.includes("|") && isTableRule(lines[at + 1])) return readTable(lines, at);
  let end = at + 1;
  while (end < lines.length && !startsBlock(lineAt(lines, end))) end++;
  return [h("p", {}, inline(lines.slice(at, end).join(" "))), end];
}

const listItem = /^\s{0,3}(?:([-*+])|(\d{1,9})[.)])\s+(.*)$/;

function startsBlock(line: string): boolean {
  return line.trim() === "" || /^\s{0,3}(#{1,6}\s|>|```|~~~)/.test(line) || listItem.test(line);
}

function readCode(lines: readonly string[], at: number, fence: string): Block {
  let end = at + 1;
  while (end < lines.length && !lineAt(lines, end).trim().startsWith(fence)) end++;
  return [h("pre", { class: "value" }, h("code", {}, lines.slice(at + 1, end).join("\n"))), end + 1];
}

function readQuote(lines: readonly string[], at: number): Block {
  let end = at;
  const inner: string[] = [];
  while (end < lines.length && /^\s{0,3}>/.test(lineAt(lines, end))) {
    inner.push(lineAt(lines, end).replace(/^\s{0,3}>\s?/, ""));
    end++;
  }
  return [h("blockquote", {}, renderMarkdown(inner.join("\n"))), end];
}

function readList(lines: readonly string[], at: number): Block {
  const ordered = listItem.exec(lineAt(lines, at))?.[2] !== undefined;
  const items: string[] = [];
  let end = at;
  for (; end < lines.length; end++) {
    const line = lineAt(lines, end);
    const item = listItem.exec(line);
    if (item !== null && (item[2] !== undefined) === ordered) items.push(item[3] ?? "");
    else if (line.trim() === "" || startsBlock(line)) break;
    else items[items.length - 1] = `${items.at(-1)} ${line.trim()}`;
  }
  return [h(ordered ? "ol" : "ul", {}, ...items.map((item) => h("li", {}, inline(item)))), end];
}

function isTableRule(line: string | undefined): boolean {
  return line?.includes("-") === true && /^\s*\|?(\s*:?-+:?\s*\|)*\s*:?-+:?\s*\|?\s*$/.test(line);
}

function cells(line: string): string[] {
  const inner = line.trim().replace(/^\|/, "").replace(/\|$/, "");
  return inner.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));
}

function readTable(lines: readonly string[], at: number): Block {
  const heads = cells(lineAt(lines, at));
  const numeric = cells(lineAt(lines, at + 1)).map((rule) => rule.endsWith(":") && !rule.startsWith(":"));
  const cell = (tag: "th" | "td") => (text: string, i: number) =>
    h(tag, { class: numeric[i] ? "numeric" : "" }, inline(text));
  let end = at + 2;
  const rows: HTMLElement[] = [];
  for (; end < lines.length && lineAt(lines, end).includes("|"); end++) {
    rows.push(h("tr", {}, ...cells(lineAt(lines, end)).map(cell("td"))));
  }
  // A table's first line may be empty cells: that is how one without a head is written.
  const head = heads.every((text) => text === "")
    ? undefined
    : h("thead", {}, h("tr", {}, ...heads.map(cell("th"))));
  return [h("table", {}, head, h("tbody", {}, ...rows)), end];
}

const spans =
  /(`+)(.+?)\1|\*\*(.+?)\*\*|__(.+?)__|\*([^*\s](?:[^*]*[^*\s])?)\*|\b_([^_]+)_\b|\[([^\]]*)\]\(([^()\s]+)\)|\\([\\`*_{}[\]()#+.!|-])/g;

function inline(text: string): DocumentFragment {
  const fragment = document.createDocumentFragment();
  let end = 0;
  for (const match of text.matchAll(spans)) {
    fragment.append(text.slice(end, match.index));
    end = match.index + match[0].length;
    const [whole, , code, strong, strong2, soft, soft2, label, address, escaped] = match;
    if (code !== undefined) fragment.append(h("code", {}, code));
    else if (strong !== undefined || strong2 !== undefined)
      fragment.append(h("strong", {}, inline(strong ?? strong2 ?? "")));
    else if (soft !== undefined || soft2 !== undefined)
      fragment.append(h("em", {}, inline(soft ?? soft2 ?? "")));
    else if (address !== undefined) fragment.append(link(label ?? "", address, whole));
    else fragment.append(escaped ?? whole);
  }
  fragment.append(text.slice(end));
  return fragment;
}

/** Only links to the web and to mail are links; the editor asks before it opens one. */
function link(label: string, address: string, whole: string): Node {
  if (!/^(?:https?:|mailto:)/i.test(address)) return document.createTextNode(whole);
  return h("a", { href: address }, inline(label));
}
