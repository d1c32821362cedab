import { pythonWith } from "../python-venv.ts";

/**
 * Installs what the scripts of these tests import into the user's cache, unless it is there.
 * @returns the Python that has it, or why there is none.
 */
export async function setUpPython(): Promise<{ readonly python: string } | { readonly missing: string }> {
  try {
    const packages = ["pandas", "pyarrow", "scikit-learn"];
    return { python: await pythonWith("python-science", packages, "about a minute and 500 MB") };
  } catch (error) {
    return { missing: (error as Error).message }; // pythonWith throws those
  }
}
