/** Bundles the panel's page to `main.js` and `panel.css` in a folder. Answers with their sizes in bytes. */
export function bundlePanel(options: {
  readonly outdir: string;
  readonly minify: boolean;
}): Promise<{ readonly [file: string]: number }>;
