import { htmlText } from "../../runtime/shown-text/html.ts";

/** What the panel's page is made of: addresses that the webview may load, and the word that lets them. */
export interface PageParts {
  readonly cspSource: string;
  readonly script: string;
  readonly style: string;
  readonly nonce: string;
  readonly title: string;
}

/** The panel's document. Nothing but its own script and style loads, and nothing is evaluated. */
export function pageHtml({ cspSource, script, style, nonce, title }: PageParts): string {
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${cspSource} 'nonce-${nonce}'`,
    `font-src ${cspSource}`,
    `img-src ${cspSource} data: blob:`,
    // The graph is laid out in a worker, which a webview may start from a blob only.
    "worker-src blob:",
  ].join("; ");
  return `<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta http-equiv="Content-Security-Policy" content="${policy}">
  <link rel="stylesheet" href="${style}" nonce="${nonce}">
  <title>${htmlText(title)}</title>
</head>
<body>
  <script nonce="${nonce}" src="${script}"></script>
</body>
</html>
`;
}
