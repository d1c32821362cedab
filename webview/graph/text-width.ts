/// <reference lib="dom" />

/** Cuts text to a width in pixels, with an ellipsis. SVG has none of its own. */
export class TextFitter {
  readonly #context = document.createElement("canvas").getContext("2d");
  readonly #fitted = new Map<string, string>();
  #font = "";

  setFont(font: string): void {
    if (font === this.#font) return;
    this.#font = font;
    this.#fitted.clear();
    if (this.#context !== null) this.#context.font = font;
  }

  fit(text: string, width: number): string {
    const key = `${width} ${text}`;
    const known = this.#fitted.get(key);
    if (known !== undefined) return known;
    const fitted = this.#cut(text, width);
    if (this.#fitted.size > 5000) this.#fitted.clear();
    this.#fitted.set(key, fitted);
    return fitted;
  }

  #cut(text: string, width: number): string {
    const context = this.#context;
    if (context === null || context.measureText(text).width <= width) return text;
    let least = 0;
    let most = text.length;
    while (least < most) {
      const middle = Math.ceil((least + most) / 2);
      if (context.measureText(`${text.slice(0, middle).trimEnd()}…`).width <= width) least = middle;
      else most = middle - 1;
    }
    return `${text.slice(0, least).trimEnd()}…`;
  }
}
