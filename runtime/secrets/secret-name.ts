/** What the name of a secret is: that of a variable of the environment, or of a file. */
const pattern = /^[A-Za-z_][\w.-]*$/;

export function isSecretName(name: string): boolean {
  return pattern.test(name);
}

/** The same in words, after the name or a pronoun for it. */
export const secretNameRule = "has letters, digits, '_', '-' and '.', and begins with a letter or '_'.";
