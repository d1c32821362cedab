// Draws extension/media/icon.png, a mill wheel over a race: run by hand when the drawing changes.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32, deflateSync } from "node:zlib";
import { root } from "./freshness.mjs";

const size = 128;
const samples = 4;

const navy = [16, 36, 61];
const blue = [30, 90, 148];
const white = [244, 248, 252];
const water = [92, 192, 235];

/** Colour and opacity of a point, in pixels from the top left. */
function paint(x, y) {
  const outside = roundedSquare(x, y, size / 2, 28);
  if (outside > 0) return [0, 0, 0, 0];
  let colour = mix(navy, blue, (x + y) / (2 * size));
  const race = (offset) => Math.abs(y - offset - 4.2 * Math.sin((x / size) * Math.PI * 6)) - 2.7;
  if (race(103) < 0 && x > 14 && x < 114) colour = water;
  if (race(115) < 0 && x > 30 && x < 98) colour = mix(blue, water, 0.75);
  const [dx, dy] = [x - 64, y - 52];
  const radius = Math.hypot(dx, dy);
  const rim = Math.abs(radius - 29) < 2.9;
  const hub = radius < 6.5;
  const turn = ((Math.atan2(dy, dx) / (2 * Math.PI)) * 8 + 8) % 1;
  const fromSpoke = Math.min(turn, 1 - turn) * ((2 * Math.PI) / 8) * radius;
  const spoke = radius < 30 && fromSpoke < 2;
  const paddle = radius >= 28 && radius < 40 && fromSpoke < 3.6;
  if (rim || hub || spoke || paddle) colour = white;
  return [...colour, 255];
}

function roundedSquare(x, y, half, radius) {
  const [qx, qy] = [Math.abs(x - half) - half + radius, Math.abs(y - half) - half + radius];
  return Math.hypot(Math.max(qx, 0), Math.max(qy, 0)) + Math.min(Math.max(qx, qy), 0) - radius;
}

function mix(a, b, share) {
  return a.map((value, i) => value + (b[i] - value) * share);
}

function pixels() {
  const rows = Buffer.alloc(size * (1 + 4 * size));
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const sum = [0, 0, 0, 0];
      for (let i = 0; i < samples * samples; i++) {
        const [r, g, b, a] = paint(
          x + ((i % samples) + 0.5) / samples,
          y + (Math.floor(i / samples) + 0.5) / samples,
        );
        for (const [channel, value] of [r * a, g * a, b * a, a].entries()) sum[channel] += value;
      }
      const alpha = sum[3];
      const at = y * (1 + 4 * size) + 1 + 4 * x;
      for (let channel = 0; channel < 3; channel++)
        rows[at + channel] = alpha === 0 ? 0 : Math.round(sum[channel] / alpha);
      rows[at + 3] = Math.round(alpha / (samples * samples));
    }
  }
  return rows;
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

const header = Buffer.alloc(13);
header.writeUInt32BE(size, 0);
header.writeUInt32BE(size, 4);
header.set([8, 6, 0, 0, 0], 8);
const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
writeFileSync(
  join(root, "extension", "media", "icon.png"),
  Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(pixels(), { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]),
);
