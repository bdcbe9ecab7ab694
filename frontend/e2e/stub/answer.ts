import type { ServerResponse } from "node:http";
import type { DayCount, ErrorCode, FieldError, Pagination, Problem } from "@app/sdk";

/** A complete response of the stub. A `Stream` writes to the connection itself instead. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

export type Stream = (response: ServerResponse) => void;

export function json<Body>(body: Body, headers: Record<string, string> = {}): Answer {
  return {
    status: 200,
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify(body),
  };
}

/** A problem document, as the API sends it. */
export function refuse(
  status: number,
  code: ErrorCode,
  detail: string,
  { errors = [], headers = {} }: { errors?: FieldError[]; headers?: Record<string, string> } = {},
): Answer {
  const problem: Problem = {
    type: "about:blank",
    title: detail,
    status,
    code,
    detail,
    errors,
    request_id: REQUEST_ID,
  };
  return {
    status,
    headers: { "Content-Type": "application/problem+json", ...headers },
    body: JSON.stringify(problem),
  };
}

export const REQUEST_ID = "req-stub-1";

/** An HTML error page, as a proxy between browser and API sends it instead of JSON. */
export function page(status: number): Answer {
  return {
    status,
    headers: { "Content-Type": "text/html" },
    body: "<html><body><h1>Bad gateway</h1></body></html>",
  };
}

/** Rows that are created on demand: a list of 100,000 costs only the page that is read. */
export interface Rows<Row> {
  count: number;
  at: (index: number) => Row;
}

export const many = <Row>(count: number, at: (index: number) => Row): Rows<Row> => ({ count, at });

/** One page of a list, in the API's format. */
export function list<Row>({ count, at }: Rows<Row>, query: URLSearchParams) {
  const size = Number(query.get("limit") ?? 100);
  const page = Number(query.get("page") ?? 1);
  const start = query.has("page") ? (page - 1) * size : Number(query.get("skip") ?? 0);
  const pages = Math.ceil(count / size);
  const pagination: Pagination = {
    page,
    page_size: size,
    total_pages: pages,
    has_next: page < pages,
    has_prev: page > 1,
    next_cursor: null,
    count_is_exact: true,
  };
  const length = Math.max(0, Math.min(size, count - start));
  return json({ data: Array.from({ length }, (_, index) => at(start + index)), count, pagination });
}

/** Varying counts for the last days, oldest first. */
export function days(query: URLSearchParams): DayCount[] {
  const length = Number(query.get("days") ?? 30);
  return Array.from({ length }, (_, index) => ({
    date: new Date(Date.UTC(2026, 5, 1 - length + index)).toISOString().slice(0, 10),
    count: (index * 7) % 5,
  }));
}
