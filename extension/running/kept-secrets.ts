import * as vscode from "vscode";
import { isSecretName, secretNameRule } from "../../runtime/secrets/secret-name.ts";
import { tell } from "../shown/notifications.ts";
import { askForText, type PickItem, pickOne } from "../shown/questions.ts";

/** Values for `secret("NAME")`, which VS Code keeps encrypted, for one workspace: no other's flows get them. */
export class KeptSecrets {
  readonly #storage: vscode.SecretStorage;

  constructor(storage: vscode.SecretStorage) {
    this.#storage = storage;
  }

  /** Those of this workspace, by name. */
  async all(): Promise<Record<string, string>> {
    const secrets: Record<string, string> = {};
    for (const name of await this.#names()) {
      const value = await this.#storage.get(keyOf(name));
      if (value !== undefined) secrets[name] = value;
    }
    return secrets;
  }

  /** Asks for a secret and keeps it. @returns whether it is there. */
  async set(given?: string): Promise<boolean> {
    const name = given ?? (await this.#askName());
    if (name === undefined) return false;
    const value = await askForText({
      title: `Set Secret ${name}`,
      prompt: `What secret("${name}") gives in this workspace's flows. VS Code keeps it encrypted.`,
      value: "",
      password: true,
      ignoreFocusOut: true,
      problem: (typed) => (typed === "" ? "It is empty." : undefined),
    });
    if (value === undefined) return false;
    await this.#storage.store(keyOf(name), value);
    return true;
  }

  /** Asks which secret is to go. */
  async delete(given?: string): Promise<void> {
    const names = await this.#names();
    if (names.length === 0) {
      await tell("This workspace has no secrets.");
      return;
    }
    const items = names.map((label) => ({ label, icon: "key" }));
    const name = given ?? (await pickOne(items, { title: "Delete Secret" }))?.label;
    if (name !== undefined) await this.#storage.delete(keyOf(name));
  }

  async #names(): Promise<string[]> {
    const begin = keyOf("");
    const keys = await this.#storage.keys();
    return keys
      .filter((key) => key.startsWith(begin))
      .map((key) => key.slice(begin.length))
      .sort();
  }

  async #askName(): Promise<string | undefined> {
    const names = await this.#names();
    if (names.length > 0) {
      const items: (PickItem & { readonly isNew?: true })[] = [
        { label: "New Secret...", icon: "add", isNew: true },
        ...names.map((label) => ({ label, icon: "key" })),
      ];
      const picked = await pickOne(items, { title: "Set Secret" });
      if (picked === undefined || picked.isNew === undefined) return picked?.label;
    }
    return askForText({
      title: "Set Secret",
      prompt: 'The name that flows ask for it by: secret("NAME")',
      value: "",
      ignoreFocusOut: true,
      problem: (typed) => (isSecretName(typed) ? undefined : `It ${secretNameRule}`),
    });
  }
}

function keyOf(name: string): string {
  const { workspaceFile, workspaceFolders } = vscode.workspace;
  const workspace = workspaceFile ?? workspaceFolders?.[0]?.uri;
  return `secret ${workspace?.toString() ?? ""} ${name}`;
}
