import type { RunFuture } from "../authoring/future.ts";
import type { Encoded } from "../crossing/encode.ts";
import type { Upstream } from "../events/run-event.ts";

/** The edges to a call, told by what it was given and what it is to wait for. */
export function upstreamOf(
  inputs: Pick<Encoded, "futures" | "origins">,
  waitFor: readonly RunFuture<unknown>[],
): Upstream[] {
  const edge = (future: RunFuture<unknown>, argument?: string): Upstream => ({
    run: future.run,
    ...(argument === undefined ? {} : { argument }),
    ...(future.allowsFailure ? { allowFailure: true } : {}),
  });
  return [
    ...inputs.futures.map(({ future, path }) => edge(future, path)),
    ...[...inputs.origins].map(([run, argument]) => ({ run, argument })),
    ...waitFor.map((future) => edge(future)),
  ];
}
