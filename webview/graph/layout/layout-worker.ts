import { type LayoutInput, layOutGraph } from "./layout-graph.ts";

// In a dedicated worker this global takes a message alone; the page's types know it as the window.
const scope = globalThis as unknown as {
  onmessage: (event: { readonly data: { readonly id: number; readonly input: LayoutInput } }) => void;
  postMessage: (message: unknown) => void;
};

scope.onmessage = ({ data }) => scope.postMessage({ id: data.id, result: layOutGraph(data.input) });
