import { composeCases } from "./compose-cases.ts";
import { dialectCases } from "./dialect-cases.ts";
import type { EngineCase } from "./engine-case.ts";
import { fileCases } from "./file-cases.ts";
import { neighbourCases } from "./neighbour-cases.ts";
import { orderCases } from "./order-cases.ts";
import { parquetCases } from "./parquet-cases.ts";
import { queryCases } from "./query-cases.ts";
import { sourceCases } from "./source-cases.ts";
import { valueCases } from "./value-cases.ts";

/** All that both engines are asked alike. A new case goes into one of these lists. */
export const engineCases: readonly EngineCase[] = [
  ...queryCases,
  ...valueCases,
  ...fileCases,
  ...parquetCases,
  ...orderCases,
  ...neighbourCases,
  ...composeCases,
  ...sourceCases,
  ...dialectCases,
];
