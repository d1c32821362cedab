/** What went wrong, for the user: shown as it is, with what can be done about it. */
export class UserMessage extends Error {
  override readonly name = "UserMessage";
  readonly actions: readonly UserAction[];

  constructor(message: string, actions: readonly UserAction[] = []) {
    super(message);
    this.actions = actions;
  }
}

export type UserAction =
  | { readonly kind: "setting"; readonly title: string; readonly setting: string }
  | {
      readonly kind: "source";
      readonly title: string;
      readonly file: string;
      readonly line: number;
      readonly column: number;
    }
  | { readonly kind: "command"; readonly title: string; readonly command: string };
