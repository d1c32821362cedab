/** What a flow's author, and a program that runs flows, imports. */
export { artifact } from "./authoring/artifact.ts";
export { type Flow, type FlowOptions, flow } from "./authoring/flow.ts";
export {
  allowFailure,
  type Input,
  isRunFailure,
  type RunFailure,
  type RunFuture,
} from "./authoring/future.ts";
export { cancellation, currentTaskRun, log, progress } from "./authoring/log.ts";
export { type Unmapped, unmapped } from "./authoring/map-arguments.ts";
export {
  type AttachEnvironment,
  type Resource,
  type ResourceOptions,
  resource,
} from "./authoring/resource.ts";
export { secret } from "./authoring/secret.ts";
export {
  type CacheOptions,
  type RetryDelay,
  type Task,
  type TaskCallOptions,
  type TaskOptions,
  task,
} from "./authoring/task.ts";
export { CheckError, type CheckOptions, check, type Passed } from "./checks/check.ts";
export type { Found } from "./checks/look-for-violations.ts";
export { CommandError, type CommandOptions, type CommandOutput, command } from "./commands/command.ts";
export { type PythonOptions, python } from "./commands/python.ts";
export {
  type Dataset,
  type DatasetOptions,
  dataset,
  type PartitionOptions,
  type Scd2Options,
} from "./datasets/dataset.ts";
export { UserError } from "./errors/user-error.ts";
export type { RunEvent } from "./events/run-event.ts";
export type { State, StateName, StateType } from "./events/states.ts";
export type { MinHashParams, SimilarityJoinOptions, Transformer } from "./matching/stages.ts";
export type { RunOptions, StartedRun } from "./operations/program-run.ts";
export { runFlow } from "./operations/run-flow.ts";
export { type ExpectOptions, expectColumns } from "./tables/expect-columns.ts";
export type { InputPaths } from "./tables/files/input-files.ts";
export { type OpenSessionOptions, openSession } from "./tables/open-session.ts";
export { type Database, postgres } from "./tables/postgres/postgres.ts";
export type { WriteMode } from "./tables/postgres/write-mode.ts";
export type {
  Column,
  ColumnType,
  CsvColumns,
  CsvOptions,
  CsvType,
  CsvWriteOptions,
  ExcelOptions,
  ExcelWriteOptions,
  FileNameOption,
  JsonOptions,
  ParquetWriteOptions,
  RejectedRow,
  Row,
  Session,
  SqlInput,
  Table,
  TransformOptions,
  Value,
} from "./tables/session.ts";
export type { SessionConfig } from "./tables/session-config.ts";
export { type SqlFragment, type SqlPieces, type SqlValue, sql } from "./tables/sql-fragment.ts";
export { TableError } from "./tables/table-error.ts";
