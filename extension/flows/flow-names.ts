/** What is wrong with the name of a new flow's file. */
export function nameProblem(name: string): string | undefined {
  if (name.trim() === "") return "Give a name.";
  return /^[\w][\w.-]*$/.test(name) ? undefined : "Give letters, digits, - and _ only.";
}

/** `monthly-report` becomes `Monthly report`. */
export function titleOf(name: string): string {
  const words = name.replaceAll(/[-_.]+/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The text of a flow file, with another name for the flow that it exports. */
export function withFlowName(text: string, name: string): string {
  const flow = text.indexOf("export default flow(");
  return text.slice(0, flow) + text.slice(flow).replace(/name: "[^"]*"/, `name: ${JSON.stringify(name)}`);
}
