import { type Command, Option } from "commander";
import type { DatasetsOptions } from "../commands/datasets.ts";
import type { DownloadOptions } from "../commands/download.ts";
import type { ExtensionsOptions } from "../commands/extensions.ts";

/** Commands about data: datasets, download, extensions. */
export function declareDataCommands(program: Command): void {
  program.commandsGroup("Data:");
  program
    .command("datasets")
    .description("list the datasets that flows keep: versions, rows, size, age, who wrote them")
    .argument("[name]", "a dataset, whose versions are listed")
    .option("--dir <folder>", "the folder with .millrace/ and millrace-datasets/")
    .option("--json", "print JSON: [{ name, folder, bytes, versions: [{ version, time, info }], problem }]")
    .action(async (name: string | undefined, options: DatasetsOptions) => {
      const { datasetsCommand } = await import("../commands/datasets.ts");
      await datasetsCommand(name, options);
    });
  const download = program
    .command("download")
    .description("download data sets for the flows that come with Millrace");
  download
    .command("movielens")
    .description("MovieLens of GroupLens: movies and ratings, for the flow movie-ratings")
    .addOption(
      new Option("--size <size>", "small (1 MB, 100,836 ratings), 25m (262 MB) or 32m (239 MB)")
        .choices(["small", "25m", "32m"])
        .makeOptionMandatory(),
    )
    .option("--to <folder>", "where the folder movielens-<size> is made", ".")
    .option("--keep-zip", "keep the zip too")
    .option("--force", "download again, and replace the folder")
    .option("--json", "print JSON: { outcome, folder, files, fromSample, zip }")
    .addHelpText(
      "after",
      "\nA download that was interrupted goes on where it stopped when the command is run again.",
    )
    .action(async (options: DownloadOptions) => {
      const { downloadCommand } = await import("../commands/download.ts");
      await downloadCommand(options);
    });
  const extensions = program
    .command("extensions")
    .description("list DuckDB's extensions that flows may need, and where they are")
    .option("--json", "print JSON: { engine, folder, extensions: [{ name, purpose, file }] }")
    .addHelpText(
      "after",
      "\nA flow that needs one installs it, from DuckDB's server into a folder of the user's. MILLRACE_DUCKDB_EXTENSIONS\nnames a folder that has them, where nothing is to be fetched.",
    )
    .action(async (options: ExtensionsOptions) => {
      const { extensionsCommand } = await import("../commands/extensions.ts");
      await extensionsCommand(undefined, options);
    });
  extensions
    .command("install")
    .description("install extensions, by default all of them")
    .argument("[names...]", "such as httpfs")
    .option("--json", "print JSON, as 'millrace extensions' does")
    .action(async (names: string[], options: ExtensionsOptions) => {
      const { extensionsCommand } = await import("../commands/extensions.ts");
      await extensionsCommand(names, { ...extensions.opts(), ...options });
    });
}
