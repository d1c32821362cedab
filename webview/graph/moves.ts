/// <reference lib="dom" />
import { easeCubicOut, timer } from "d3";
import type { Box, Boxes } from "./layout-request.ts";

const duration = 200;
const mostAnimated = 400;

/**
 * Moves boxes from where they were to where they belong, at once where nothing was, where there are too many, or
 * where the user asked for less motion. Returns what stops the move.
 */
export function moveBoxes(from: Boxes, to: Boxes, move: (id: string, box: Box) => void): () => void {
  const moving: { readonly id: string; readonly start: Box; readonly end: Box }[] = [];
  for (const [id, end] of to) {
    const start = from.get(id);
    if (start !== undefined && (start.x !== end.x || start.y !== end.y)) moving.push({ id, start, end });
    else move(id, end);
  }
  if (moving.length === 0) return () => {};
  if (moving.length > mostAnimated || matchMedia("(prefers-reduced-motion: reduce)").matches) {
    for (const { id, end } of moving) move(id, end);
    return () => {};
  }
  const running = timer((elapsed) => {
    const t = easeCubicOut(Math.min(1, elapsed / duration));
    for (const { id, start, end } of moving) {
      move(id, { ...end, x: start.x + (end.x - start.x) * t, y: start.y + (end.y - start.y) * t });
    }
    if (elapsed >= duration) running.stop();
  });
  return () => running.stop();
}
