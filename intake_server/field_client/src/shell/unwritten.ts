/** Why an answer could not be written down, as far as a person can do something about it. */
import { EngineGone } from "../engine/remote";
import { GoneError } from "../vault/drafts";

export type Unwritten = "full" | "goneMeanwhile" | "engineStopped" | "notWritten";

export function unwritten(error: unknown): Unwritten {
  if (error instanceof GoneError) return "goneMeanwhile";
  if (error instanceof EngineGone) return "engineStopped";
  return (error as Partial<Error> | undefined)?.name === "QuotaExceededError" ? "full" : "notWritten";
}
