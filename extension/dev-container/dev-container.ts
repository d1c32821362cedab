import { dirname, resolve } from "node:path";
import { isNamedBelow } from "../../runtime/disk/is-below.ts";
import { relocated, relocation } from "../../runtime/store/relocation.ts";
import { docker } from "./docker-command.ts";

/** A folder's Dev Container. */
export interface DevContainer {
  readonly id: string;
  readonly isRunning: boolean;
  /** Whom commands run as; undefined for the image's own user. */
  readonly user: string | undefined;
  /** Folders of this machine, and where the container has them: the workspace's mount first. */
  readonly paths: readonly [SharedPath, ...SharedPath[]];
}

export interface SharedPath {
  readonly here: string;
  readonly inside: string;
}

/** What of `docker inspect` is looked at. */
export interface InspectedContainer {
  readonly Id: string;
  readonly State: { readonly Running: boolean };
  readonly Config: { readonly Labels: { readonly [name: string]: string } | null };
  readonly Mounts: readonly {
    readonly Type: string;
    readonly Source: string;
    readonly Destination: string;
  }[];
}

/**
 * The Dev Container that has a folder: made by VS Code or the Dev Containers CLI, or by Docker Compose in the folder's
 * `.devcontainer`. A running one comes first.
 * @throws {UserMessage} when Docker can't be asked.
 */
export async function findDevContainer(folder: string): Promise<DevContainer | undefined> {
  const labels = ["devcontainer.local_folder", "com.docker.compose.project.working_dir"];
  const lists = await Promise.all(
    labels.map((label) => docker(["ps", "--all", "--quiet", "--no-trunc", "--filter", `label=${label}`])),
  );
  const ids = [...new Set(lists.flatMap((list) => list.split("\n").filter((id) => id !== "")))];
  if (ids.length === 0) return undefined;
  const inspected = JSON.parse(await docker(["inspect", ...ids])) as InspectedContainer[]; // its output is that
  return chooseContainer(inspected, folder);
}

/**
 * Of containers the one that is a folder's Dev Container: whose label and mount name exactly this folder, else the
 * nearest above it; a running one first. What claims the whole disk, or mounts it, is nobody's.
 */
export function chooseContainer(
  containers: readonly InspectedContainer[],
  folder: string,
): DevContainer | undefined {
  const found = containers.flatMap((container) => {
    const mount = mountOf(container, folder);
    const claim = claimOf(container);
    if (mount === undefined || claim === undefined || !isNamedBelow(folder, claim) || isRoot(claim))
      return [];
    const isRunning = container.State.Running;
    const closeness = [claim === folder && mount.here === folder, claim.length, mount.here.length, isRunning];
    return [
      {
        closeness: closeness.map(Number),
        id: container.Id,
        isRunning,
        user: userOf(container),
        paths: [mount] as const,
      },
    ];
  });
  const [best] = found.sort((one, other) => compareLists(other.closeness, one.closeness));
  return best && { id: best.id, isRunning: best.isRunning, user: best.user, paths: best.paths };
}

/** The folder that a container says it is the Dev Container of. */
function claimOf({ Config: { Labels: labels } }: InspectedContainer): string | undefined {
  const local = labels?.["devcontainer.local_folder"];
  if (local !== undefined) return local;
  const compose = labels?.["com.docker.compose.project.working_dir"];
  const isService = labels?.["com.docker.compose.oneoff"] !== "True";
  return compose !== undefined && isService ? resolve(compose, "..") : undefined;
}

function isRoot(folder: string): boolean {
  return dirname(folder) === folder;
}

function compareLists(one: readonly number[], other: readonly number[]): number {
  for (const [i, value] of one.entries()) if (value !== other[i]) return value - (other[i] ?? 0);
  return 0;
}

/** The mount that has the folder: of several the innermost. Docker Desktop writes paths of the host below /host_mnt. */
function mountOf({ Mounts }: InspectedContainer, folder: string): SharedPath | undefined {
  return Mounts.filter(({ Type }) => Type === "bind")
    .map(({ Source, Destination }) => ({
      here: Source.replace(/^\/host_mnt(?=\/|$)/, "") || "/",
      inside: Destination,
    }))
    .filter(({ here }) => isNamedBelow(folder, here) && !isRoot(here))
    .sort((a, b) => b.here.length - a.here.length)[0];
}

/** Whom the Dev Container's configuration names; the last layer of it counts. */
function userOf({ Config: { Labels: labels } }: InspectedContainer): string | undefined {
  try {
    const layers = JSON.parse(labels?.["devcontainer.metadata"] ?? "[]") as {
      readonly remoteUser?: string;
    }[]; // as the Dev Containers CLI writes it
    return [layers].flat().findLast(({ remoteUser }) => remoteUser !== undefined)?.remoteUser;
  } catch {
    return undefined; // another tool's label
  }
}

/** A text in which paths of this machine are the container's. */
export function insideText({ paths }: DevContainer, text: string): string {
  return paths.reduce((told, { here, inside }) => relocation(here, inside)?.(told) ?? told, text);
}

/** Data in which paths of this machine are the container's. */
export function insideData<T>({ paths }: DevContainer, data: T): T {
  return paths.reduce((told, { here, inside }) => {
    const relocate = relocation(here, inside);
    return relocate === undefined ? told : relocated(told, relocate);
  }, data);
}

/** What a container has said, with its paths as they are here. */
export function hereData<T>({ paths }: DevContainer, data: T): T {
  return paths.reduce((told, { here, inside }) => {
    const relocate = relocation(inside, here);
    return relocate === undefined ? told : relocated(told, relocate);
  }, data);
}
