/// <reference lib="dom" />
import { Host, type VsCodeApi } from "./messages.ts";
import { Page } from "./page/page.ts";
import { ChoiceStore, readChoices } from "./state/choices.ts";
import { registerToolkit } from "./toolkit.ts";

declare function acquireVsCodeApi(): VsCodeApi;

const api = acquireVsCodeApi();
const host = new Host(api);
window.addEventListener("error", (event) => host.report(event.error ?? event.message));
window.addEventListener("unhandledrejection", (event) => host.report(event.reason));

registerToolkit();
const choices = new ChoiceStore(readChoices(api.getState()), (now) => api.setState(now));
const page = new Page(document.body, host, choices);
host.listen((message) => page.receive(message));
host.ready();
