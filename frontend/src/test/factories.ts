import type { ErrorCode, FieldError, Pagination, Problem, UserPublic } from "@app/sdk";

export function user(changes: Partial<UserPublic> = {}): UserPublic {
  return {
    id: "0198a000-0000-7000-8000-000000000001",
    email: "ada@example.com",
    full_name: "Ada Lovelace",
    is_active: true,
    is_superuser: false,
    created_at: "2026-01-02T03:04:05Z",
    version: 1,
    avatar_url: null,
    ...changes,
  };
}

export function problem(
  status: number,
  code: ErrorCode,
  detail: string,
  errors: FieldError[] = [],
): Problem {
  return { type: "about:blank", title: detail, status, code, detail, errors, request_id: "req-1" };
}

/** The first page of a list of `count` rows. */
export function pageOf<Row>(
  data: Row[],
  count = data.length,
): { data: Row[]; count: number; pagination: Pagination } {
  return {
    data,
    count,
    pagination: {
      page: 1,
      page_size: 20,
      total_pages: Math.ceil(count / 20),
      has_next: count > data.length,
      has_prev: false,
      next_cursor: null,
      count_is_exact: true,
    },
  };
}
