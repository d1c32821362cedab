import type { ArtifactContent } from "../../runtime/events/artifacts.ts";
import type { ResultContent } from "../../runtime/events/result-content.ts";
import type { ArtifactView, TaskRunView } from "../../runtime/events/run-view.ts";
import type { Answer, PageRequest } from "../contract.ts";
import type { Host } from "../messages.ts";

const mostKept = 40;

/** Contents that the host was asked for: each once for each version of it, the latest few kept. */
export class Answers {
  readonly #host: Host;
  readonly #kept = new Map<string, Promise<Answer>>();

  constructor(host: Host) {
    this.#host = host;
  }

  /** @throws {Error} that says why it can't be shown. */
  async artifact(artifact: ArtifactView): Promise<ArtifactContent> {
    const answer = await this.#ask(`artifact ${artifact.time} ${artifact.key}`, {
      kind: "artifact",
      key: artifact.key,
    });
    if (answer.kind === "artifact") return answer.content;
    throw new Error(answer.kind === "error" ? answer.message : "The answer is not an artifact.");
  }

  /** @throws {Error} that says why it can't be shown. */
  async result(run: TaskRunView): Promise<ResultContent> {
    const answer = await this.#ask(`result ${run.ended} ${run.id}`, { kind: "result", taskRun: run.id });
    if (answer.kind === "result") return answer.result;
    throw new Error(answer.kind === "error" ? answer.message : "The answer is not a result.");
  }

  clear(): void {
    this.#kept.clear();
  }

  #ask(key: string, request: PageRequest): Promise<Answer> {
    const known = this.#kept.get(key);
    if (known !== undefined) return known;
    const answer = this.#host.request(request);
    this.#kept.set(key, answer);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > mostKept && oldest !== undefined) this.#kept.delete(oldest);
    return answer;
  }
}
