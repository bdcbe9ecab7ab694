import type { ProfilePublic, ProfileUpdate } from "@app/sdk";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { parseDecimal } from "@/lib/decimal";
import { isBlank } from "@/lib/text";

/** Longer texts get several lines. */
const ONE_LINE = 255;

interface Base {
  name: string;
  label: string;
  hint: string | undefined;
  /** An empty field becomes `null`. */
  isNullable: boolean;
}

/** A field of the profile, as the form shows it. */
export type ProfileField = Base &
  (
    | { kind: "text"; isLong: boolean; minLength: number; maxLength: number }
    | { kind: "number"; isInteger: boolean; minimum: number; maximum: number }
    | { kind: "choice"; options: Record<string, string> }
    | { kind: "date" | "checkbox" }
  );

/** What the form reads of a JSON schema. */
interface JsonSchema {
  type?: string;
  format?: string;
  title?: string;
  description?: string;
  enum?: unknown[];
  const?: unknown;
  anyOf?: JsonSchema[];
  properties?: Record<string, JsonSchema>;
  $defs?: Record<string, JsonSchema>;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
}

/** The fields of a JSON schema, in its order. A kind that the form does not know is left out, and keeps its value. */
function fieldsOf({ properties = {} }: JsonSchema): ProfileField[] {
  return Object.entries(properties).flatMap(([name, property]) => toField(name, property) ?? []);
}

function toField(name: string, property: JsonSchema): ProfileField | undefined {
  const kinds = property.anyOf ?? [property];
  const [kind, ...others] = kinds.filter(({ type }) => type !== "null");
  if (!kind || others.length > 0) return undefined;
  const isNullable = kinds.length > 1;
  const base = { name, label: property.title ?? name, hint: property.description, isNullable };
  const choices = kind.enum ?? (kind.const === undefined ? undefined : [kind.const]);
  if (choices) {
    if (kind.type !== "string") return undefined;
    const options = choices.map((choice) => [String(choice), String(choice)]);
    const none = isNullable ? [["", "–"]] : [];
    return { ...base, kind: "choice", options: Object.fromEntries([...none, ...options]) };
  }
  const { minLength = 0, maxLength = Number.POSITIVE_INFINITY } = kind;
  const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = kind;
  switch (kind.type) {
    case "boolean":
      // A checkbox cannot show that there is no value.
      return isNullable ? undefined : { ...base, kind: "checkbox" };
    case "integer":
    case "number":
      return { ...base, kind: "number", isInteger: kind.type === "integer", minimum, maximum };
    case "string":
      if (kind.format === "date") return { ...base, kind: "date" };
      if (kind.format === "date-time") return undefined;
      return { ...base, kind: "text", isLong: maxLength > ONE_LINE, minLength, maxLength };
    default:
      return undefined;
  }
}

type Input = string | boolean;
type Inputs = Record<string, Input>;

function inputsOf(fields: ProfileField[], record: object): Inputs {
  const stored = new Map<string, unknown>(Object.entries(record));
  const toInput = ({ name, kind }: ProfileField) =>
    kind === "checkbox" ? stored.get(name) === true : String(stored.get(name) ?? "");
  return Object.fromEntries(fields.map((field) => [field.name, toInput(field)]));
}

export interface ProfileFields {
  names: ProfileField[];
  document: ProfileField[];
}

/** The fields of `ProfileUpdate`: its own ones, and those of its document. */
export function profileFields(schema: JsonSchema): ProfileFields {
  return { names: fieldsOf(schema), document: fieldsOf(schema.$defs?.ProfileDocument ?? {}) };
}

export interface ProfileValues {
  username: string;
  first_name: string;
  last_name: string;
  document: Inputs;
}

export const profileValues = ({ names, document }: ProfileFields, profile: ProfilePublic) =>
  ({
    ...inputsOf(names, profile),
    document: inputsOf(document, profile.document),
  }) as ProfileValues;

/**
 * Checks the inputs, and turns them into the body of the request. Not with zod: it would add what no other form needs
 * to the file that all forms share.
 */
export function profileSchema(
  fields: ProfileFields,
): StandardSchemaV1<ProfileValues, ProfileUpdate> {
  const validate = (value: unknown) => {
    const { document, ...names } = value as ProfileValues;
    const issues = [
      ...issuesOf(fields.names, names, []),
      ...issuesOf(fields.document, document, ["document"]),
    ];
    if (issues.length > 0) return { issues };
    const body = { ...bodyOf(fields.names, names), document: bodyOf(fields.document, document) };
    return { value: body as ProfileUpdate };
  };
  return { "~standard": { version: 1, vendor: "profiles", validate } };
}

function issuesOf(fields: ProfileField[], inputs: object, path: string[]) {
  const values = new Map<string, Input>(Object.entries(inputs));
  return fields.flatMap((field) => {
    const message = problemOf(field, values.get(field.name) ?? "");
    return message ? [{ message, path: [...path, field.name] }] : [];
  });
}

function bodyOf(fields: ProfileField[], inputs: object) {
  const values = new Map<string, Input>(Object.entries(inputs));
  return Object.fromEntries(
    fields.map((field) => [field.name, toValue(field, values.get(field.name))]),
  );
}

function problemOf(field: ProfileField, input: Input): string | undefined {
  if (typeof input === "boolean") return undefined;
  const { label } = field;
  if (isBlank(input)) {
    const isRequired = field.kind === "text" ? field.minLength > 0 : true;
    return isRequired && !field.isNullable ? `${label} is required` : undefined;
  }
  if (field.kind === "text") {
    // As the API counts: an emoji is one character.
    const length = [...input.trim()].length;
    if (length > field.maxLength) return `${label} must be at most ${field.maxLength} characters`;
    if (length < field.minLength) return `${label} must be at least ${field.minLength} characters`;
  }
  if (field.kind === "number") return problemOfNumber(field, parseDecimal(input));
  return undefined;
}

function problemOfNumber(
  field: ProfileField & { kind: "number" },
  text: string | undefined,
): string | undefined {
  const { label, minimum, maximum, isInteger } = field;
  const number = Number(text ?? Number.NaN);
  if (Number.isNaN(number)) return `${label} must be a number`;
  if (isInteger && !Number.isInteger(number)) return `${label} must be a whole number`;
  if (number < minimum) return `${label} must be at least ${minimum}`;
  if (number > maximum) return `${label} must be at most ${maximum}`;
  return undefined;
}

function toValue(field: ProfileField, input: Input = "") {
  if (typeof input === "boolean") return input;
  if (isBlank(input)) return field.isNullable ? null : "";
  return field.kind === "number" ? Number(parseDecimal(input)) : input.trim();
}
