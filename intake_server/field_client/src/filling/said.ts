/** Answers as one reads them over. */
import type { Question } from "../engine/parts";
import { say } from "../language";
import { spoken, split } from "./dates";
import { T } from "./texts";

/** The text of an answer; empty where there is none. Places are named by their list. */
export function said(question: Question, precision?: Question): string {
  const { kind, value } = question;
  switch (kind) {
    case "one":
    case "many":
      return labels(question);
    case "date":
      return about(value, precision?.value);
    case "dateTime":
      return spoken(value);
    case "time":
      return value.slice(0, 5);
    case "acknowledge":
      return value && say(T.acknowledge);
    case "image":
    case "audio":
    case "file":
      return question.file ? say(T.aFile) : "";
    case "note":
      return "";
    default:
      return value;
  }
}

function labels({ choices, value }: Question): string {
  const chosen = new Set(value.split(" "));
  return choices
    .filter((choice) => chosen.has(choice.value))
    .map(({ label }) => label)
    .join("; ");
}

function about(value: string, exact: string | undefined): string {
  const { month, year } = split(value);
  if (exact === "year") return year;
  return exact === "month" ? `${month}.${year}` : spoken(value);
}
