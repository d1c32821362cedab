// The runtime, the extension and its page, as a window that is started from this checkout loads them.
import { build } from "./build.mjs";
import { buildExtension, buildPanel } from "./extension.mjs";

await build();
await buildExtension();
await buildPanel();
