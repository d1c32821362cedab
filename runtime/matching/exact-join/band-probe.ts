import { ProbeBounds } from "./bounds.ts";
import { type Distance, distanceBy } from "./measure.ts";
import { PairBuffer } from "./pair-buffer.ts";
import type { JoinPlan } from "./plan.ts";

/** One thread's side of a join: it takes probes, those of a band in ascending order. */
export abstract class BandProbe {
  /** Of the present band. */
  readonly found = new PairBuffer();
  protected readonly plan: JoinPlan;
  protected readonly distance: Distance;
  protected readonly bounds: ProbeBounds;
  /** Per token, where scanning resumes. Probes come in ascending size, so earlier segments stay too small. */
  readonly #from: Uint32Array;
  /** By position: the mark of the last probe that was compared with it. */
  protected readonly met: Int32Array;
  /** By token: the mark of the last probe that has it. */
  protected readonly has: Int32Array;
  /** Of the present probe. */
  protected mark = 0;

  constructor(plan: JoinPlan) {
    this.plan = plan;
    this.distance = distanceBy(plan.criterion.measure);
    this.bounds = new ProbeBounds(plan.criterion, plan.probes, plan.indexed);
    this.#from = plan.index.segments.slice();
    this.met = new Int32Array(plan.indexed.rows.length);
    this.has = new Int32Array(plan.index.segments.length);
  }

  startBand(): void {
    this.found.clear();
    this.#from.set(this.plan.index.segments);
  }

  /** Finds the partners of the probe at a position, which is above those before of the band. */
  abstract run(probe: number): void;

  /** Marks the tokens of the probe that lie from a place to another. */
  protected turnTo(start: number, end: number): void {
    const { tokens } = this.plan.probes;
    const mark = ++this.mark;
    for (let at = start; at < end; at++) this.has[tokens[at]!] = mark;
  }

  /** The first segment of a token whose sets aren't too small. @param behind the token's last one */
  protected firstSegment(token: number, behind: number, smallest: number): number {
    const { sizes } = this.plan.index;
    let segment = this.#from[token]!;
    while (segment < behind && sizes[segment]! < smallest) segment++;
    this.#from[token] = segment;
    return segment;
  }
}
