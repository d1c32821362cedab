/** A step of the walkthrough. It is done when what it asks for was done, however the person went about it. */
interface Step {
  readonly title: string;
  readonly description: string;
  readonly media: { readonly image: string; readonly altText: string };
}

const pictures = "extension/media/walkthrough";

/** From nothing to a flow of one's own, in their order. What each is done by is in flows/steps-done.ts. */
export const walkthroughSteps = {
  example: {
    title: "See a flow run",
    description:
      "The example matches movie titles of IMDB and GroupLens by Jaccard distance and compares their ratings, on sample data that comes with Millrace.\n[Run the Example](command:millrace.runExample)",
    media: { image: `${pictures}/panel.png`, altText: "The panel with the graph of the movie flow" },
  },
  write: {
    title: "Write a flow of your own",
    description:
      "A flow is a function that calls tasks. What a task gets from another makes the graph; nothing else has to be said.\n[New Flow](command:millrace.newFlow)",
    media: {
      image: `${pictures}/editor.png`,
      altText: "A flow in the editor, with Run, Debug and Graph above it",
    },
  },
  run: {
    title: "Run it",
    description:
      "Run stands above the flow in the editor, too. The panel shows the graph while it runs; a click on a node shows what a task returned.\n[Run Flow](command:millrace.runFlow)",
    media: { image: `${pictures}/panel.png`, altText: "The panel with the graph of a flow" },
  },
  again: {
    title: "Change it, and run it again",
    description:
      "Give a task `cache: true`, and the next run takes its result from the one before, as long as its code and its inputs are the same. All runs are kept in the folder `.millrace`, also those from a terminal.\n[Run Flow Again](command:millrace.runFlowAgain)",
    media: { image: `${pictures}/runs.png`, altText: "The Runs view, by day" },
  },
  resume: {
    title: "Go on after a failure",
    description:
      "Throw an error in a task and run the flow; mend it, then resume the run that failed: only what failed, and what is below it, runs again.\n[Resume Run](command:millrace.resumeRun)",
    media: { image: `${pictures}/runs.png`, altText: "The Runs view, with a run that failed" },
  },
  data: {
    title: "Take the whole data set",
    description:
      "MovieLens is downloaded from GroupLens, checked, and unpacked beside your flows; run the example with it as its input.\n[Download MovieLens](command:millrace.downloadMovieLens)",
    media: {
      image: `${pictures}/comparison.png`,
      altText: "The ratings of IMDB and GroupLens compared, pair by pair",
    },
  },
} as const satisfies { readonly [id: string]: Step };

export type StepId = keyof typeof walkthroughSteps;

/** What says, while the walkthrough is open, that a step was done. */
export function doneKey(step: StepId): string {
  return `millrace.done.${step}`;
}
